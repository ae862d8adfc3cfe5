package sender

import (
	"fmt"
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// scale compares a file with what is stored: whether all its figures, or but a
// few, differ from it by one factor.
type scale struct {
	factors []float64 // of the figures that differ by a factor, as logarithms
	alike   int       // figures that do not
}

// sameScale is how far apart, as logarithms, factors may be that are one: a
// revision moves figures by little, a unit by much.
var sameScale = math.Log(2)

// count takes what became of a figure.
func (s *scale) count(o ingest.Outcome, p *figure.Problem) {
	switch {
	case p != nil && p.Factor > 0:
		s.factors = append(s.factors, math.Log(p.Factor))
	case o == ingest.Revised || o == ingest.Unchanged:
		s.alike++
	}
}

// problem says that the file is of another scale, nil when it is not.
func (s *scale) problem() *figure.Problem {
	n := len(s.factors)
	if n < rules.WholeFile || 4*s.alike > n {
		return nil
	}
	slices.Sort(s.factors)
	if s.factors[n-1]-s.factors[0] > sameScale {
		return nil
	}
	number := fmt.Sprintf("all %d figures", n)
	if s.alike > 0 {
		number = fmt.Sprintf("%d of %d figures", n, n+s.alike)
	}
	return &figure.Problem{Code: "figure/other-scale",
		Reason: fmt.Sprintf("%s differ from what is stored by a factor of %s", number, rules.Multiple(math.Exp(s.factors[n/2]))),
		Hint:   "which is right? If the file is, send it again with --confirm; if what is stored is, fix the unit or the values in the file"}
}

// strange reports what the worker has to say of a figure. Its cell is named
// when everything is settled.
func (p *pusher) strange(ref int64, o ingest.Outcome, problem *figure.Problem) {
	file, line := p.files[ref>>lineBits], int(ref&(1<<lineBits-1))
	f := Finding{Where: file.where(line, problem.Field), Problem: *problem, ref: ref}
	if o == ingest.Refused {
		p.report.find(f)
		return
	}
	told := func(o Finding) bool { return o.Where == f.Where && o.Code == f.Code }
	if !slices.ContainsFunc(p.report.Unusual, told) { // by the file itself
		p.report.tell(f)
	}
}

// conclude adds to the report what only shows when all is settled.
func (p *pusher) conclude() {
	for i, f := range p.files {
		if problem := p.scales[i].problem(); problem != nil {
			whole := Finding{Where: f.input.Name, Problem: *problem}
			add, list := p.report.find, &p.report.Findings
			if p.report.Refused == 0 {
				add, list = p.report.tell, &p.report.Unusual
			}
			add(whole)
			*list = append([]Finding{whole}, (*list)[:min(len(*list), maxFindings)-1]...)
		}
	}
	p.nameCells(p.report.Findings)
	p.nameCells(p.report.Unusual)
}

// nameCells fills in the cells of findings that came from the worker, for
// which the files are read once more: to keep all cells would take too much.
func (p *pusher) nameCells(findings []Finding) {
	for i, f := range p.files {
		wanted := map[int][]*Finding{}
		for j := range findings {
			if ref := findings[j].ref; ref != 0 && int(ref>>lineBits) == i {
				line := int(ref & (1<<lineBits - 1))
				wanted[line] = append(wanted[line], &findings[j])
			}
		}
		if len(wanted) == 0 {
			continue
		}
		// That the file cannot be read again takes nothing from the report.
		_ = f.read(func(_ *sheet.Reader, row *sheet.Row) error {
			for _, finding := range wanted[row.Line] {
				finding.Cell = row.Figure.Cell.String()
			}
			return nil
		})
	}
}
