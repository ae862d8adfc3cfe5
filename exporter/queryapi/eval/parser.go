package eval

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// Parser is Prometheus' parser. It also refuses invalid values of as_of, scale
// and basis, and queries that exceed the limits, so that these are answered like
// any malformed query. It does not check the length of a query: see Words.
type Parser struct {
	parser.Parser
	zone *time.Location // for the days in as_of
}

// NewParser creates a Parser. zone is the time zone of the days in as_of.
func NewParser(zone *time.Location) Parser {
	return Parser{parser.NewParser(parser.Options{}), zone}
}

// ParseExpr parses a query.
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

// ParseMetricSelectors parses the selectors of match[].
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
