package layout

import (
	"fmt"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// run follows the months or quarters of one series across a header or down a column.
// One without a year has that of the period before it, if it comes directly after or
// before that one: 12月 beside 2023年11月.
type run struct {
	last  figure.Period // with the year 2000 while no year is known
	dated bool
	step  int // 1 while periods follow each other, -1 while they go back, 0 before
}

// next returns a period with its year. unclear reports that it has none, and that the
// periods do not go on in one direction: 11月, 12月, 1月 are not months of one year.
func (r *run) next(text string) (full string, unclear bool) {
	p, dated, ok := part(text)
	switch {
	case !ok:
		return text, false
	case dated || r.last.IsZero() || r.last.Frequency() != p.Frequency():
		before := *r
		if *r = (run{last: p, dated: dated}); before.dated && dated {
			r.step = sign(int(p.Ordinal() - before.last.Ordinal()))
		}
		return text, false
	case !r.dated:
		step := sign(int(p.Ordinal() - r.last.Ordinal()))
		ends := r.last.Number() == p.Frequency().PerYear() && p.Number() == 1 && r.step >= 0
		again := ends || step != 0 && step == -r.step
		if r.last = p; step != 0 && !again {
			r.step = step
		}
		return text, again
	}
	for _, step := range []int{0, 1, -1} {
		near := r.last.Add(step)
		if near.Number() != p.Number() || step == -1 && near.Year() != r.last.Year() && r.step != -1 {
			continue // 12月 after 2024年1月 can be of either year
		}
		full, clash := inYear(fmt.Sprintf("%d年", near.Year()), text)
		if clash {
			break
		}
		if r.last = near; step != 0 {
			r.step = step
		}
		return full, false
	}
	return text, true
}

func sign(n int) int { return min(1, max(-1, n)) }

// part reads a month or a quarter, with its year or without.
func part(text string) (p figure.Period, dated, ok bool) {
	all := readings(text)
	if len(all) == 0 {
		return p, false, false
	}
	if dated = all[0].Extent != figure.Undated; !dated {
		full, clash := inYear("2000年", text)
		if all = readings(full); clash {
			return p, false, false
		}
	}
	if len(all) != 1 || all[0].Extent != figure.Whole || all[0].Period.Frequency() == figure.Annual {
		return p, false, false
	}
	return all[0].Period, dated, true
}

// again is the question about a part of a year that can be of two years.
var again = lang.Text{ZH: "前面的时期没有说明它属于哪一年", EN: "has no year, and the periods before it do not say which; write the year"}

// follow gives the periods of the header that have no year that of those beside them.
func (b *block) follow() {
	type series struct {
		label, published        string
		toDate, growth, dropped bool
	}
	runs := map[series]*run{}
	for c := range b.columns {
		m := &b.columns[c]
		if m.role != noRole || m.period == "" {
			continue
		}
		s := series{m.label, m.published, m.toDate, m.growth, m.drop != nil}
		if runs[s] == nil {
			runs[s] = &run{}
		}
		before := m.period
		m.period, m.again = runs[s].next(m.period)
		b.tellYear(before, m.period)
	}
}

// followRow does the same for the period of a row, which follows those of the rows
// with the same label above it.
func (b *block) followRow(row *said) {
	if row.period == "" {
		return
	}
	if b.runs[row.raw] == nil {
		b.runs[row.raw] = &run{}
	}
	before := row.period
	row.period, row.again = b.runs[row.raw].next(row.period)
	b.tellYear(before, row.period)
}

// tellYear notes, for the report, that a period was given its year.
func (b *block) tellYear(before, full string) {
	if text := before + " = " + full; before != full && !slices.Contains(b.years, text) && len(b.years) <= shown {
		b.years = append(b.years, text)
	}
}
