package ingest

import (
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// span is some periods in a row, both ends included.
type span struct{ from, to int32 }

// beside are the periods of a series of which a file has figures. Whoever
// sends the file has judged these by each other, so a worker holds each of
// them against the rest of what it knows, and against nothing that the file
// revises. The order in which they arrive does not matter then.
type beside []span

// maxSpans bounds the header that says so. A file with more gaps is taken to
// fill the last of them.
const maxSpans = 64

// has tells whether the file has a figure of the period.
func (b beside) has(period int32) bool {
	for _, s := range b {
		if period >= s.from && period <= s.to {
			return true
		}
	}
	return false
}

// figures is how many periods these are.
func (b beside) figures() (n int) {
	for _, s := range b {
		n += int(s.to-s.from) + 1
	}
	return n
}

// besideOf are the periods of points, which are in order.
func besideOf(points []point) (b beside) {
	for _, p := range points {
		last := len(b) - 1
		if last >= 0 && (p.period <= b[last].to+1 || len(b) == maxSpans) {
			b[last].to = p.period
			continue
		}
		b = append(b, span{p.period, p.period})
	}
	return b
}

// text is how a header says it: 2021-01/2024-12 2025-06.
func (b beside) text(freq figure.Frequency) string {
	var out strings.Builder
	for i, s := range b {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(periodAt(freq, s.from).String())
		if s.to > s.from {
			out.WriteByte('/')
			out.WriteString(periodAt(freq, s.to).String())
		}
	}
	return out.String()
}

// parseBeside reads such a header, nothing of one that is not understood.
func parseBeside(text string) (b beside) {
	if text == "" {
		return nil
	}
	for _, part := range strings.Fields(text) {
		first, last, more := strings.Cut(part, "/")
		if !more {
			last = first
		}
		from, err := figure.ParsePeriod(first)
		to, errTo := figure.ParsePeriod(last)
		if err != nil || errTo != nil || from.Frequency() != to.Frequency() || len(b) == maxSpans {
			return nil
		}
		b = append(b, span{ordinal(from), ordinal(to)})
	}
	return b
}

// periodAt is the period whose ordinal is n.
func periodAt(freq figure.Frequency, n int32) figure.Period {
	perYear := int32(freq.PerYear())
	year, number := int(n/perYear), int(n%perYear)+1
	switch freq {
	case figure.Monthly:
		return figure.Month(year, number)
	case figure.Quarterly:
		return figure.Quarter(year, number)
	}
	return figure.Year(year)
}
