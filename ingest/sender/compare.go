package sender

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

// Change is how a figure differs from what is stored of its cell.
type Change uint8

// The changes.
const (
	Uncompared Change = iota // nothing was compared, or the row repeats another
	New                      // nothing is stored of its cell
	Same                     // it says what is stored
	Changed                  // it replaces what is stored
	Later                    // it becomes history, because a later publication is stored
	Refused                  // it would be refused
)

var changes = [...]string{"uncompared", "new", "same", "changed", "later", "refused"}

// String returns the change as it is in JSON.
func (c Change) String() string { return changes[c] }

// MarshalText returns String.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Difference is by how much a number differs from the one that is stored.
type Difference struct {
	// Absolute is in the unit of the figure; of growth rates in percentage points.
	Absolute figure.Decimal
	// Percent is the difference in percent of what is stored; nil of growth rates,
	// and of what is stored as zero.
	Percent *float64
}

// Row is a row of a file, and its figure beside what is stored.
type Row struct {
	File   string
	Where  string // file:line:COLUMN of its value, or the cell of a workbook
	Line   int
	Read   bool          // every cell could be read
	Figure figure.Figure // incomplete unless Read
	Agency string        // the indicator's; empty when the catalogue refuses the figure
	// Repeats is the line of an identical earlier row, which counts for both; else 0.
	Repeats int
	Change  Change
	// Was is what is stored of the cell, or for Later what is newer than the figure;
	// nil when nothing is. A file that comes after others is compared with what they
	// make of it.
	Was *Stored
	// Difference is nil when there are not two numbers, or they are equal: then only
	// the status or the note has changed.
	Difference *Difference
	Findings   []Finding // why it would be refused
	Unusual    []Finding // warnings
	Asked      bool      // it would be refused only because it is implausible: confirming it lifts that
	table      int       // see Input
	Answered   []Finding // why it would be refused, or what is unusual, if the sender did not stand by it
}

// row returns a judged row without a comparison, and without its location, which only
// few rows need.
func (f *file) row(judged *judgedRow) Row {
	return Row{File: f.input.Name, table: f.input.table, Line: judged.Line, Read: judged.readable, Figure: judged.Figure,
		Agency: judged.Agency, Repeats: judged.Repeats, Findings: judged.Findings, Unusual: judged.Unusual, Asked: judged.asked}
}

// trial compares the figures of some files with what is stored, in their order: each
// changes what the next ones are compared with, as it would if it were sent.
type trial struct {
	*Holdings
	known      *rules.Known // what would be known
	seq        uint64       // in FIGURES, of the last figure
	at         int64        // when they would be stored, ms since 1970
	submission string
	// may reports whether this account may send for an agency; nil when that is found
	// out otherwise.
	may       func(agency string) *figure.Problem
	refusable map[string]*figure.Problem // why all figures of an indicator are refused, by its code
}

// try begins a trial. Until its end the holdings are not refreshed.
func (h *Holdings) try(may func(agency string) *figure.Problem) *trial {
	h.mu.RLock()
	return &trial{Holdings: h, known: h.known.Copy(), seq: h.sent, at: time.Now().UnixMilli(), submission: ingest.NewSubmissionID(),
		may: may, refusable: map[string]*figure.Problem{}}
}

func (t *trial) end() { t.mu.RUnlock() }

// never returns why all figures of an indicator are refused, nil when they are not.
func (t *trial) never(code, agency string) *figure.Problem {
	p, asked := t.refusable[code]
	if asked {
		return p
	}
	if t.may != nil {
		p = t.may(agency)
	}
	if p == nil {
		p = t.validator.Redefined(code, t.ledger.Defined(store.OfIndicator, code).Is)
	}
	t.refusable[code] = p
	return p
}

// compare completes the row of a file. It also returns the decision that a worker
// would make, nil when it would not get the figure.
func (t *trial) compare(f *file, judged *judgedRow, row *Row) *ledger.Decision {
	fig := &row.Figure
	switch {
	case judged.Repeats > 0:
		return nil
	case len(judged.Findings) > 0:
		if judged.readable {
			row.Was = t.current(fig)
			row.Difference = differenceOf(fig, row.Was)
		}
		return nil
	}
	t.seq++
	m := rules.Message{Seq: t.seq, Stored: t.at, Submission: t.submission, Beside: f.beside(fig.Series(), row.Line)}
	d := t.validator.Weigh(&judged.candidate, &m, t.known)
	row.Asked = d.Outcome == ingest.Refused // nothing else is wrong with a candidate
	if p := t.never(fig.Indicator, judged.Agency); p != nil && d.Outcome != ingest.Refused {
		d, row.Asked = rules.Refusal(m.Seq, p), false
	}
	if p := t.known.Before(&d.Vintage); d.Outcome == ingest.Unchanged && p != nil {
		row.Was = t.was(p, fig)
	} else {
		row.Was = t.current(fig)
	}
	switch d.Outcome {
	case ingest.Written:
		row.Change = New
	case ingest.Unchanged:
		row.Change = Same
	case ingest.Revised:
		row.Change = Changed
	case ingest.Superseded:
		row.Change = Later
	case ingest.Refused:
		row.Change = Refused
		row.Findings = append(row.Findings, f.findingOf(row, d.Problem))
	}
	row.Difference = differenceOf(fig, row.Was)
	if d.Outcome != ingest.Refused && d.Problem != nil {
		row.warn(f.findingOf(row, d.Problem))
	}
	if d.Answered != nil {
		row.Answered = append(row.Answered, f.findingOf(row, d.Answered))
	}
	t.known.Apply(ledger.Range, &d)
	return &d
}

// current returns what would be stored of a figure's cell.
func (t *trial) current(f *figure.Figure) *Stored {
	p, ok := t.known.Current(f.Cell)
	if !ok {
		return nil
	}
	return t.was(&p, f)
}

// was returns a vintage as Stored, in the unit of the figure beside it.
func (t *trial) was(p *rules.Vintage, f *figure.Figure) *Stored {
	s := t.stored(t.known, p, f.Cell, f.Unit)
	if s == nil || s.Seq <= t.sent {
		return s
	}
	if s.Seq = 0; p.Moment >= t.at {
		s.Published = time.Time{}
	}
	return s
}

// findingOf returns a problem of a row as a finding.
func (f *file) findingOf(row *Row, p *figure.Problem) Finding {
	return Finding{Where: f.where(row.Line, p.Field), Cell: row.Figure.Cell.String(), Problem: *p, at: place{f.input.table, row.Line}}
}

// warn adds a warning that the check of the file has not given.
func (r *Row) warn(f Finding) {
	for i := range r.Unusual {
		if r.Unusual[i].Code == f.Code && r.Unusual[i].Where == f.Where {
			return
		}
	}
	r.Unusual = append(r.Unusual, f)
}

// differenceOf returns by how much a figure differs from what is stored.
func differenceOf(f *figure.Figure, was *Stored) *Difference {
	if was == nil || was.Withheld || f.Withheld || was.Unit != f.Unit || was.Value == f.Value {
		return nil
	}
	absolute, ok := f.Value.Sub(was.Value)
	if !ok {
		return nil // numbers of so different sizes that their difference has too many digits
	}
	d := &Difference{Absolute: absolute}
	if !f.Measure.Growth() && !was.Value.IsZero() {
		percent := 100 * absolute.Float64() / math.Abs(was.Value.Float64())
		d.Percent = &percent
	}
	return d
}
