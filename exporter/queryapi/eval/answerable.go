package eval

import (
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// answerable checks that evaluating a parsed expression stays within the
// limits; its error says which one is exceeded.
func answerable(expr parser.Expr) (err error) {
	selectors := 0
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			selectors++
			err = checkAt(n.Timestamp)
		case *parser.SubqueryExpr:
			err = checkAt(n.Timestamp)
		}
		return err // stops the walk
	})
	switch {
	case err != nil:
		return err
	case selectors > MaxSelectors:
		return fmt.Errorf("%d selectors are too many: a query may have %d; use several queries", selectors, MaxSelectors)
	case rewrites(expr) > maxRewrites:
		return fmt.Errorf("%d calls of label_replace, label_join and count_values are too many: a query may have %d; use several queries", rewrites(expr), maxRewrites)
	case longest(expr) > maxLabel:
		return fmt.Errorf("label_replace and label_join could make a label longer than %d bytes; use fewer repetitions", maxLabel)
	}
	return span{steps: 1}.check(expr, maxSubquery)
}

// rewrites counts the calls that write new labels.
func rewrites(expr parser.Expr) (n int) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.Call:
			if node.Func.Name == "label_replace" || node.Func.Name == "label_join" {
				n++
			}
		case *parser.AggregateExpr:
			if node.Op == parser.COUNT_VALUES {
				n++
			}
		}
		return nil
	})
	return n
}

// rewritten is how many bytes the new labels of one series may have in total.
func rewritten(expr parser.Expr) int { return rewrites(expr) * longest(expr) }

// checkAt refuses the time of an @ that is out of range.
func checkAt(ms *int64) error {
	if ms != nil && (*ms > Latest || *ms < -Latest) {
		return fmt.Errorf("@ %d is not a time: %s", *ms/1000, Moments)
	}
	return nil
}

// Moments says how to write a time.
var Moments = fmt.Sprintf("write seconds since 1970, from -%d to %d, or a time like 2024-03-01T00:00:00Z", Latest/1000, Latest/1000)

// span is how far an expression is evaluated and in how many steps.
type span struct {
	length, steps float64 // length in milliseconds; 0 and 1 for an instant query
}

// check refuses subqueries with too many steps, counting the range of the query
// and of all subqueries around them, and those that evaluate too many steps in
// total.
func (s span) check(node parser.Node, most float64) error {
	inner := s
	if sub, ok := node.(*parser.SubqueryExpr); ok {
		step := sub.Step
		if step <= 0 {
			step = subqueryStep
		}
		inner.length += float64(sub.Range.Milliseconds())
		inner.steps = inner.length/float64(step.Milliseconds()) + 1
		if inner.steps > most || s.steps*float64(sub.Range)/float64(step) > maxWindows {
			return fmt.Errorf("the subquery %s has too many steps: it may have %.0f, and %d over all steps of the query; use a longer step or a shorter range", sub, most, maxWindows)
		}
	}
	for child := range parser.ChildrenIter(node) {
		if err := inner.check(child, most); err != nil {
			return err
		}
	}
	return nil
}

// anyLabel is the maximum length of the labels of figures.
const anyLabel = 256

// longest returns how long labels can become, stopping soon after the limit:
// label_replace can copy a label many times, and repeatedly.
func longest(node parser.Node) int {
	n := anyLabel
	for child := range parser.ChildrenIter(node) {
		n = max(n, longest(child))
	}
	if call, ok := node.(*parser.Call); ok {
		switch call.Func.Name {
		case "label_replace":
			n = max(n, times(n, call.Args[2]))
		case "label_join":
			n = (n + len(literal(call.Args[2]))) * max(len(call.Args)-3, 1)
		}
	}
	return min(n, maxLabel+1)
}

// times returns how long a replacement can become if every $ is replaced by a
// label of that length.
func times(length int, replacement parser.Expr) int {
	text := literal(replacement)
	return len(text) + min(strings.Count(text, "$"), maxLabel)*length
}

// literal returns the text of a string argument.
func literal(arg parser.Expr) string {
	for {
		switch n := arg.(type) {
		case *parser.ParenExpr:
			arg = n.Expr
		case *parser.StringLiteral:
			return n.Val
		default:
			return "" // the parser reports that it is not a string
		}
	}
}
