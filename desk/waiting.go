package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// waitingPage lists what is held back for a person's agencies.
type waitingPage struct{ Lines []waitingLine }

// waitingLine is a submission that is held back.
type waitingLine struct {
	ID, Agency, Sender, At, Release, Group string
	Files                                  []string
	Figures                                int
	Stage                                  string
	Steps                                  []waitingStep
	MayApprove, MayReturn, MayWithdraw     bool
	Own                                    bool // the person has sent it, and may not approve it
	Released                               bool
	Rows                                   []sentRow
}

// waitingStep is something that happened to it.
type waitingStep struct{ Stage, At, By, Comment string }

func (d *Desk) serveWaiting(w http.ResponseWriter, r *http.Request) {
	p, l := visitOf(r).person, languageOf(r)
	lines, err := d.waiting(r.Context(), p, l)
	if err != nil {
		d.away(w, r, err)
		return
	}
	d.show(w, r, http.StatusOK, "waiting", say("待审核与待发布", "Waiting for review or release"), waitingPage{lines})
}

// waiting lists what is held back for a person's agencies, the oldest first.
func (d *Desk) waiting(ctx context.Context, p *Person, l lang.Language) (lines []waitingLine, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	store, err := pending.Open(ctx, d.history.js)
	if err != nil {
		return nil, err
	}
	for _, agency := range p.Agencies {
		states, err := store.List(ctx, agency)
		if err != nil {
			return nil, err
		}
		for i := range states {
			lines = append(lines, d.waitingLine(&states[i], p, l))
		}
	}
	return lines, nil
}

// away says that NATS could not be asked.
func (d *Desk) away(w http.ResponseWriter, r *http.Request, err error) {
	d.log.Error("what waits cannot be read", "error", err)
	d.refuse(w, r, http.StatusServiceUnavailable, say("现在查不到，请稍后再试。", "It cannot be looked up at the moment; try again later."))
}

// waitingLine is a submission in words, and what the person may do with it.
func (d *Desk) waitingLine(s *pending.State, p *Person, l lang.Language) waitingLine {
	line := waitingLine{ID: s.ID, Agency: d.agencyName(s.Agency, l), Sender: s.Sender, At: d.time(s.Submitted), Group: s.Group, Files: s.Files,
		Figures: s.Figures, Stage: s.Says().In(l), Released: s.Stage == pending.Released, Own: pending.SamePerson(s.Sender, p.Name)}
	if !s.ReleaseAt.IsZero() {
		line.Release = d.time(s.ReleaseAt)
	}
	for _, step := range s.Steps {
		line.Steps = append(line.Steps, waitingStep{step.Stage.Name().In(l), d.time(step.At), step.By, step.Comment})
	}
	open := s.Stage == pending.Submitted || s.Stage == pending.Approved
	line.MayApprove = p.Reviewer && s.Review && s.Sender != "" && s.Stage == pending.Submitted && !line.Own
	line.MayReturn = p.Reviewer && open && !line.Own
	line.MayWithdraw = open || s.Stage == pending.Returned
	return line
}

// heldBack finds a submission of the person's agencies, or answers that there is none.
func (d *Desk) heldBack(ctx context.Context, w http.ResponseWriter, r *http.Request) (*pending.Pending, *pending.State, bool) {
	store, err := pending.Open(ctx, d.history.js)
	if err != nil {
		d.away(w, r, err)
		return nil, nil, false
	}
	var state *pending.State
	for _, agency := range visitOf(r).person.Agencies {
		if state, err = store.Find(ctx, agency+"."+r.PathValue("id")); err == nil {
			break
		}
	}
	if state == nil {
		d.refuse(w, r, http.StatusNotFound, say("没有这次报送，或不是您所在部门的。", "There is no such submission, or it is not of your agencies."))
		return nil, nil, false
	}
	return store, state, true
}

// serveHeld shows the figures of a submission that is held back, beside what is stored.
func (d *Desk) serveHeld(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), lookUpWithin)
	defer cancel()
	store, state, ok := d.heldBack(ctx, w, r)
	if !ok {
		return
	}
	figures, err := store.Figures(ctx, state)
	if err != nil {
		d.away(w, r, err)
		return
	}
	l := languageOf(r)
	line := d.waitingLine(state, visitOf(r).person, l)
	for i := range figures {
		f, err := figure.Decode(figures[i].Body)
		if err != nil {
			continue // Figures has decoded it before
		}
		read := sender.Row{Figure: f}
		if h := d.holdings.Load(); h != nil {
			read.Was = h.Of(f.Cell, f.Unit)
		}
		shown := sentRow{}
		shown.Fields, shown.Reason = fieldsOf(&read), f.Reason
		d.describe(&shown.row, &read, l)
		d.compare(&shown.row, &read, l)
		line.Rows = append(line.Rows, shown)
	}
	d.show(w, r, http.StatusOK, "held", say("待发布的数据", "Figures that wait"), line)
}

// serveDecision approves, returns or withdraws a submission.
func (d *Desk) serveDecision(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), lookUpWithin)
	defer cancel()
	store, state, ok := d.heldBack(ctx, w, r)
	if !ok {
		return
	}
	p, comment := visitOf(r).person, strings.TrimSpace(r.PostFormValue("comment"))
	may, full := d.waitingLine(state, p, languageOf(r)), state.Agency+"."+state.ID
	var err error
	switch does := r.PathValue("does"); {
	case does == "approve" && may.MayApprove:
		err = store.Approve(ctx, full, p.Name, comment)
	case does == "return" && may.MayReturn && comment == "":
		d.refuse(w, r, http.StatusBadRequest, say("退回时请写明原因，报送人才知道怎么改。", "Say why it is returned, so that its sender can put it right."))
		return
	case does == "return" && may.MayReturn:
		err = store.Return(ctx, full, p.Name, comment)
	case does == "withdraw" && may.MayWithdraw:
		err = store.Withdraw(ctx, full, p.Name, comment)
	default:
		d.refuse(w, r, http.StatusForbidden, say("您不能这样做：可能别人已经处理，或需要另一个人审核。", "You may not do that: somebody else has decided, or another person has to."))
		return
	}
	var taken *pending.StageError
	switch {
	case errors.As(err, &taken):
		d.refuse(w, r, http.StatusConflict, say("%s 已经处理过了：%s。", "%s has already decided: %s.", taken.Step.By, taken.Step.Stage.Name()))
	case err != nil:
		d.away(w, r, err)
	default:
		d.log.Info("a submission was decided on", "submission", state.ID, "by", p.Name, "step", r.PathValue("does"))
		http.Redirect(w, r, "/waiting/"+state.ID, http.StatusSeeOther)
	}
}

// releaseAt reads the moment of a release from a form; zero for none.
func (d *Desk) releaseAt(r *http.Request) (time.Time, error) {
	text := strings.TrimSpace(r.PostFormValue("release"))
	if text == "" {
		return time.Time{}, nil
	}
	return pending.ParseMoment(text, d.Catalog.Location(), time.Now())
}
