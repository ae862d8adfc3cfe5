package sender

import (
	"context"
	"errors"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Inspection says how to look at files before anything is sent.
type Inspection struct {
	Catalog *catalog.Catalog
	Confirm bool // stand by every value that is merely implausible
	// Against is what the figures are compared with; nil compares them with nothing.
	Against *Holdings
	// Grouped makes the report list figures by indicator even if nothing is compared.
	Grouped bool
	// Row, unless nil, is called for every row of every file that can be read, in
	// their order. The row may be kept. An error ends the inspection.
	Row func(*Row) error
	// Fault, unless nil, is called for every problem because of which a file cannot be
	// read.
	Fault func(Finding)
}

// Check is Inspection.Check without a comparison.
func Check(ctx context.Context, cat *catalog.Catalog, confirm bool, inputs []Input) (*Report, error) {
	return Inspection{Catalog: cat, Confirm: confirm}.Check(ctx, inputs)
}

// Check inspects files and sends nothing. What a worker would refuse counts as
// refused when the figures are compared. The error says which file could not be
// read, or that ctx has ended; problems with figures are in the report.
func (i Inspection) Check(ctx context.Context, inputs []Input) (*Report, error) {
	r, in := &Report{}, newInspector(i.Catalog, i.Confirm)
	look := inspecting{Inspection: i, inspector: in, report: r, settles: func(*judgedRow) bool { return false }}
	if i.Against != nil {
		earlier := &answered{nc: i.Against.js.Conn()}
		look.settles = func(row *judgedRow) bool { return earlier.before(ctx, row) }
	}
	_, err := look.all(ctx, inputs)
	return r, errors.Join(err, in.close())
}

// inspecting is an inspection under way.
type inspecting struct {
	Inspection
	inspector *inspector
	report    *Report
	// settles is called for a figure that would be refused unless confirmed; true
	// means that the figure was accepted before.
	settles func(*judgedRow) bool
	sends   bool      // the figures are sent next, so that the workers say what they refuse
	trial   *trial    // nil when nothing is compared
	groups  *grouping // nil when rows are not listed
}

// all inspects files.
func (i *inspecting) all(ctx context.Context, inputs []Input) (files []*file, err error) {
	var tables []Input
	for _, input := range inputs {
		parts, err := i.inspector.parts(ctx, input)
		if err != nil {
			return nil, err
		}
		tables = append(tables, parts...)
	}
	i.report.cat = i.Catalog
	if i.Against != nil || i.Grouped {
		i.groups = &grouping{cat: i.Catalog, groups: map[string]*Group{}}
	}
	if i.Against != nil {
		i.report.Compared, i.report.Undecided = &Tally{}, i.Against.Undecided()
		var may func(string) *figure.Problem
		if !i.sends { // sending finds it out for itself
			may = func(agency string) *figure.Problem { return i.Against.mayNotSend(ctx, agency) }
		}
		i.trial = i.Against.try(may)
		defer i.trial.end()
	}
	for n, input := range tables {
		input.table = n
		f, err := i.table(input.until(ctx))
		if err != nil {
			return nil, err
		}
		f.input = input // without ctx: sending stops in its own way
		files = append(files, f)
	}
	return files, nil
}

// table inspects one file.
func (i *inspecting) table(input Input) (*file, error) {
	r := i.report
	r.Files = append(r.Files, input.Name)
	f, err := i.inspector.load(input)
	if err != nil {
		return nil, err
	}
	for _, words := range f.readingNotes() {
		r.Read = append(r.Read, Reading{input.Name, words})
	}
	r.Rows += f.rows()
	if f.unreadable() {
		r.Unread += f.rows()
	}
	var whole scale
	err = f.each(func(row *judgedRow) error {
		if row.asked && (i.trial != nil && i.trial.known.Repeats(&row.candidate) || i.settles(row)) {
			row.Findings, row.asked = nil, false
		}
		return i.row(f, row, &whole)
	}, func(fault Finding) {
		r.find(fault)
		if i.Fault != nil {
			i.Fault(fault)
		}
	})
	if p := whole.problem(); p != nil {
		r.other(f, p)
	}
	return f, err
}

// row compares and counts a row of a file.
func (i *inspecting) row(f *file, judged *judgedRow, whole *scale) error {
	if i.groups == nil && i.Row == nil {
		i.report.count(f, judged)
		return nil
	}
	row := f.row(judged)
	if len(judged.Findings) > 0 {
		row.Change = Refused
	}
	if i.trial != nil {
		if d := i.trial.compare(f, judged, &row); d != nil && !i.sends {
			whole.count(d.Outcome, d.Problem)
			judged.Findings, judged.Unusual = row.Findings, row.Unusual
		}
	}
	i.report.count(f, judged)
	if i.groups != nil && row.Read {
		i.groups.add(i.report, f, &row)
	}
	if i.Row == nil {
		return nil
	}
	row.Where = f.where(row.Line, "value")
	return i.Row(&row)
}

// count counts a row of a file and notes its findings.
func (r *Report) count(f *file, row *judgedRow) {
	if row.Repeats > 0 {
		if r.Repeated++; r.Repeated == 1 {
			r.FirstRepeated = f.where(row.Line, "")
		}
		return
	}
	r.Figures++
	if len(row.Findings) == 0 {
		r.NotSent++
		f.claim(row)
		for _, finding := range row.Unusual {
			r.tell(finding)
		}
		return
	}
	r.Refused++
	for _, finding := range row.Findings {
		r.find(finding)
	}
}
