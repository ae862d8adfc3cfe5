package rules

import (
	"hash/maphash"
	"maps"
	"slices"
	"sort"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// Known holds every known vintage of every cell. A worker has one with all that
// the ledger says, a reader of files one for the file. Figures are judged by
// it, and it tells a revision from a repetition. It must not be used
// concurrently.
type Known struct {
	Series map[figure.Series][]Vintage // ordered by period and moment
	cells  int
	marked map[family]bool // families in which some figure has, or had, status B
	File   bool            // it holds the figures of one file
	trying bool
	undo   []change                    // the changes since Try
	lent   map[figure.Series][]Vintage // of which this is a copy, see Copy; nil otherwise
	notes  notes
}

// Vintage is a publication of a cell, a store.Vintage without what its series and
// place in memory say. It is kept small because a worker holds every one of the
// city.
type Vintage struct {
	Value      float64 // base unit; 0 when withheld
	Moment     int64   // publication, ms since 1970; in a file, minus the line number
	until      int64   // when it was last repeated unchanged; Moment when it was not
	seq        uint64  // of the message that said it last
	period     int32   // ordinal in the series' frequency
	submission uint32  // the submission it came with, see submissionHash
	Status     figure.Status
	Withheld   bool
	Opinion    opinion // in a file: how it compares with the other figures
	note       uint32  // see notes
}

// change is one step to undo.
type change struct {
	series  figure.Series
	vintage Vintage
	kind    changeKind
}

type changeKind uint8

const (
	added   changeKind = iota // the vintage was added
	removed                   // the vintage was removed
	altered                   // the vintage was changed; this is how it was before
)

// repeatedBy reports whether a publication says nothing that p does not say. Only
// values that a float64 represents are stored, so equal float64s are equal decimals.
// A figure without a note says nothing about the note.
func (k *Known) repeatedBy(p *Vintage, v *store.Vintage) bool {
	return p.Value == v.Value && p.Withheld == v.Withheld && p.Status == v.Status && (v.Note == "" || sameNote(v.Note, k.notes.text(p.note)))
}

// Repeats reports whether a figure that is published now says nothing that its cell
// does not say already.
func (k *Known) Repeats(c *Candidate) bool {
	v := c.vintage()
	p, ok := k.Current(v.Cell)
	return ok && k.repeatedBy(&p, &v)
}

func (k *Known) vintageOf(v *store.Vintage) Vintage {
	return Vintage{Value: v.Value, Moment: v.Moment, until: v.Moment, seq: v.Seq, period: v.Period.Ordinal(),
		submission: submissionHash(v.Submission), Status: v.Status, Withheld: v.Withheld, note: k.notes.number(v.Note)}
}

// Message returns the sequence in FIGURES of the message that said it last.
func (p Vintage) Message() uint64 { return p.seq }

// Note returns the note of a known vintage.
func (k *Known) Note(p *Vintage) string { return k.notes.text(p.note) }

var submissionSeed = maphash.MakeSeed()

// submissionHash identifies a submission among those of a few vintages; it is 0
// for none.
func submissionHash(id string) uint32 {
	if id == "" {
		return 0
	}
	return max(uint32(maphash.String(submissionSeed, id)), 1)
}

// stored converts a vintage for the store, with the moment and sequence of its last
// repetition.
func (k *Known) stored(p *Vintage, c figure.Cell, agency string) *store.Vintage {
	return &store.Vintage{Cell: c, Agency: agency, Status: p.Status, Value: p.Value, Withheld: p.Withheld, Moment: p.until, Seq: p.seq,
		Note: k.notes.text(p.note)}
}

// NewKnown returns an empty Known.
func NewKnown() *Known {
	return &Known{Series: map[figure.Series][]Vintage{}, marked: map[family]bool{}}
}

// run returns the index range of the vintages of a period.
func run(vintages []Vintage, period int32) (from, to int) {
	n := len(vintages)
	if n == 0 || vintages[n-1].period < period {
		return n, n // figures mostly come in the order of their periods
	}
	from = sort.Search(n, func(i int) bool { return vintages[i].period >= period })
	for to = from; to < n && vintages[to].period == period; to++ {
	}
	return from, to
}

// Vintages returns the vintages of a cell in the order of their publication. The
// slice is valid until the next change.
func (k *Known) Vintages(c figure.Cell) []Vintage {
	vintages := k.Series[c.Series()]
	from, to := run(vintages, c.Period.Ordinal())
	return vintages[from:to]
}

// Current returns the cell's newest vintage.
func (k *Known) Current(c figure.Cell) (Vintage, bool) {
	vintages := k.Vintages(c)
	if len(vintages) == 0 {
		return Vintage{}, false
	}
	return vintages[len(vintages)-1], true
}

// Put adds p as a vintage of the cell. One of the same moment is replaced.
func (k *Known) Put(c figure.Cell, p Vintage) {
	p.period = c.Period.Ordinal()
	k.add(c.Series(), p)
}

// add adds p, replacing a vintage of the same moment.
func (k *Known) add(s figure.Series, p Vintage) {
	vintages := k.Series[s]
	from, to := run(vintages, p.period)
	at := to
	for at > from && vintages[at-1].Moment >= p.Moment {
		at--
	}
	if at < to && vintages[at].Moment == p.Moment {
		k.alter(s, &vintages[at], p)
		return
	}
	if from == to {
		k.cells++
	}
	k.Series[s] = slices.Insert(vintages, at, p)
	k.record(s, p, added)
}

// remove removes the vintage of a moment.
func (k *Known) remove(s figure.Series, period int32, moment int64) {
	vintages := k.Series[s]
	from, to := run(vintages, period)
	for at := from; at < to; at++ {
		if vintages[at].Moment != moment {
			continue
		}
		if to-from == 1 {
			k.cells--
		}
		k.record(s, vintages[at], removed)
		k.Series[s] = slices.Delete(vintages, at, at+1)
		return
	}
}

func (k *Known) alter(s figure.Series, to *Vintage, p Vintage) {
	k.record(s, *to, altered)
	*to = p
}

func (k *Known) record(s figure.Series, p Vintage, kind changeKind) {
	if p.Status == figure.SeriesBreak {
		k.marked[familyOf(s)] = true
	}
	if k.trying {
		k.undo = append(k.undo, change{s, p, kind})
	}
}

// Try begins changes that may have to be undone, until Commit or RollBack.
func (k *Known) Try() { k.trying, k.undo = true, k.undo[:0] }

// Commit keeps the changes since Try.
func (k *Known) Commit() { k.trying = false }

// RollBack undoes all changes since Try.
func (k *Known) RollBack() {
	k.trying = false
	for _, c := range slices.Backward(k.undo) {
		if c.kind == added {
			k.remove(c.series, c.vintage.period, c.vintage.Moment)
		} else {
			k.add(c.series, c.vintage)
		}
	}
}

// Copy returns a copy that may be changed while the original stays as it is. It must
// not be used after the original has changed. It takes little memory: a series is copied
// when it is changed.
func (k *Known) Copy() *Known {
	return &Known{Series: maps.Clone(k.Series), cells: k.cells, marked: maps.Clone(k.marked), notes: k.notes.copy(), lent: k.Series}
}

// own makes a series of a copy its own.
func (k *Known) own(s figure.Series) {
	vintages, lent := k.Series[s], k.lent[s]
	if len(vintages) == 0 || len(lent) > 0 && &vintages[0] == &lent[0] {
		k.Series[s] = slices.Clone(vintages)
	}
}

// place decides where a new vintage belongs among those of its cell and what its
// outcome is; it may change the vintage's moment. A live figure comes after all
// that is known of the cell, even if the server's clock was set back; no two
// vintages share a moment.
func (k *Known) place(v *store.Vintage, live bool) (o ledger.Outcome, restated *store.Vintage) {
	past := k.Vintages(v.Cell)
	if len(past) == 0 {
		return ledger.Written, nil
	}
	if live {
		v.Moment = max(v.Moment, past[len(past)-1].until+1)
	}
	for i := 0; i < len(past); i++ {
		if past[i].Moment == v.Moment || past[i].until == v.Moment {
			v.Moment++
			i = -1 // the new moment may be taken as well
		}
	}
	at := 0 // the number of earlier vintages
	for at < len(past) && past[at].Moment < v.Moment {
		at++
	}
	switch {
	case at > 0 && k.repeatedBy(&past[at-1], v):
		return ledger.Unchanged, nil
	case at > 0 && past[at-1].until > v.Moment:
		return ledger.Superseded, k.stored(&past[at-1], v.Cell, v.Agency)
	case at < len(past):
		return ledger.Superseded, nil
	}
	return ledger.Revised, nil
}

// Apply updates what is known with a decision.
func (k *Known) Apply(kind ledger.Kind, d *ledger.Decision) {
	v := &d.Vintage
	if v.Period.IsZero() {
		return // refused by a rule
	}
	s := v.Series()
	if k.lent != nil {
		k.own(s)
	}
	switch {
	case kind == ledger.Amendment:
		k.remove(s, v.Period.Ordinal(), v.Moment)
	case d.Outcome == ledger.Unchanged:
		if before := k.Before(v); before != nil && before.until < v.Moment {
			again := *before
			again.until, again.seq = v.Moment, v.Seq
			k.alter(s, before, again)
		}
	default:
		if before := k.Before(v); before != nil && before.until > v.Moment {
			once := *before
			once.until = once.Moment
			k.alter(s, before, once)
		}
		k.add(s, k.vintageOf(v))
	}
	if d.Restated != nil {
		k.add(s, k.vintageOf(d.Restated))
	}
}

// SaidAgain returns the vintage to store in place of v when InfluxDB refuses v:
// the last one that repeated v and was therefore not stored. It returns nil
// when there is none.
func (k *Known) SaidAgain(v *store.Vintage) *store.Vintage {
	for _, p := range k.Vintages(v.Cell) {
		if p.Moment == v.Moment && p.until > p.Moment {
			return k.stored(&p, v.Cell, v.Agency)
		}
	}
	return nil
}

// Before returns the last vintage of the cell published before v, nil if there
// is none. It must not be changed and is valid until the next change.
func (k *Known) Before(v *store.Vintage) *Vintage {
	past := k.Vintages(v.Cell)
	for i := range slices.Backward(past) {
		if past[i].Moment < v.Moment {
			return &past[i]
		}
	}
	return nil
}

// Size returns the number of known cells.
func (k *Known) Size() int { return k.cells }

// Rescale converts what is known of an indicator to another unit.
func (k *Known) Rescale(r ledger.Rescaling) {
	for s, vintages := range k.Series {
		if s.Indicator != r.Indicator || s.Measure.Growth() {
			continue
		}
		for i := range vintages {
			vintages[i].Value = ledger.Shifted(vintages[i].Value, r.Power)
		}
	}
}

// Indicators returns the codes of the indicators with known figures, sorted.
func (k *Known) Indicators() (codes []string) {
	for s := range k.Series {
		codes = append(codes, s.Indicator)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
