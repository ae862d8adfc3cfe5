package book

import (
	"cmp"
	"iter"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Series is everything that was ever published of one series. It is immutable.
type Series struct {
	Key      figure.Series
	agencies []string
	vintages []vintage // ordered by compare: by period, then by publication
	figures  int       // how many periods there are
	notes    []note    // ordered by compareNotes
}

// Figure is the content of one vintage of a period, in the series' base unit.
type Figure struct {
	Period    figure.Period
	Value     float64 // 0 if Withheld
	Withheld  bool    // there is no number; Status says why
	Status    figure.Status
	Agency    string
	Published time.Time // when this value became known, UTC, in milliseconds
}

// vintage is one publication of one cell. A million of them are kept, so its
// size matters: it has 24 bytes, a Figure has 72.
type vintage struct {
	moment   int64 // of publication, ms since 1970 UTC
	value    float64
	period   int32 // periods of the series' frequency since the year 0
	agency   uint16
	status   figure.Status
	withheld bool
}

// Len is the number of periods that have a figure.
func (s *Series) Len() int { return s.figures }

// Republished reports whether any period was published more than once.
func (s *Series) Republished() bool { return len(s.vintages) > s.figures }

// Latest is the current figure of the newest period, withheld or not.
func (s *Series) Latest() Figure {
	last := len(s.vintages) - 1
	first := last
	for first > 0 && s.vintages[first-1].period == s.vintages[last].period {
		first--
	}
	return s.figure(newest(s.vintages[first:]))
}

// At is the current figure of a period.
func (s *Series) At(p figure.Period) (Figure, bool) {
	cell := s.cell(p)
	if len(cell) == 0 {
		return Figure{}, false
	}
	return s.figure(newest(cell)), true
}

// Figures returns the current figures in the order of their periods.
func (s *Series) Figures() iter.Seq[Figure] {
	return func(yield func(Figure) bool) {
		for cell := range s.cells() {
			if !yield(s.figure(newest(cell))) {
				return
			}
		}
	}
}

// Periods returns the periods that have a figure, in order.
func (s *Series) Periods() iter.Seq[figure.Period] {
	return func(yield func(figure.Period) bool) {
		for i := range s.vintages {
			if v := &s.vintages[i]; i == 0 || v.period != s.vintages[i-1].period {
				if !yield(figure.NthPeriod(s.Key.Frequency, v.period)) {
					return
				}
			}
		}
	}
}

// AsOf returns the figures as they were known at the given time: for every
// period the last vintage published by then. Periods of which nothing was
// known are omitted.
func (s *Series) AsOf(at time.Time) iter.Seq[Figure] {
	limit := at.UnixMilli()
	return func(yield func(Figure) bool) {
		for cell := range s.cells() {
			for len(cell) > 0 && cell[len(cell)-1].moment > limit {
				cell = cell[:len(cell)-1]
			}
			if len(cell) > 0 && !yield(s.figure(newest(cell))) {
				return
			}
		}
	}
}

// Vintages returns the publications of a period, oldest first. Repeated
// publications of the same value are one vintage, the first of them.
func (s *Series) Vintages(p figure.Period) iter.Seq[Figure] {
	cell := s.cell(p)
	return func(yield func(Figure) bool) {
		var last *vintage
		for i := range cell {
			v := &cell[i]
			if i+1 < len(cell) && cell[i+1].moment == v.moment {
				continue // lost a tie
			}
			if last != nil && last.same(v) {
				continue
			}
			last = v
			if !yield(s.figure(*v)) {
				return
			}
		}
	}
}

// cells returns the vintages of each period, in the order of the periods.
func (s *Series) cells() iter.Seq[[]vintage] {
	return func(yield func([]vintage) bool) {
		rest := s.vintages
		for len(rest) > 0 {
			n := 1
			for n < len(rest) && rest[n].period == rest[0].period {
				n++
			}
			if !yield(rest[:n:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

// cell is the vintages of one period, empty if nothing is known of it.
func (s *Series) cell(p figure.Period) []vintage {
	if p.Frequency() != s.Key.Frequency {
		return nil
	}
	want := p.Ordinal()
	from, to := 0, len(s.vintages)
	for from < to { // the first vintage not before the period
		if mid := int(uint(from+to) >> 1); s.vintages[mid].period < want {
			from = mid + 1
		} else {
			to = mid
		}
	}
	for to < len(s.vintages) && s.vintages[to].period == want {
		to++
	}
	return s.vintages[from:to:to]
}

// newest is the last vintage of a cell, with the time at which its value was
// first published: sending the same value again is not a new publication.
func newest(cell []vintage) vintage {
	last := cell[len(cell)-1]
	for i := len(cell) - 2; i >= 0; i-- {
		v := &cell[i]
		if v.moment == last.moment {
			continue // lost the tie
		}
		if !v.same(&last) {
			break
		}
		last.moment, last.agency = v.moment, v.agency
	}
	return last
}

// same reports whether two vintages have the same content.
func (v *vintage) same(o *vintage) bool {
	return v.value == o.value && v.status == o.status && v.withheld == o.withheld
}

// compare orders the vintages of a series by period, then by publication. Of
// those published in the same millisecond the larger status is the newer one,
// then a withheld value, then the larger value: any rule would do, as long as
// it does not depend on the order of arrival.
func (m *builder) compare(v, o *vintage) int {
	if v.period != o.period {
		return cmp.Compare(v.period, o.period)
	}
	if v.moment != o.moment {
		return cmp.Compare(v.moment, o.moment)
	}
	if v.status != o.status {
		return cmp.Compare(v.status, o.status)
	}
	if v.withheld != o.withheld {
		if o.withheld {
			return -1
		}
		return 1
	}
	if v.value != o.value {
		return cmp.Compare(v.value, o.value)
	}
	if v.agency != o.agency {
		return strings.Compare(m.agencies[v.agency], m.agencies[o.agency])
	}
	return 0
}

// figure converts a vintage to a Figure.
func (s *Series) figure(v vintage) Figure {
	return Figure{
		Period:    figure.NthPeriod(s.Key.Frequency, v.period),
		Value:     v.value,
		Withheld:  v.withheld,
		Status:    v.status,
		Agency:    s.agencies[v.agency],
		Published: time.UnixMilli(v.moment).UTC(),
	}
}
