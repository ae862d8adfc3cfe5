package derive

import (
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// span is the stretch of a year that a figure covers, in months: a flow of
// September runs from 8 to 9, its 累计 from 0 to 9, the year from 0 to 12. Two
// cells of one span hold the same quantity: December's 累计 is the year. A
// stock, a rank and a ratio stand at the end, so that theirs have no start.
type span struct {
	year     int
	from, to int8
}

const atEnd = -1 // the from of what stands at the end of a period

func spanOf(kind catalog.Kind, m figure.Measure, p figure.Period) span {
	width := 12 / p.Frequency().PerYear()
	to := p.Number() * width
	s := span{p.Year(), int8(to - width), int8(to)}
	switch {
	case kind != catalog.Flow && !m.ToDate():
		s.from = atEnd
	case m.ToDate():
		s.from = 0
	}
	return s
}

// cell is a figure's place in the history of one indicator.
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
// stretch whose ends are connected is known. The path with the fewest
// imputed figures is taken, then that with the fewest estimates, then the
// shortest.
type sums struct {
	edges [13][13]*Value // the best published sum from the first node to the second
	cost  [13][13]int    // of the best path; 0 where there is none
	next  [13][13]int8   // the node after the first on that path
}

func (s *sums) add(from, to int8, v Value) {
	if old := s.edges[from][to]; old == nil || v.weakness() < old.weakness() {
		s.edges[from][to] = &v
	}
}

// connect finds the best path between all nodes (Floyd and Warshall).
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
				if j == i || s.cost[k][j] == 0 {
					continue
				}
				if through := s.cost[i][k] + s.cost[k][j]; s.cost[i][j] == 0 || through < s.cost[i][j] {
					s.cost[i][j], s.next[i][j] = through, s.next[i][k]
				}
			}
		}
	}
}

// path appends the published sums that make the stretch, with their signs.
func (s *sums) path(from, to int8, parts []part) []part {
	for from != to {
		step := s.next[from][to]
		if v := s.edges[from][step]; from < step {
			parts = append(parts, part{*v, false})
		} else {
			parts = append(parts, part{*s.edges[step][from], true})
		}
		from = step
	}
	return parts
}

type part struct {
	Value
	minus bool
}

// known tells whether the stretch can be summed up.
func (s *sums) known(from, to int8) bool { return s.cost[from][to] != 0 }

// total adds the parts up. A difference of two rounded or corrected sums may
// come out below zero; where all parts are counts that is no number.
func total(parts []part) (Value, bool) {
	// People write 9 − 8, not −8 + 9.
	if i := slices.IndexFunc(parts, func(p part) bool { return !p.minus }); i > 0 {
		parts[0], parts[i] = parts[i], parts[0]
	}
	var v Value
	terms := make([]Term, len(parts))
	on := make([]Value, len(parts))
	negative := false
	for i, p := range parts {
		if p.minus {
			v.Value -= p.Value.Value
		} else {
			v.Value += p.Value.Value
		}
		negative = negative || p.Value.Value < 0
		terms[i], on[i] = p.term(p.minus), p.Value
	}
	if v.Value < 0 && !negative {
		return Value{}, false
	}
	return v.rests(sum, terms, on...)
}
