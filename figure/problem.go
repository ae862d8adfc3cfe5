package figure

import (
	"strings"
	"unicode"
)

// Problem is one thing that is wrong with a figure, described so that the
// person who sent it can correct it: a stable code to look up, the field and
// the offending text, the reason and the fix.
type Problem struct {
	Code   string `json:"code"`            // stable, e.g. "figure/period"; explained in docs/rules.md
	Field  string `json:"field,omitempty"` // the field or column, e.g. "period"
	Text   string `json:"text,omitempty"`  // the offending text as it was written
	Reason string `json:"reason"`          // what is wrong
	Hint   string `json:"hint,omitempty"`  // how to fix it
	// Factor is the value divided by what is stored for the same cell, if that
	// ratio is what is wrong; otherwise 0.
	Factor float64 `json:"factor,omitempty"`
}

// Error writes the problem on one line: code, field, text, reason, hint.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Code)
	b.WriteString(": ")
	if p.Field != "" {
		b.WriteString(p.Field)
		b.WriteByte(' ')
	}
	if p.Text != "" {
		b.WriteString(quote(p.Text))
		b.WriteByte(' ')
	}
	b.WriteString(p.Reason)
	if p.Hint != "" {
		b.WriteString("; ")
		b.WriteString(p.Hint)
	}
	return b.String()
}

// quotedRunes limits how much of a sender's text a message repeats.
const quotedRunes = 80

// quote puts s in quotation marks, shortened. Invisible characters (control
// characters, line separators, the no-break spaces of spreadsheets) become a
// middle dot and bytes that are not UTF-8 a replacement character, because the
// message is one line and is printed on terminals.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	n := 0
	for _, r := range s {
		if n == quotedRunes {
			b.WriteString("…")
			break
		}
		n++
		if !unicode.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// Quoted is the offending text in quotation marks, shortened and made safe
// for a terminal; empty if the problem has none.
func (p *Problem) Quoted() string {
	if p.Text == "" {
		return ""
	}
	return quote(p.Text)
}
