package sheet

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
)

// headerAgain tells whether the row repeats the header, as it does where files
// were put one behind the other.
func (r *Reader) headerAgain() bool {
	_, ok := fieldNamed(clean(r.cell(r.header.column[period])))
	return ok
}

// noRow tells of a row that is none of figures: a title, a footnote, a drawn
// line, or one that was pasted from another table.
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
			return nil // as nearly all
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

// otherSeparator is the separator of a row that has another than the file, 0
// for none.
func otherSeparator(text string, h *header) rune {
	for _, c := range separators {
		if c != h.separator && len(h.columns) > 2 && strings.Count(text, string(c)) >= len(h.columns)-1 {
			return c
		}
	}
	return 0
}
