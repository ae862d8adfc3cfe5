package derive

import (
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// span is the stretch of a year that a figure covers, in months: a flow of
// September runs from 8 to 9, its 累计 from 0 to 9, the year from 0 to 12. Two
// cells with the same span are the same quantity: December's 累计 is the year.
// An average also covers a stretch. A stock, a rank and a ratio are values at
// the end, so their spans have no start.
type span struct {
	year     int
	from, to int8
	only     figure.Frequency // restricts the span to cells of this frequency; zero if all cells of the stretch are the same
}

const atEnd = -1 // the from of values at the end of a period

func (h *History) spanOf(m figure.Measure, p figure.Period) span {
	width := 12 / p.Frequency().PerYear()
	to := p.Number() * width
	s := span{year: p.Year(), from: int8(to - width), to: int8(to)}
	switch kind := h.Indicator.Kind; {
	case m.ToDate():
		s.from = 0
	case kind != catalog.Flow && kind != catalog.Average:
		s.from = atEnd
		if h.apart {
			s.only = p.Frequency()
		}
	}
	return s
}

// differ reports whether cells that end together are published with values
// that differ by more than rounding, although they should all be the level at
// that end. Such an indicator is not a stock, whatever the catalogue says, and
// its cells say nothing about each other.
func (h *History) differ() bool {
	if kind := h.Indicator.Kind; kind == catalog.Flow || kind == catalog.Average {
		return false
	}
	half := func(v float64) float64 { return math.Pow10(lastDigit(v)) / 2 }
	for c, v := range h.given {
		for _, f := range []figure.Frequency{figure.Quarterly, figure.Annual} {
			same, ends := endingWith(f, c.period)
			if c.measure != figure.Level || v.Withheld || v.Imputed || v.Early || !ends || same == c.period {
				continue
			}
			o, known := h.given[cell{figure.Level, same}]
			if known && !o.Withheld && !o.Imputed && !o.Early && math.Abs(v.Value-o.Value) > (half(v.Value)+half(o.Value))*(1+1e-9) {
				return true
			}
		}
	}
	return false
}

// EndsTogether reports whether a month, a quarter and a year that end on the
// same day have the same value.
func (h *History) EndsTogether() bool { return !h.apart }

// cell is the position of a figure in the history of one indicator.
type cell struct {
	measure figure.Measure
	period  figure.Period
}

func period(f figure.Frequency, year, number int) figure.Period {
	switch f {
	case figure.Annual:
		return figure.Year(year)
	case figure.Quarterly:
		return figure.Quarter(year, number)
	}
	return figure.Month(year, number)
}

// sums holds what is known of the stretches of one year: the ends of months
// are nodes 0 to 12, a published sum is an edge between two of them, and any
// stretch whose ends are connected is known. The path with the fewest imputed
// figures is used, then the one with the fewest estimates, then the shortest.
type sums struct {
	edges [13][13]*Value // the best published sum from the first node to the second
	cost  [13][13]int    // of the best path; 0 if there is none
	next  [13][13]int8   // the node after the first on that path
	cuts  [13]bool       // nodes at which the series breaks: no sum crosses them
	cutUp bool           // there are any
}

// cut reports whether there is a break between two nodes.
func (s *sums) cut(from, to int) bool {
	if !s.cutUp {
		return false
	}
	for n := min(from, to) + 1; n < max(from, to); n++ {
		if s.cuts[n] {
			return true
		}
	}
	return false
}

func (s *sums) add(from, to int8, v Value) {
	if old := s.edges[from][to]; old == nil || v.weakness() < old.weakness() {
		s.edges[from][to] = &v
	}
}

// connect finds the best path between all nodes (Floyd-Warshall).
func (s *sums) connect() {
	for i := range 13 {
		for j := range 13 {
			e := s.edges[i][j]
			if e == nil {
				continue
			}
			w := e.weakness()
			s.cost[i][j], s.next[i][j] = w, int8(j)
			s.cost[j][i], s.next[j][i] = w, int8(i)
		}
	}
	for k := range 13 {
		for i := range 13 {
			if i == k || s.cost[i][k] == 0 {
				continue
			}
			for j := range 13 {
				if j == i || s.cost[k][j] == 0 || s.cut(i, j) || s.cut(i, k) || s.cut(k, j) {
					continue
				}
				if through := s.cost[i][k] + s.cost[k][j]; s.cost[i][j] == 0 || through < s.cost[i][j] {
					s.cost[i][j], s.next[i][j] = through, s.next[i][k]
				}
			}
		}
	}
}

// path appends the published sums that make up the stretch, with their signs.
func (s *sums) path(from, to int8, parts []part) []part {
	for from != to {
		step := s.next[from][to]
		if v := s.edges[from][step]; from < step {
			parts = append(parts, part{v, false})
		} else {
			parts = append(parts, part{s.edges[step][from], true})
		}
		from = step
	}
	return parts
}

type part struct {
	*Value
	minus bool
}

// known reports whether the stretch can be summed up.
func (s *sums) known(from, to int8) bool { return s.cost[from][to] != 0 }

// total adds up the parts. A difference of two rounded or corrected sums may
// be negative; if all parts are counts, it is not a value then.
func total(parts []part) (Value, bool) {
	// People write 9 − 8, not −8 + 9.
	if i := slices.IndexFunc(parts, func(p part) bool { return !p.minus }); i > 0 {
		parts[0], parts[i] = parts[i], parts[0]
	}
	var v Value
	terms := make([]Term, len(parts))
	negative := false
	for i := range parts {
		p := &parts[i]
		if p.minus {
			v.Value -= p.Value.Value
		} else {
			v.Value += p.Value.Value
		}
		negative = negative || p.Value.Value < 0
		terms[i] = p.term(p.minus)
	}
	if v.Value < 0 && !negative {
		return Value{}, false
	}
	v, ok := v.rests(sum, terms)
	weakest := 0
	for i := range parts {
		v.inherit(parts[i].Value, &weakest)
	}
	return v, ok
}
