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

// Report is the outcome of the figures of some files. Rows is the sum of
// Figures, Repeated and Unread; Figures is the sum of Written, Revised,
// Unchanged, Superseded, Refused, Waiting, Held and NotSent.
type Report struct {
	Submission string   `json:"submission,omitempty"` // empty when nothing was sent
	Files      []string `json:"files"`
	// Read says how files were read, where that is not obvious.
	Read     []Reading `json:"read,omitempty"`
	Rows     int       `json:"rows"`               // rows with text below the headers
	Repeated int       `json:"repeated,omitempty"` // rows identical to an earlier one, which counts for both
	// FirstRepeated is the location of the first of these.
	FirstRepeated string `json:"first_repeated,omitempty"`
	Unread        int    `json:"unread,omitempty"` // rows of files that cannot be read
	Figures       int    `json:"figures"`
	Written       int    `json:"written"`
	Revised       int    `json:"revised"`
	Unchanged     int    `json:"unchanged"`
	Superseded    int    `json:"superseded"` // kept as history: a later publication is known
	Refused       int    `json:"refused"`    // by the check before sending, or by the worker
	Waiting       int    `json:"waiting"`    // stored in NATS, not settled yet
	Held          int    `json:"held,omitempty"`
	NotSent       int    `json:"not_sent"` // good figures that were not sent
	// FirstNotSent is the location of the first of these.
	FirstNotSent string `json:"first_not_sent,omitempty"`
	// Findings are the first problems, Omitted is the number of others, and
	// ByCode counts all of them.
	Findings []Finding      `json:"findings,omitempty"`
	Omitted  int            `json:"omitted,omitempty"`
	ByCode   map[string]int `json:"by_code,omitempty"`
	// Unusual are the first warnings about figures that are not refused, counted
	// like the findings. Warnings stop nothing.
	Unusual        []Finding      `json:"unusual,omitempty"`
	UnusualOmitted int            `json:"unusual_omitted,omitempty"`
	UnusualByCode  map[string]int `json:"unusual_by_code,omitempty"`
	// Pending are the submissions that the held figures wait in.
	Pending []Held `json:"pending,omitempty"`

	// Compared counts the figures beside what was stored before any of them was
	// sent; nil when they were not compared. NotCompared says why they could not be.
	Compared    *Tally `json:"compared,omitempty"`
	NotCompared string `json:"not_compared,omitempty"`
	// Undecided is how many messages no worker has decided on yet, so that what they
	// say was not stored.
	Undecided int `json:"undecided,omitempty"`
	// Groups are the indicators of the files, in their order there.
	Groups []*Group `json:"indicators,omitempty"`

	cat *catalog.Catalog
}

// Reading says how a file was read.
type Reading struct {
	File string `json:"file"`
	lang.Text
}

// maxFindings limits the length of a report on a large file that is wrong
// throughout.
const maxFindings = 200

// Clean reports whether every figure was accepted and settled or, when nothing
// was sent, could be sent.
func (r *Report) Clean() bool { return r.Accepted() && r.Waiting == 0 }

// Accepted reports whether nothing is wrong so far: like Clean, but figures may
// still be waiting for their receipts.
func (r *Report) Accepted() bool {
	return r.Refused == 0 && len(r.ByCode) == 0 && (r.NotSent == 0 || r.Submission == "")
}

func (r *Report) find(f Finding) { note(&r.Findings, &r.Omitted, &r.ByCode, f) }

func (r *Report) tell(f Finding) { note(&r.Unusual, &r.UnusualOmitted, &r.UnusualByCode, f) }

// note counts a finding and lists it if it is among the first.
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

// Options say how to push files.
type Options struct {
	Conn    *nats.Conn
	Catalog *catalog.Catalog
	Confirm bool // stand by values that are implausible
	// Reason says why, for figures that do not say it themselves. It must be one, see
	// figure.IsReason, unless it is empty.
	Reason string
	// Sender is the name of the person or program that sends, see
	// ingest.HeaderSender; empty if it is not to be said.
	Sender string
	// ReleaseAt is the moment before which no figure is published, and Group names
	// what is published together then; both may be zero. See pending.Submission.
	ReleaseAt time.Time
	Group     string
	Partial   bool // send the good figures even if others are refused
	NoWait    bool // do not wait for receipts
	// Against, Grouped and Row are those of Inspection.
	Against *Holdings
	Grouped bool
	Row     func(*Row) error
	// Patience is how long to wait for the next receipt.
	Patience time.Duration
	// Settled, if not nil, is called once for every figure whose outcome is known,
	// with its place in the files, and the reason for a refusal or a warning. It is
	// called from several goroutines, one at a time.
	Settled func(file string, line int, o ingest.Outcome, p *figure.Problem)
	// Progress, if not nil, is called now and then, from several goroutines,
	// with the numbers of figures stored, settled, and to be sent in all.
	Progress func(stored, settled, all int)
}

// Inspection is how the files are inspected before they are sent.
func (o *Options) Inspection() Inspection {
	return Inspection{Catalog: o.Catalog, Confirm: o.Confirm, Against: o.Against, Grouped: o.Grouped, Row: o.Row}
}

// Push checks files, sends their figures and waits for the receipts. If the
// check refuses a figure of any file, nothing is sent unless Partial is set.
// When ctx ends, sending stops, but Push still waits for the receipts of what
// was sent. The error says why the push failed; the report is accurate even
// then.
func Push(ctx context.Context, opts Options, inputs []Input) (*Report, error) {
	r := &Report{}
	if opts.Reason != "" {
		if err := new(figure.Figure).SetField("confirmed", opts.Reason); err != nil {
			return r, err
		}
	}
	earlier := &answered{nc: opts.Conn}
	in := newInspector(opts.Catalog, opts.Confirm)
	in.reason = opts.Reason
	defer func() { _ = in.close() }() // temporary files
	look := inspecting{Inspection: opts.Inspection(), inspector: in, report: r, sends: true,
		settles: func(row *judgedRow) bool { return earlier.before(ctx, row) }}
	files, err := look.all(ctx, inputs)
	if err != nil || len(r.ByCode) > 0 && !opts.Partial || r.NotSent == 0 {
		return r, err
	}
	p := &pusher{opts: opts, report: r, files: files, scales: make([]scale, len(files))}
	// Receipts of what was sent are awaited even after ctx has ended.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	p.submission, err = NewSubmission(background, opts.Conn, p.settled)
	if err != nil {
		return r, err
	}
	defer p.submission.Close()
	p.submission.Sender = ingest.SenderName(opts.Sender)
	if err := p.authorise(ctx); err != nil {
		return r, err
	}
	if err := p.hold(ctx); err != nil || r.NotSent == 0 {
		return r, err
	}
	r.Submission = p.submission.ID
	err = p.send(ctx)
	// Even when sending fails, the figures sent before are accounted for.
	err = cmp.Or(err, p.await(background, stop))
	p.conclude()
	return r, err
}

type pusher struct {
	opts       Options
	files      []*file
	submission *Submission

	mu             sync.Mutex
	report         *Report
	sent           int
	settledFigures int
	scales         []scale // by file
	over           bool    // the report has been returned; later receipts are ignored
}

// A reference identifies a figure by the index of its file and the line, which
// has the lower lineBits bits.
const lineBits = 40

func reference(file, line int) int64 { return int64(file)<<lineBits | int64(line) }

// errStopped ends the reading of a file.
var errStopped = errors.New("stopped")

// send sends the good figures of all files. It returns no error when ctx ends,
// because the report says from where on figures were not sent.
func (p *pusher) send(ctx context.Context) error {
	for i, f := range p.files {
		err := f.good(func(line int, sent *figure.Figure, agency string) error {
			if p.holds(agency) {
				return nil
			}
			beside := f.beside(sent.Series(), line)
			if err := p.submission.Send(ctx, sent, agency, reference(i, line), beside); err != nil {
				if ctx.Err() == nil {
					return err // without FirstNotSent: figures may be missing out of order
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
		// A file may revise figures of an earlier one.
		if i < len(p.files)-1 {
			p.submission.Settle(ctx)
		}
	}
	return nil
}

// await waits until NATS has stored what was sent and for the receipts.
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

// flush waits until NATS has stored what was sent. Once NATS has failed to store
// one figure after all attempts, flush gives up on the others, because trying
// each of them as long would take hours.
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

// settled records the outcome of a figure.
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
	if p.opts.Settled != nil {
		p.opts.Settled(p.files[ref>>lineBits].input.Name, int(ref&(1<<lineBits-1)), o, problem)
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
