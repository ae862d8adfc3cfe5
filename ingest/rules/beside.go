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

// span is some periods in a row, both ends included.
type span struct{ from, to int32 }

// Beside is what a file has beside a figure: of which periods of its series
// there are figures, and how many figures in all. Whoever sends the file has
// judged those of a series by each other, so a worker holds each of them against
// the rest of what it knows, and against nothing that the file revises. The
// order in which they arrive does not matter then.
//
// What the file says of breaks in the place of the series goes with it, since
// their figures may arrive later.
type Beside struct {
	spans  []span
	rows   int
	Marked []catalog.Marked // months, and of the measures only whether they are growth
	// ends are the balances of which this is the last figure in the file, while
	// others are not in it. A figure that comes by itself ends all.
	ends  []weighing
	alone bool
}

// weighing is a balance of the catalogue, by its place there, for a cell that it
// judges, as far as another cell of it does not tell that.
type weighing struct {
	balance int
	measure figure.Measure
	period  figure.Period
}

// weighs tells whether a balance that judges the cell ends, by the header.
func (b Beside) weighs(balance int, judged figure.Cell) bool {
	return slices.Contains(b.ends, weighing{balance, judged.Measure, judged.Period})
}

// maxSpans bounds the header that says so. A file with more gaps is taken to
// fill the last of them.
const maxSpans = 64

// has tells whether the file has a figure of the period.
func (b Beside) has(period int32) bool {
	for _, s := range b.spans {
		if period >= s.from && period <= s.to {
			return true
		}
	}
	return false
}

// figures is how many periods of the series these are.
func (b Beside) figures() (n int) {
	for _, s := range b.spans {
		n += int(s.to-s.from) + 1
	}
	return n
}

// BesideOf is what a file of so many rows has of a series, whose points are in
// order.
func BesideOf(points []Point, rows int) Beside {
	var spans []span
	for _, p := range points {
		last := len(spans) - 1
		if last >= 0 && (p.period <= spans[last].to+1 || len(spans) == maxSpans) {
			spans[last].to = p.period
			continue
		}
		spans = append(spans, span{p.period, p.period})
	}
	return Beside{spans: spans, rows: rows}
}

// Text is how a header says it: the rows, then the periods, then the months with
// which amounts and growth rates break, like
// 56 2021-01/2024-12 2025-06 B2024-01 B%2024-01.
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

// balanceMark begins a balance that ends, in such a header.
const balanceMark = "="

// text is how such a header says it: =3:ytd:2024-05.
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

// breakMark begins the month of a break in such a header.
const breakMark = "B"

// markOf reads a break of such a header.
func markOf(text string) (m catalog.Marked, ok bool) {
	if rest, growth := strings.CutPrefix(text, catalog.PercentUnit); growth {
		m.Measure, text = figure.YoY, rest
	}
	var err error
	m.Period, err = figure.ParsePeriod(text)
	return m, err == nil && m.Period.Frequency() == figure.Monthly
}

// parseBeside reads such a header, nothing of one that is not understood.
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
