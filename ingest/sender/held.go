package sender

import (
	"context"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Held is a submission that waits in PENDING.
type Held struct {
	Submission string    `json:"submission"`
	Agency     string    `json:"agency"`
	Figures    int       `json:"figures"`
	Review     bool      `json:"review,omitempty"`
	ReleaseAt  time.Time `json:"release_at,omitzero"`
	Group      string    `json:"group,omitempty"`
}

// holds reports whether figures of an agency are held back instead of sent.
func (p *pusher) holds(agency string) bool {
	return !p.opts.ReleaseAt.IsZero() || p.opts.Catalog.Reviewed(agency)
}

// hold submits the good figures that have to wait, a submission for each agency.
// Those of several agencies that wait for the same moment are a group, so that
// the files are published as a whole.
func (p *pusher) hold(ctx context.Context) error {
	waiting, err := p.held()
	if err != nil || len(waiting) == 0 {
		return err
	}
	store, err := pending.Open(ctx, p.submission.js)
	if err != nil {
		return err
	}
	group := p.opts.Group
	if group == "" && len(waiting) > 1 && !p.opts.ReleaseAt.IsZero() {
		group = p.submission.ID
	}
	for i := range waiting {
		waiting[i].Group = group
	}
	if err := store.Submit(ctx, waiting...); err != nil {
		return err
	}
	for i := range waiting {
		s := &waiting[i]
		p.report.Held += len(s.Figures)
		p.report.NotSent -= len(s.Figures)
		p.report.Pending = append(p.report.Pending, Held{s.ID, s.Agency, len(s.Figures), s.Review, s.ReleaseAt, s.Group})
	}
	return nil
}

// held returns the submissions of the figures that have to wait.
func (p *pusher) held() (all []pending.Submission, err error) {
	at := map[string]int{} // of an agency's in all
	for _, f := range p.files {
		for _, c := range f.claims {
			if _, again := at[c.agency]; again || !p.holds(c.agency) {
				continue
			}
			at[c.agency] = len(all)
			all = append(all, pending.Submission{ID: ingest.NewSubmissionID(), Agency: c.agency, Sender: p.opts.Sender, Files: p.report.Files,
				Review: p.opts.Catalog.Reviewed(c.agency), ReleaseAt: p.opts.ReleaseAt})
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	for i, f := range p.files {
		err := f.good(func(line int, sent *figure.Figure, agency string) error {
			n, waits := at[agency]
			if !waits {
				return nil
			}
			s := &all[n]
			if len(s.Figures) > pending.MaxFigures {
				return nil // one too many is enough to be refused
			}
			msg := p.submission.message(sent, agency, reference(i, line), f.beside(sent.Series(), line))
			msg.Header.Set(ingest.HeaderSubmission, s.ID)
			s.Figures = append(s.Figures, pending.FigureOf(msg))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// says is what has to happen until the figures are published.
func (h *Held) says() lang.Text {
	wait := lang.Text{ZH: "到时自动发布", EN: "will be published by itself"}
	if h.Review {
		wait = lang.Text{ZH: "等待他人审核", EN: "waits for the approval of another person"}
	}
	text := lang.Say("暂存 %s（%s，%s）：%s", "held back as %s (%s, %s): it %s", h.Submission, h.Agency, figures(h.Figures), wait)
	if !h.ReleaseAt.IsZero() {
		text = lang.Say("%s，不早于 %s", "%s, not before %s", text, pending.Clock(h.ReleaseAt))
	}
	if h.Group != "" {
		text = lang.Say("%s，同批 %s", "%s, together with group %s", text, h.Group)
	}
	return lang.Say("%s；查看：%s", "%s; see %s", text, "tidemark pending show "+h.Submission)
}
