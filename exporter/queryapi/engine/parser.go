package engine

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// Parser is Prometheus' parser, which also refuses what as_of and scale cannot
// be and what asks too much, so that the answer is the one to any malformed
// query. It does not look at how long a query is: see Words.
type Parser struct {
	parser.Parser
	zone *time.Location // in which as_of names days
}

// NewParser makes a Parser. zone is where as_of names days.
func NewParser(zone *time.Location) Parser {
	return Parser{parser.NewParser(parser.Options{}), zone}
}

// ParseExpr reads a query.
func (p Parser) ParseExpr(input string) (parser.Expr, error) {
	expr, err := p.Parser.ParseExpr(input)
	if err != nil {
		return nil, err
	}
	if err := answerable(expr); err != nil {
		return nil, err
	}
	for _, matchers := range parser.ExtractSelectors(expr) {
		if err := series.CheckSelector(matchers, p.zone); err != nil {
			return nil, err
		}
	}
	return expr, nil
}

// ParseMetricSelectors reads the selectors of match[].
func (p Parser) ParseMetricSelectors(inputs []string) ([][]*labels.Matcher, error) {
	sets, err := p.Parser.ParseMetricSelectors(inputs)
	if err != nil {
		return nil, err
	}
	for _, matchers := range sets {
		if err := series.CheckSelector(matchers, p.zone); err != nil {
			return nil, err
		}
	}
	return sets, nil
}
