package rules

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

// span is a run of consecutive periods, both ends included.
type span struct{ from, to int32 }

// Beside describes the file around a figure: for which periods of its series
// the file has figures, and how many figures it has in all. The sender has
// already judged the figures of a series by each other, so a worker compares
// each of them only with what it knows from elsewhere, not with anything that
// the file revises. The result therefore does not depend on the order in which
// the figures arrive.
//
// It also carries the breaks in the series of the same indicator, area and
// category, because the figures that mark them may arrive later.
type Beside struct {
	spans []span
	rows  int
	// Marked are the breaks. Their periods are months, and their measures only
	// tell growth rates from amounts.
	Marked []catalog.Marked
	// ends are the balances that are only partly in the file and of which this
	// is the last figure.
	ends  []weighing
	alone bool // the figure came without a file, so that it ends every balance
}

// weighing identifies a balance, by its index in the catalogue, and the measure
// and period of the cell that it judges.
type weighing struct {
	balance int
	measure figure.Measure
	period  figure.Period
}

// weighs reports whether the balance that judges the cell is among ends.
func (b Beside) weighs(balance int, judged figure.Cell) bool {
	return slices.Contains(b.ends, weighing{balance, judged.Measure, judged.Period})
}

// maxSpans limits the length of the header. In a file with more gaps, the gaps
// beyond the limit count as filled.
const maxSpans = 64

// has reports whether the file has a figure for the period.
func (b Beside) has(period int32) bool {
	for _, s := range b.spans {
		if period >= s.from && period <= s.to {
			return true
		}
	}
	return false
}

// figures returns the number of periods of the series that the file has.
func (b Beside) figures() (n int) {
	for _, s := range b.spans {
		n += int(s.to-s.from) + 1
	}
	return n
}

// BesideOf describes a file of the given number of rows that has these vintages
// of a series, which must be in order.
func BesideOf(vintages []Vintage, rows int) Beside {
	var spans []span
	for _, p := range vintages {
		last := len(spans) - 1
		if last >= 0 && (p.period <= spans[last].to+1 || len(spans) == maxSpans) {
			spans[last].to = p.period
			continue
		}
		spans = append(spans, span{p.period, p.period})
	}
	return Beside{spans: spans, rows: rows}
}

// Text returns the value of the header ingest.HeaderBeside: the number of rows,
// the periods, and the months of breaks in amounts (B) and in growth rates (B%),
// like
//
//	56 2021-01/2024-12 2025-06 B2024-01 B%2024-01
func (b Beside) Text(freq figure.Frequency) string {
	var out strings.Builder
	out.WriteString(strconv.Itoa(b.rows))
	for _, s := range b.spans {
		out.WriteByte(' ')
		out.WriteString(figure.NthPeriod(freq, s.from).String())
		if s.to > s.from {
			out.WriteByte('/')
			out.WriteString(figure.NthPeriod(freq, s.to).String())
		}
	}
	for _, m := range b.Marked {
		out.WriteByte(' ')
		out.WriteString(breakMark)
		if m.Measure.Growth() {
			out.WriteString(catalog.PercentUnit)
		}
		out.WriteString(m.Period.String())
	}
	return out.String()
}

// balanceMark precedes each of ends in the header.
const balanceMark = "="

// text returns the form of a weighing in the header: =3:ytd:2024-05.
func (w weighing) text() string {
	return balanceMark + strconv.Itoa(w.balance) + ":" + w.measure.String() + ":" + w.period.String()
}

func weighingOf(text string) (w weighing, ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return w, false
	}
	var errs [3]error
	w.balance, errs[0] = strconv.Atoi(parts[0])
	w.measure, errs[1] = figure.ParseMeasure(parts[1])
	w.period, errs[2] = figure.ParsePeriod(parts[2])
	return w, errors.Join(errs[:]...) == nil
}

// breakMark precedes the month of a break in the header.
const breakMark = "B"

// markOf parses a break in the header.
func markOf(text string) (m catalog.Marked, ok bool) {
	if rest, growth := strings.CutPrefix(text, catalog.PercentUnit); growth {
		m.Measure, text = figure.YoY, rest
	}
	var err error
	m.Period, err = figure.ParsePeriod(text)
	return m, err == nil && m.Period.Frequency() == figure.Monthly
}

// parseBeside parses the header. It returns the zero Beside for one that it
// does not understand.
func parseBeside(text string) Beside {
	if text == "" {
		return Beside{alone: true}
	}
	if len(text) > ingest.MaxBeside {
		return Beside{}
	}
	first, rest, _ := strings.Cut(text, " ")
	rows, err := strconv.Atoi(first)
	if err != nil {
		return Beside{}
	}
	b := Beside{rows: rows}
	for part := range strings.FieldsSeq(rest) {
		if text, ends := strings.CutPrefix(part, balanceMark); ends {
			w, ok := weighingOf(text)
			if !ok || len(b.ends) == maxSpans {
				return Beside{}
			}
			b.ends = append(b.ends, w)
			continue
		}
		if text, breaks := strings.CutPrefix(part, breakMark); breaks {
			m, ok := markOf(text)
			if !ok || len(b.Marked) == 2*maxSpans {
				return Beside{}
			}
			b.Marked = append(b.Marked, m)
			continue
		}
		first, last, more := strings.Cut(part, "/")
		if !more {
			last = first
		}
		from, err := figure.ParsePeriod(first)
		to, errTo := figure.ParsePeriod(last)
		if err != nil || errTo != nil || from.Frequency() != to.Frequency() || len(b.spans) == maxSpans {
			return Beside{}
		}
		b.spans = append(b.spans, span{from.Ordinal(), to.Ordinal()})
	}
	return b
}
