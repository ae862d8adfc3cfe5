package engine

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"

	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/strutil"
)

// Words is how much of what queries are made of was seen in a request. It looks
// at words only, which takes a moment, so that what is too large is not parsed.
type Words struct {
	bytes, parts, pattern int
}

// Add looks at one more query or selector.
func (w *Words) Add(query string) error {
	if w.bytes += len(query); w.bytes > maxText {
		return fmt.Errorf("queries and selectors of %d bytes are too long, %d are read at the most; ask in several requests", w.bytes, maxText)
	}
	lexer := parser.Lex(query)
	for {
		var item parser.Item
		switch lexer.NextItem(&item); {
		case item.Typ == parser.EOF || item.Typ == parser.ERROR: // of which the parser says what is wrong
			return nil
		case item.Typ == parser.STRING:
			if err := w.addPattern(item.Val); err != nil {
				return err
			}
		case item.Typ.IsOperator() || slices.Contains(nesting, item.Typ):
			if w.parts++; w.parts > maxParts {
				return fmt.Errorf("more than %d operators, brackets and matchers are not read; ask in several requests", maxParts)
			}
		}
	}
}

// nesting are the words beside operators that begin something within another.
var nesting = []parser.ItemType{parser.LEFT_PAREN, parser.LEFT_BRACE, parser.LEFT_BRACKET, parser.EQL}

// addPattern looks at a quoted text, which may be a regular expression.
func (w *Words) addPattern(quoted string) error {
	raw, err := strutil.Unquote(quoted)
	if err != nil {
		return nil //nolint:nilerr // the parser says so
	}
	if err := w.addRegexp(raw); !errors.As(err, new(*syntax.Error)) {
		return err
	}
	return nil // it is none, or the parser says what is wrong
}

// addRegexp looks at a regular expression. Compiled it may be a thousand times
// as large as it is written: a{1000}. Repeated repetitions are refused by Go.
func (w *Words) addRegexp(pattern string) error {
	if w.pattern+len(pattern) > 4*maxPattern { // to parse it takes a hundred times its length
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

// AddMatchers looks at the matchers of a remote read.
func (w *Words) AddMatchers(matchers []*prompb.LabelMatcher) error {
	for _, m := range matchers {
		if w.parts++; w.parts > maxParts {
			return fmt.Errorf("more than %d matchers are not read; ask in several requests", maxParts)
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
