package sheet

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
)

// headerAgain reports whether the row repeats the header, as happens when files are
// concatenated.
func (r *Reader) headerAgain() bool {
	_, ok := fieldNamed(clean(r.cell(r.header.column[period])))
	return ok
}

// noRow returns the problem of a row that is not a figure: a title, a footnote, a
// drawn line, or a row pasted from another table.
func (r *Reader) noRow() *figure.Problem {
	alone, filled, drawn := "", 0, true
	for i := range r.rows.cells {
		text := clean(r.cell(i))
		if text == "" {
			continue
		}
		alone = text
		filled++
		if drawn = drawn && strings.Trim(text, "-=_—─") == ""; filled > 1 && !drawn {
			return nil // nearly all rows
		}
	}
	p := &figure.Problem{Code: "sheet/row", Hint: "delete the line"}
	switch other := otherSeparator(alone, r.header); {
	case drawn:
		p.Reason = "is a drawn line, not a figure"
	case filled > 1 || strings.ContainsRune(alone, r.header.separator) || !strings.ContainsFunc(alone, unicode.IsLetter):
		return nil
	case other != 0:
		p.Reason = fmt.Sprintf("separates its cells with %q, but the file uses %q", other, r.header.separator)
		p.Hint = "use the separator of the rest of the file"
	default:
		p.Text, p.Reason = alone, "is alone in its row, like a title or a footnote"
	}
	return p
}

// otherSeparator returns the separator of a row if it differs from the file's, else
// 0.
func otherSeparator(text string, h *header) rune {
	for _, c := range separators {
		if c != h.separator && len(h.columns) > 2 && strings.Count(text, string(c)) >= len(h.columns)-1 {
			return c
		}
	}
	return 0
}
