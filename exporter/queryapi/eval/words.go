package eval

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"

	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/strutil"
)

// Words counts the tokens and bytes seen in a request. It only runs the lexer,
// which is fast, so that a request that is too large is not parsed.
type Words struct {
	bytes, parts, pattern int
}

// Add counts one more query or selector.
func (w *Words) Add(query string) error {
	if w.bytes += len(query); w.bytes > maxText {
		return fmt.Errorf("queries and selectors of %d bytes are too long: at most %d are read; use several requests", w.bytes, maxText)
	}
	lexer := parser.Lex(query)
	for {
		var item parser.Item
		switch lexer.NextItem(&item); {
		case item.Typ == parser.EOF || item.Typ == parser.ERROR: // the parser reports what is wrong
			return nil
		case item.Typ == parser.STRING:
			if err := w.addPattern(item.Val); err != nil {
				return err
			}
		case item.Typ.IsOperator() || slices.Contains(nesting, item.Typ):
			if w.parts++; w.parts > maxParts {
				return fmt.Errorf("a request may have at most %d operators, brackets and matchers; use several requests", maxParts)
			}
		}
	}
}

// nesting are the tokens other than operators that start a nested expression.
var nesting = []parser.ItemType{parser.LEFT_PAREN, parser.LEFT_BRACE, parser.LEFT_BRACKET, parser.EQL}

// addPattern counts a quoted text, which may be a regular expression.
func (w *Words) addPattern(quoted string) error {
	raw, err := strutil.Unquote(quoted)
	if err != nil {
		return nil //nolint:nilerr // the parser reports it
	}
	if err := w.addRegexp(raw); !errors.As(err, new(*syntax.Error)) {
		return err
	}
	return nil // it is not a regular expression, or the parser reports what is wrong
}

// addRegexp counts a regular expression. Compiled it can be a thousand times as
// large as its text: a{1000}. Go itself refuses nested repetitions that are too
// large.
func (w *Words) addRegexp(pattern string) error {
	if w.pattern+len(pattern) > 4*maxPattern { // parsing needs a hundred times its length
		return errPattern
	}
	tree, err := syntax.Parse(pattern, syntax.Perl|syntax.DotNL)
	if err != nil {
		return err
	}
	if w.pattern += instructions(tree); w.pattern > maxPattern {
		return errPattern
	}
	return nil
}

var errPattern = fmt.Errorf("the regular expressions are too large: more than %d steps once repetitions are expanded; use fewer alternatives or repetitions", maxPattern)

// instructions estimates the size of the compiled regular expression, including
// the runes of classes; it stops soon after the limit.
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

// AddMatchers counts the matchers of a remote read.
func (w *Words) AddMatchers(matchers []*prompb.LabelMatcher) error {
	for _, m := range matchers {
		if w.parts++; w.parts > maxParts {
			return fmt.Errorf("a request may have at most %d matchers; use several requests", maxParts)
		}
		if m.Type != prompb.LabelMatcher_RE && m.Type != prompb.LabelMatcher_NRE {
			continue
		}
		if err := w.addRegexp(m.Value); err != nil {
			return err
		}
	}
	return nil
}
