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

// scale compares a file with what is stored: whether all or nearly all of its
// figures differ by the same factor.
type scale struct {
	factors []float64 // logarithms of the factors of figures that differ
	alike   int       // number of figures that do not
}

// sameScale is how far apart the logarithms of two factors may be to count as the
// same: a revision changes figures by little, another unit by much.
var sameScale = math.Log(2)

// count records the outcome of a figure.
func (s *scale) count(o ingest.Outcome, p *figure.Problem) {
	switch {
	case p != nil && p.Factor > 0:
		s.factors = append(s.factors, math.Log(p.Factor))
	case o == ingest.Revised || o == ingest.Unchanged:
		s.alike++
	}
}

// problem returns the problem of a file on another scale, nil when there is none.
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

// strange adds the worker's refusal or warning to the report. nameCells fills in
// the cell at the end.
func (p *pusher) strange(ref int64, o ingest.Outcome, problem *figure.Problem) {
	file, line := p.files[ref>>lineBits], int(ref&(1<<lineBits-1))
	f := Finding{Where: file.where(line, problem.Field), Problem: *problem, at: place{file.input.table, line}, ref: ref}
	if o == ingest.Refused {
		p.report.find(f)
		return
	}
	told := func(o Finding) bool { return o.Where == f.Where && o.Code == f.Code }
	if !slices.ContainsFunc(p.report.Unusual, told) { // not yet reported by the check of the file
		p.report.tell(f)
	}
}

// conclude adds to the report what is known only once everything is settled.
func (p *pusher) conclude() {
	for i, f := range p.files {
		if problem := p.scales[i].problem(); problem != nil {
			p.report.other(f, problem)
		}
	}
	p.nameCells(p.report.Findings)
	p.nameCells(p.report.Unusual)
}

// other adds the problem of a whole file in front of all others.
func (r *Report) other(f *file, p *figure.Problem) {
	whole := Finding{Where: f.input.Name, Problem: *p, at: place{table: f.input.table}}
	add, list := r.find, &r.Findings
	if r.Refused == 0 {
		add, list = r.tell, &r.Unusual
	}
	add(whole)
	*list = append([]Finding{whole}, (*list)[:min(len(*list), maxFindings)-1]...)
}

// nameCells fills in the cells of findings from the worker. It reads the files
// again, because keeping all cells would take too much memory.
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
		// If the file cannot be read again, the report is still complete.
		_ = f.read(func(_ *sheet.Reader, row *sheet.Row) error {
			for _, finding := range wanted[row.Line] {
				finding.Cell = row.Figure.Cell.String()
			}
			return nil
		})
	}
}
