package promapi

import (
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/tidemark-stats/tidemark/exporter/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// The labels that say how to look at figures rather than which ones.
const (
	asOfLabel    = "as_of"
	scaleLabel   = "scale"
	scaleDisplay = "display" // the only scale
)

// reader is Prometheus' parser, which also refuses what as_of and scale can
// not be, so that the answer is the one to any malformed query.
type reader struct {
	parser.Parser
	location *time.Location // in which as_of names days
}

// ParseExpr reads a query.
func (r reader) ParseExpr(input string) (parser.Expr, error) {
	if err := new(text).add(input); err != nil {
		return nil, err
	}
	expr, err := r.Parser.ParseExpr(input)
	if err != nil {
		return nil, err
	}
	if err := answerable(expr); err != nil {
		return nil, err
	}
	for _, matchers := range parser.ExtractSelectors(expr) {
		if _, err := r.manner(matchers); err != nil {
			return nil, err
		}
	}
	return expr, nil
}

// ParseMetricSelectors reads the selectors of match[].
func (r reader) ParseMetricSelectors(inputs []string) ([][]*labels.Matcher, error) {
	var seen text
	for _, input := range inputs {
		if err := seen.add(input); err != nil {
			return nil, err
		}
	}
	if len(inputs) > maxSelectors {
		return nil, fmt.Errorf("%d selectors are too many, a request may have %d; ask in several requests", len(inputs), maxSelectors)
	}
	sets, err := r.Parser.ParseMetricSelectors(inputs)
	if err != nil {
		return nil, err
	}
	for _, matchers := range sets {
		if _, err := r.manner(matchers); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// manner is how a selector looks at figures.
type manner struct {
	asOf    string    // as it is written; empty when it is not
	known   time.Time // up to when publications count; zero: all
	display bool      // amounts are in the unit people read
	rest    []*labels.Matcher

	histories map[place]*derive.History // as known then, of the places looked at last; for one goroutine
}

// manner takes the labels of this package out of a selector.
func (r reader) manner(matchers []*labels.Matcher) (m manner, err error) {
	for _, matcher := range matchers {
		switch {
		case matcher.Name != asOfLabel && matcher.Name != scaleLabel:
			m.rest = append(m.rest, matcher)
		case matcher.Type != labels.MatchEqual:
			return m, fmt.Errorf("the label %s takes = only, not %s: one query looks at figures in one way", matcher.Name, matcher.Type)
		case matcher.Value == "":
		case matcher.Name == asOfLabel:
			m.asOf = matcher.Value
			if m.known, err = r.moment(matcher.Value); err != nil {
				return m, err
			}
		case matcher.Value != scaleDisplay:
			return m, fmt.Errorf("%s=%q is not a scale: write %s=%q, or leave it out for base units", scaleLabel, matcher.Value, scaleLabel, scaleDisplay)
		default:
			m.display = true
		}
	}
	return m, nil
}

// moment is the last moment that counts: the end of a day, or a moment given
// as such.
func (r reader) moment(text string) (time.Time, error) {
	if day, ok := figure.ParseDay(text); ok {
		return day.End(r.location).Add(-time.Millisecond), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.IsZero() { // the zero time stands for now
		return time.Time{}, fmt.Errorf("%s=%q is not a day: write it like %s=\"2024-03-01\", or a moment like \"2024-03-01T09:00:00+08:00\"", asOfLabel, text, asOfLabel)
	}
	return at, nil
}
