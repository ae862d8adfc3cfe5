package desk

import (
	"context"
	"net/http"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// moment is how long an answer waits for the end of a sending.
const moment = 400 * time.Millisecond

// serveSend sends a draft, unless the form changes something that was not looked at.
func (d *Desk) serveSend(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	p := visitOf(r).person
	dr.mu.Lock()
	defer dr.mu.Unlock()
	if dr.sending.Load() != nil {
		http.Redirect(w, r, "/sent/"+dr.id, http.StatusSeeOther)
		return
	}
	changed := dr.found != nil && d.edit(dr, r)
	if err := d.inspect(r.Context(), p, dr); err != nil {
		d.log.Error("a draft could not be read", "error", err)
		d.refuse(w, r, http.StatusInternalServerError, say("读取时出错，没有发送任何数据。请再试一次。", "It could not be read, and nothing was sent. Try again."))
		return
	}
	var good []sender.Row
	stops := len(dr.found.faults)
	for _, row := range dr.found.rows {
		switch {
		case len(row.Findings) > 0:
			stops++
		case row.Repeats == 0:
			good = append(good, row)
		}
	}
	at, badMoment := d.releaseAt(r)
	switch {
	case badMoment != nil:
		http.Redirect(w, r, d.backTo(dr, r, "moment"), http.StatusSeeOther)
	case changed:
		http.Redirect(w, r, d.backTo(dr, r, "changed"), http.StatusSeeOther)
	case r.PostFormValue("seen") != dr.found.mark:
		http.Redirect(w, r, d.backTo(dr, r, "meanwhile"), http.StatusSeeOther)
	case stops > 0 && r.PostFormValue("partial") == "":
		http.Redirect(w, r, d.backTo(dr, r, "stops"), http.StatusSeeOther)
	case len(good) == 0:
		http.Redirect(w, r, d.backTo(dr, r, "nothing"), http.StatusSeeOther)
	default:
		if stops > 0 {
			dr.rest = &rest{Draft: d.drafts.without(dr, good).id, Rows: stops}
		}
		d.send(p, dr, good, at)
		http.Redirect(w, r, "/sent/"+dr.id, http.StatusSeeOther)
	}
}

// sentPage is the page of a sending, and at its end the receipt.
type sentPage struct {
	ID         string // of the draft
	Submission string
	Person     string
	Agencies   string
	Files      []string
	Begun      string
	Over       bool // every figure has its outcome, or will not get one soon
	Failed     bool // NATS did not take all of it
	Nothing    bool // of which nothing was stored
	Rows       []sentRow
	Counts     []sentCount
	All        int
	Settled    int
	Waiting    int
	Refused    int
	Held       []heldLine
	Complete   bool
	Rest       *rest // what was not sent with it
}

// heldLine is what of a sending is held back.
type heldLine struct {
	ID, Agency, Release string
	Figures             int
	Review              bool
}

// sentRow is a figure on the receipt.
type sentRow struct {
	row
	Outcome string
	Words   string
	Cell    string
	Stored  string // when NATS stored it; empty if that is not known
	Problem *finding
}

// sentCount is how many figures have an outcome.
type sentCount struct {
	Outcome ingest.Outcome
	Words   string
	N       int
}

func (d *Desk) serveSent(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	s := dr.sending.Load()
	if s == nil {
		http.Redirect(w, r, "/drafts/"+dr.id, http.StatusSeeOther)
		return
	}
	s.settledWithin(r.Context(), moment)
	body := d.sentPage(dr, s, languageOf(r))
	body.Agencies = d.agencyNames(visitOf(r).person, languageOf(r))
	d.tellWhen(r.Context(), body)
	title, refresh := say("正在写入", "Being stored"), 2
	if body.Over {
		title, refresh = say("回执", "Receipt"), 0
	}
	d.showAgain(w, r, http.StatusOK, "sent", title, body, refresh)
}

// serveSendAgain sends once more what did not arrive.
func (d *Desk) serveSendAgain(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	dr.mu.Lock()
	defer dr.mu.Unlock()
	if s := dr.sending.Load(); s != nil && s.hasFailed() {
		d.send(visitOf(r).person, dr, s.rows, s.releaseAt)
	}
	http.Redirect(w, r, "/sent/"+dr.id, http.StatusSeeOther)
}

// tellWhen says when the figures of a receipt were stored. A figure that repeats one of
// an earlier submission was stored with that.
func (d *Desk) tellWhen(ctx context.Context, p *sentPage) {
	if !p.Over || p.Submission == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	all, err := d.collect(ctx, p.Submission)
	if err != nil {
		d.log.Warn("a receipt is shown without its times", "submission", p.Submission, "error", err)
		return
	}
	stored := map[string]string{}
	for i := range all {
		stored[all[i].figure.Cell.String()] = d.time(all[i].stored)
	}
	for i := range p.Rows {
		p.Rows[i].Stored = stored[p.Rows[i].Cell]
	}
}

// sentPage makes the page of a sending.
func (d *Desk) sentPage(dr *draft, s *sending, l lang.Language) *sentPage {
	dr.mu.Lock()
	defer dr.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &sentPage{ID: dr.id, Person: s.person, Begun: d.time(s.started), Files: dr.found.report.Files, All: len(s.rows), Rest: dr.rest,
		Over: s.report != nil, Failed: s.failed != nil}
	held := 0
	if s.report != nil {
		p.Submission = s.report.Submission
		p.Nothing = s.stored == 0 && len(s.outcomes) == 0 && s.report.Held == 0
		for _, h := range s.report.Pending {
			line := heldLine{ID: h.Submission, Agency: d.agencyName(h.Agency, l), Figures: h.Figures, Review: h.Review}
			if !h.ReleaseAt.IsZero() {
				line.Release = d.time(h.ReleaseAt)
			}
			p.Held = append(p.Held, line)
			held += h.Figures
		}
	}
	counts := map[ingest.Outcome]int{}
	for i := range s.rows {
		line := sentRow{row: d.rowOf(dr, &s.rows[i], l), Cell: s.rows[i].Figure.Cell.String()}
		if o, known := s.outcomes[place{s.rows[i].File, s.rows[i].Line}]; known {
			counts[o.Outcome]++
			p.Settled++
			line.Outcome, line.Words = string(o.Outcome), outcomeNames[o.Outcome].In(l)
			if o.problem != nil {
				f := findingOf(&sender.Finding{Where: line.Where, Problem: *o.problem}, l)
				line.Problem = &f
			}
		} else {
			line.Words = say("等待写入", "waiting").In(l)
			if held > 0 && (!s.releaseAt.IsZero() || d.Catalog.Reviewed(s.rows[i].Agency)) {
				line.Words = say("暂存，尚未发布", "held back, not published yet").In(l)
			}
			if p.Over && p.Nothing {
				line.Words = say("未报送", "not sent").In(l)
			}
		}
		p.Rows = append(p.Rows, line)
	}
	p.count(counts, l)
	p.Waiting = p.All - p.Settled - held
	p.Complete = p.Over && !p.Failed && p.Waiting == 0
	return p
}

// count says how many figures have which outcome.
func (p *sentPage) count(counts map[ingest.Outcome]int, l lang.Language) {
	for _, o := range ledger.Outcomes() {
		if counts[o] > 0 {
			p.Counts = append(p.Counts, sentCount{o, outcomeNames[o].In(l), counts[o]})
		}
	}
	p.Refused = counts[ingest.Refused]
}
