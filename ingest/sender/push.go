package sender

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Report is what became of the figures of some files. Rows is the sum of
// Figures, Repeated and Unread; Figures that of Written, Revised, Unchanged,
// Superseded, Refused, Waiting and NotSent.
type Report struct {
	Submission string   `json:"submission,omitempty"` // empty when nothing was sent
	Files      []string `json:"files"`
	// Read says how files were read, where that is no matter of course.
	Read     []Reading `json:"read,omitempty"`
	Rows     int       `json:"rows"`               // rows with text below the headers
	Repeated int       `json:"repeated,omitempty"` // rows equal to one before them, which counts for both
	// FirstRepeated is where the first of these stands.
	FirstRepeated string `json:"first_repeated,omitempty"`
	Unread        int    `json:"unread,omitempty"` // rows of files that cannot be read
	Figures       int    `json:"figures"`
	Written       int    `json:"written"`
	Revised       int    `json:"revised"`
	Unchanged     int    `json:"unchanged"`
	Superseded    int    `json:"superseded"` // kept as history: a later publication is known
	Refused       int    `json:"refused"`    // by a check before sending, or by the worker
	Waiting       int    `json:"waiting"`    // stored in NATS, not settled yet
	NotSent       int    `json:"not_sent"`   // good ones that were not sent
	// FirstNotSent is where the first of these stands.
	FirstNotSent string `json:"first_not_sent,omitempty"`
	// Findings are the first problems, Omitted is how many others there are,
	// and ByCode counts all of them.
	Findings []Finding      `json:"findings,omitempty"`
	Omitted  int            `json:"omitted,omitempty"`
	ByCode   map[string]int `json:"by_code,omitempty"`
	// Unusual are the first of what is strange about figures that are not
	// refused, counted as the findings are. It stops nothing.
	Unusual        []Finding      `json:"unusual,omitempty"`
	UnusualOmitted int            `json:"unusual_omitted,omitempty"`
	UnusualByCode  map[string]int `json:"unusual_by_code,omitempty"`
}

// Reading says of a file how it was read.
type Reading struct {
	File string `json:"file"`
	lang.Text
}

// maxFindings bounds a report: a file of a million rows in a wrong unit is
// told in some hundred.
const maxFindings = 200

// Clean tells whether every figure ended well or, when nothing was sent,
// could be sent.
func (r *Report) Clean() bool { return r.Accepted() && r.Waiting == 0 }

// Accepted tells whether nothing is wrong so far: Clean but for figures whose
// receipts nobody has waited for.
func (r *Report) Accepted() bool {
	return r.Refused == 0 && len(r.ByCode) == 0 && (r.NotSent == 0 || r.Submission == "")
}

func (r *Report) find(f Finding) { note(&r.Findings, &r.Omitted, &r.ByCode, f) }

func (r *Report) tell(f Finding) { note(&r.Unusual, &r.UnusualOmitted, &r.UnusualByCode, f) }

// note counts a finding and lists it among the first.
func note(list *[]Finding, omitted *int, counts *map[string]int, f Finding) {
	if *counts == nil {
		*counts = map[string]int{}
	}
	(*counts)[f.Code]++
	if len(*list) == maxFindings {
		*omitted++
		return
	}
	*list = append(*list, f)
}

// Check looks through files and sends nothing. The error says which file
// could not be read, or that ctx has ended; problems of figures are in the
// report.
func Check(ctx context.Context, cat *catalog.Catalog, confirm bool, inputs []Input) (*Report, error) {
	r := &Report{}
	_, err := r.inspect(ctx, NewInspector(cat, confirm), inputs, func(*Row) bool { return false })
	return r, err
}

// inspect looks through files. settles tells of a figure that is refused
// unless the sender confirms it whether that question was answered before.
func (r *Report) inspect(ctx context.Context, in *Inspector, inputs []Input, settles func(*Row) bool) (files []*File, err error) {
	for _, input := range inputs {
		r.Files = append(r.Files, input.Name)
		f, err := in.Load(input.until(ctx))
		if err != nil {
			return nil, err
		}
		for _, words := range f.Read() {
			r.Read = append(r.Read, Reading{input.Name, words})
		}
		r.Rows += f.Rows()
		if f.Broken() {
			r.Unread += f.Rows()
		}
		err = f.Each(func(row *Row) error {
			if row.asked && settles(row) { // what is asked was answered before
				row.Findings, row.asked = nil, false
			}
			r.count(f, row)
			return nil
		}, r.find)
		if err != nil {
			return nil, err
		}
		f.input = input // sending has its own way to stop
		files = append(files, f)
	}
	return files, nil
}

// count takes in a row of a file.
func (r *Report) count(f *File, row *Row) {
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

// Options say how files are pushed.
type Options struct {
	Conn    *nats.Conn
	Catalog *catalog.Catalog
	Confirm bool // stand by values that are implausible
	Partial bool // send the good figures of files with bad ones
	NoWait  bool // do not wait for receipts
	// Patience is how long to wait for the next receipt.
	Patience time.Duration
	// Progress is called now and then, from several goroutines, with how many
	// figures are stored and how many settled.
	Progress func(stored, settled, all int)
}

// Push checks files, sends their figures and waits for the receipts. When a
// figure of any file is refused by the check nothing is sent, unless Partial.
// When ctx ends sending stops, and figures that are sent are still awaited
// until the receipts cease. The error says why it could not be done; the
// report is true also then.
func Push(ctx context.Context, opts Options, inputs []Input) (*Report, error) {
	r := &Report{}
	earlier := &answered{nc: opts.Conn}
	files, err := r.inspect(ctx, NewInspector(opts.Catalog, opts.Confirm), inputs, func(row *Row) bool { return earlier.before(ctx, row) })
	if err != nil || len(r.ByCode) > 0 && !opts.Partial || r.NotSent == 0 {
		return r, err
	}
	p := &pusher{opts: opts, report: r, files: files, scales: make([]scale, len(files))}
	// What was sent is followed to its end although ctx may be over.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	p.submission, err = NewSubmission(background, opts.Conn, p.settled)
	if err != nil {
		return r, err
	}
	defer p.submission.Close()
	if err := p.authorise(ctx); err != nil {
		return r, err
	}
	r.Submission = p.submission.ID
	err = p.send(ctx)
	// Also when sending has failed, what was sent before is accounted for.
	err = cmp.Or(err, p.await(background, stop))
	p.conclude()
	return r, err
}

type pusher struct {
	opts       Options
	files      []*File
	submission *Submission

	mu             sync.Mutex
	report         *Report
	sent           int
	settledFigures int
	scales         []scale // by file
	over           bool    // the report is with the caller; a receipt that comes now is too late
}

// A reference holds the place of a figure: the file's number and the line.
const lineBits = 40

func reference(file, line int) int64 { return int64(file)<<lineBits | int64(line) }

// errStopped ends the reading of a file.
var errStopped = errors.New("told to stop")

// send sends the good figures of all files. Being told to stop is no error:
// the report names the rest.
func (p *pusher) send(ctx context.Context) error {
	for i, f := range p.files {
		err := f.good(func(line int, sent *figure.Figure, agency string) error {
			beside := f.beside(sent.Series(), line)
			if err := p.submission.sendBeside(ctx, sent, agency, reference(i, line), beside); err != nil {
				if ctx.Err() == nil {
					return err // which figures are stored is not a matter of their order then
				}
				p.mu.Lock()
				p.report.FirstNotSent = f.where(line, "")
				p.mu.Unlock()
				return errStopped
			}
			p.mu.Lock()
			p.sent++
			p.report.NotSent--
			p.mu.Unlock()
			p.progress()
			return nil
		})
		if errors.Is(err, errStopped) {
			return nil
		}
		if err != nil {
			return err
		}
		// A file may revise what another before it says.
		if i < len(p.files)-1 {
			p.submission.Settle(ctx)
		}
	}
	return nil
}

// await waits for NATS and for the receipts.
func (p *pusher) await(ctx context.Context, giveUp func()) error {
	err := p.flush(ctx, giveUp)
	if !p.opts.NoWait && err == nil {
		p.submission.Await(ctx, p.opts.Patience)
	}
	stored := p.submission.Stored()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.report.NotSent += p.sent - stored
	p.report.Waiting = max(0, stored-p.settledFigures)
	return err
}

// flush waits until NATS has stored what was sent. When it has not stored one
// figure, however often it was asked, the others are given up: to ask for each
// of them as long would take hours.
func (p *pusher) flush(ctx context.Context, giveUp func()) error {
	flushed := make(chan error, 1)
	go func() { flushed <- p.submission.Flush(ctx) }()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-flushed:
			return cmp.Or(p.submission.err(), err)
		case <-look.C:
			if p.submission.err() != nil {
				giveUp()
			}
		}
	}
}

// settled takes what became of a figure.
func (p *pusher) settled(ref int64, o ingest.Outcome, problem *figure.Problem) {
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return
	}
	p.settledFigures++
	p.scales[ref>>lineBits].count(o, problem)
	switch o {
	case ingest.Written:
		p.report.Written++
	case ingest.Revised:
		p.report.Revised++
	case ingest.Unchanged:
		p.report.Unchanged++
	case ingest.Superseded:
		p.report.Superseded++
	case ingest.Refused:
		p.report.Refused++
	}
	if problem != nil {
		p.strange(ref, o, problem)
	}
	p.mu.Unlock()
	p.progress()
}

func (p *pusher) progress() {
	if p.opts.Progress == nil {
		return
	}
	stored := p.submission.Stored()
	p.mu.Lock()
	settled, all := p.settledFigures, p.sent+p.report.NotSent
	p.mu.Unlock()
	p.opts.Progress(stored, settled, all)
}
