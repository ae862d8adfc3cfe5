package book

import (
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// Merge returns the book with the vintages added. It is a set union: the
// vintages may come in any order, in any batches and any number of times, and
// the result is the same. If nothing is new, it is b itself. If the sequence
// ends with an error, there is no new book. A vintage with a note, as
// store.Noted streams it, adds the note alone, to a series that is known then.
func (b *Book) Merge(vintages iter.Seq2[*store.Vintage, error]) (*Book, error) {
	m := builder{base: b, touched: map[figure.Series]*Series{}, words: map[string]string{},
		agencies: slices.Clip(b.agencies), // appending must not write into memory shared with other books
		indexes:  map[string]int{}, index: -1}
	for i, name := range b.agencies {
		m.indexes[name] = i
	}
	for v, err := range vintages {
		if err != nil {
			return nil, err
		}
		if err := m.add(v); err != nil {
			return nil, err
		}
	}
	m.flush()
	m.addNotes()
	return m.book(), nil
}

// builder collects vintages series by series, as InfluxDB sends them: those of
// one series are collected and merged together when the next one begins.
type builder struct {
	base     *Book
	touched  map[figure.Series]*Series // the series that differ from the base
	agencies []string
	indexes  map[string]int    // of agencies
	words    map[string]string // interned codes; InfluxDB repeats them for each table

	key    figure.Series // of the batch
	agency string        // of the previous vintage
	index  int           // of agency; -1 before the first vintage
	batch  []vintage
	sorted bool // batch is strictly in order
	notes  map[figure.Series][]note
}

// errAgencies can only occur with a bucket that is not tidemark's.
var errAgencies = errors.New("the bucket names more than 65,536 agencies; is it tidemark's own?")

func (m *builder) add(v *store.Vintage) error {
	if v.Note != "" {
		if m.notes == nil {
			m.notes = map[figure.Series][]note{}
		}
		key := v.Cell.Series()
		m.notes[key] = append(m.notes[key], note{v.Moment, v.Period.Ordinal(), v.Note})
		return nil
	}
	// Strings of one table share their memory, so comparing them is cheap.
	if len(m.batch) == 0 || v.Indicator != m.key.Indicator || v.Area != m.key.Area || v.Category != m.key.Category ||
		v.Measure != m.key.Measure || v.Period.Frequency() != m.key.Frequency {
		m.flush()
		m.key = v.Cell.Series()
	}
	if m.index < 0 || v.Agency != m.agency {
		if err := m.setAgency(v.Agency); err != nil {
			return err
		}
	}
	n := vintage{moment: v.Moment, period: v.Period.Ordinal(), agency: uint16(m.index), status: v.Status, withheld: v.Withheld}
	if !v.Withheld && v.Value != 0 { // equal values must have the same bits, and -0 is 0
		n.value = v.Value
	}
	if last := len(m.batch) - 1; last < 0 || m.compare(&m.batch[last], &n) >= 0 {
		m.sorted = last < 0
	}
	m.batch = append(m.batch, n)
	return nil
}

func (m *builder) setAgency(name string) error {
	i, known := m.indexes[name]
	if !known {
		if i = len(m.agencies); i > math.MaxUint16 {
			return errAgencies
		}
		m.indexes[name] = i
		m.agencies = append(m.agencies, m.intern(name))
	}
	m.agency, m.index = m.agencies[i], i
	return nil
}

// flush merges the batch into its series.
func (m *builder) flush() {
	if len(m.batch) == 0 {
		return
	}
	if !m.sorted {
		slices.SortFunc(m.batch, func(v, o vintage) int { return m.compare(&v, &o) })
		m.batch = slices.CompactFunc(m.batch, func(v, o vintage) bool { return m.compare(&v, &o) == 0 })
	}
	old, known := m.touched[m.key]
	if !known {
		old, known = m.base.Find(m.key)
	}
	if !known {
		key := m.key
		key.Indicator, key.Area, key.Category = m.intern(key.Indicator), m.intern(key.Area), m.intern(key.Category)
		old = &Series{Key: key}
	}
	if all := m.union(old.vintages, m.batch); len(all) > len(old.vintages) {
		m.touched[old.Key] = &Series{Key: old.Key, agencies: m.agencies, vintages: all, figures: periods(all), notes: old.notes}
	}
	m.batch = m.batch[:0]
}

// union merges two ordered sets into one without spare capacity; it is old
// itself if there is nothing new.
func (m *builder) union(old, batch []vintage) []vintage {
	fresh := 0
	m.zip(old, batch, func(v *vintage, isNew bool) {
		if isNew {
			fresh++
		}
	})
	if fresh == 0 {
		return old
	}
	all := make([]vintage, 0, len(old)+fresh)
	m.zip(old, batch, func(v *vintage, _ bool) { all = append(all, *v) })
	return all
}

// zip yields the vintages of two ordered sets in order, each once.
func (m *builder) zip(old, batch []vintage, each func(v *vintage, isNew bool)) {
	for i := range batch {
		for len(old) > 0 && m.compare(&old[0], &batch[i]) < 0 {
			each(&old[0], false)
			old = old[1:]
		}
		known := len(old) > 0 && m.compare(&old[0], &batch[i]) == 0
		if !known {
			each(&batch[i], true)
		}
	}
	for i := range old {
		each(&old[i], false)
	}
}

func periods(vintages []vintage) int {
	n := 0
	for i := range vintages {
		if i == 0 || vintages[i].period != vintages[i-1].period {
			n++
		}
	}
	return n
}

func (m *builder) intern(s string) string {
	if one, ok := m.words[s]; ok {
		return one
	}
	m.words[s] = s
	return s
}

// book replaces series of the base with the touched ones.
func (m *builder) book() *Book {
	if len(m.touched) == 0 {
		return m.base
	}
	b := &Book{agencies: m.agencies, figures: m.base.figures, vintages: m.base.vintages, defined: m.base.defined,
		series: make([]*Series, 0, len(m.base.series)+len(m.touched))}
	b.series = append(b.series, m.base.series...)
	for key, s := range m.touched {
		b.figures += s.figures
		b.vintages += len(s.vintages)
		if i, known := m.base.search(key); known {
			b.figures -= b.series[i].figures
			b.vintages -= len(b.series[i].vintages)
			b.series[i] = s
			continue
		}
		b.series = append(b.series, s)
	}
	if added := b.series[len(m.base.series):]; len(added) > 0 {
		slices.SortFunc(b.series, func(s, o *Series) int { return s.Key.Compare(o.Key) })
	}
	return b
}
