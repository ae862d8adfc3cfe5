package promapi

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/strutil"
)

// text is how much of what queries are made of was seen in a request. It looks
// at words only, which takes a moment, so that what is too large is not parsed.
type text struct {
	bytes, parts, pattern int
}

// add looks at one more query or selector.
func (t *text) add(query string) error {
	if t.bytes += len(query); t.bytes > maxText {
		return fmt.Errorf("queries and selectors of %d bytes are too long, %d are read at the most; ask in several requests", t.bytes, maxText)
	}
	lexer := parser.Lex(query)
	for {
		var item parser.Item
		switch lexer.NextItem(&item); {
		case item.Typ == parser.EOF || item.Typ == parser.ERROR: // of which the parser says what is wrong
			return nil
		case item.Typ == parser.STRING:
			if err := t.addPattern(item.Val); err != nil {
				return err
			}
		case item.Typ.IsOperator() || slices.Contains(nesting, item.Typ):
			if t.parts++; t.parts > maxParts {
				return fmt.Errorf("more than %d operators, brackets and matchers are not read; ask in several requests", maxParts)
			}
		}
	}
}

// nesting are the words beside operators that begin something within another.
var nesting = []parser.ItemType{parser.LEFT_PAREN, parser.LEFT_BRACE, parser.LEFT_BRACKET, parser.EQL}

// addPattern looks at a quoted text, which may be a regular expression.
func (t *text) addPattern(quoted string) error {
	raw, err := strutil.Unquote(quoted)
	if err != nil {
		return nil //nolint:nilerr // the parser says so
	}
	if err := t.addRegexp(raw); !errors.As(err, new(*syntax.Error)) {
		return err
	}
	return nil // it is none, or the parser says what is wrong
}

// addRegexp looks at a regular expression. Compiled it may be a thousand times
// as large as it is written: a{1000}. Repeated repetitions are refused by Go.
func (t *text) addRegexp(pattern string) error {
	if t.pattern+len(pattern) > 4*maxPattern { // to parse it takes a hundred times its length
		return errPattern
	}
	tree, err := syntax.Parse(pattern, syntax.Perl|syntax.DotNL)
	if err != nil {
		return err
	}
	if t.pattern += instructions(tree); t.pattern > maxPattern {
		return errPattern
	}
	return nil
}

var errPattern = fmt.Errorf("the regular expressions are too large: more than %d steps when repetitions are written out; name fewer alternatives, or repeat less", maxPattern)

// instructions is about how many a regular expression is compiled to, runes of
// classes included; at most a little more than are allowed.
func instructions(r *syntax.Regexp) int {
	n := 1 + len(r.Rune)
	for _, sub := range r.Sub {
		if n += instructions(sub); n > maxPattern {
			return maxPattern + 1
		}
	}
	switch r.Op {
	case syntax.OpRepeat:
		return min(n*max(r.Min, r.Max, 1), maxPattern+1)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return n + 1
	}
	return n
}

// answerable tells whether an expression that was read can be answered within what
// a query may take, and what is too much of it.
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
		return err // which ends it
	})
	switch {
	case err != nil:
		return err
	case selectors > maxSelectors:
		return fmt.Errorf("%d selectors are too many, a query may have %d; ask in several queries", selectors, maxSelectors)
	case rewrites(expr) > maxRewrites:
		return fmt.Errorf("%d calls of label_replace, label_join and count_values are too many, a query may have %d; ask in several queries", rewrites(expr), maxRewrites)
	case longest(expr) > maxLabel:
		return fmt.Errorf("label_replace and label_join could make a label of more than %d bytes; repeat less", maxLabel)
	}
	return span{steps: 1}.check(expr, maxSubquery)
}

// rewrites counts what makes labels anew.
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

// rewritten is how many bytes the labels that are made anew of one series may
// have together.
func rewritten(expr parser.Expr) int { return rewrites(expr) * longest(expr) }

// checkAt refuses the moment of an @ that is beyond all times.
func checkAt(ms *int64) error {
	if ms != nil && (*ms > latest || *ms < -latest) {
		return fmt.Errorf("@ %d is no moment: %s", *ms/1000, moments)
	}
	return nil
}

// moments says what can stand for one.
var moments = fmt.Sprintf("write seconds since 1970, from -%d to %d, or a time like 2024-03-01T00:00:00Z", latest/1000, latest/1000)

// span is how far an expression is evaluated, and in how many steps.
type span struct {
	length, steps float64 // milliseconds; 0 and 1 at one moment
}

// check refuses subqueries that are evaluated in too many steps, which go as
// far as the query and all that they are within, or look at too many of them.
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
			return fmt.Errorf("the subquery %s has too many steps: it may have %.0f, and look at %d over all steps of the query; lengthen its step or shorten a range", sub, most, maxWindows)
		}
	}
	for child := range parser.ChildrenIter(node) {
		if err := inner.check(child, most); err != nil {
			return err
		}
	}
	return nil
}

// anyLabel is as long as the labels of figures are, at the most.
const anyLabel = 256

// longest is how long labels can become, at the most a little more than they
// may: label_replace can copy a label many times, and again.
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

// times is how long a replacement can become in which every $ stands for a
// label of that length.
func times(length int, replacement parser.Expr) int {
	text := literal(replacement)
	return len(text) + min(strings.Count(text, "$"), maxLabel)*length
}

// literal is the text of an argument.
func literal(arg parser.Expr) string {
	for {
		switch n := arg.(type) {
		case *parser.ParenExpr:
			arg = n.Expr
		case *parser.StringLiteral:
			return n.Val
		default:
			return "" // of which the parser says that it is no text
		}
	}
}
