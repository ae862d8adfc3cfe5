package sender

import (
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// workbook remembers the figures of the sheets of one workbook. Two sheets are one
// submission, of which neither is later than the other: they must not disagree.
type workbook map[vintage]told

// vintage is a cell as it was published.
type vintage struct {
	figure.Cell
	published string
}

// told is what a sheet says about a cell.
type told struct {
	base   figure.Decimal
	status figure.Status
	sheet  string
	where  string
}

// tell notes a figure of a sheet, unless another sheet has it already.
func (w workbook) tell(sheet, where string, c *rules.Candidate) {
	if w == nil || !c.Converted && !c.Figure.Withheld {
		return
	}
	v := vintage{c.Figure.Cell, c.Figure.Published}
	if _, known := w[v]; !known {
		w[v] = told{c.Base, c.Figure.Status, sheet, where}
	}
}

// against refuses a figure of which another sheet, which comes before, says something
// else.
func (w workbook) against(sheet string, c *rules.Candidate) *figure.Problem {
	first, known := w[vintage{c.Figure.Cell, c.Figure.Published}]
	if !known || first.sheet == sheet || first.base == c.Base && first.status == c.Figure.Status {
		return nil
	}
	return &figure.Problem{Code: "figure/duplicate-cell", Field: "value", Text: c.Figure.Value.String(),
		Reason: "is not what another sheet of the workbook says for this figure, at " + first.where,
		Hint:   "keep one of the two, or push only one sheet (--sheet)"}
}
