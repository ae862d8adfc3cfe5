package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/table"
)

type pendingCmd struct {
	List     pendingListCmd     `cmd:"" default:"withargs" help:"List submissions that wait for review or for their moment."`
	Show     pendingShowCmd     `cmd:"" help:"Show the figures of a submission, and what happened to it."`
	Approve  pendingApproveCmd  `cmd:"" help:"Approve what another person has sent, so that it is published when it is due."`
	Return   pendingReturnCmd   `cmd:"" help:"Give a submission back to its sender, who has to send a better one."`
	Withdraw pendingWithdrawCmd `cmd:"" help:"Take a submission back, so that it is never published."`
}

// Help shows an example.
func (*pendingCmd) Help() string {
	return "Example:\n  tidemark pending\n  tidemark pending approve 20261218T013000Z-ABCDEFGHIJ --by \"Wang Fang\""
}

// withPending connects and calls do with what is pending.
func (f *natsFlags) withPending(e *env, do func(jetstream.JetStream, *pending.Pending) error) error {
	return f.withJetStream(e, "pending", func(js jetstream.JetStream) error {
		p, err := pending.Open(e.ctx, js)
		if err != nil {
			return err
		}
		return do(js, p)
	})
}

type pendingListCmd struct {
	natsFlags
	Agency string `help:"Only submissions of this agency; of all that the account may read if omitted." placeholder:"CODE"`
	All    bool   `help:"Include those that were published or withdrawn."`
	JSON   bool   `name:"json" help:"Print one JSON object per line."`
}

// Help shows an example.
func (*pendingListCmd) Help() string {
	return `Figures wait if the catalogue says of their agency that they are reviewed, or if they
were pushed with --release-at. docs/release.md explains it.

Example:
  tidemark pending list --agency port`
}

// Run lists submissions.
func (c *pendingListCmd) Run(e *env) error {
	return c.withPending(e, func(js jetstream.JetStream, p *pending.Pending) error {
		list := p.List
		if c.All {
			list = p.All
		}
		all, err := list(e.ctx, c.Agency)
		if err != nil {
			return err
		}
		if c.JSON {
			return eachJSON(e.stdout, all)
		}
		if len(all) == 0 {
			_, err = fmt.Fprintln(e.stdout, "没有等待发布的数据 (nothing is pending)")
			return err
		}
		var t table.Table
		t.Row("编号 submission", "部门 agency", "报送人 sender", "报送时间 submitted", "数据 figures", "状态 state", "发布时间 release at", "同批 group")
		for i := range all {
			s := &all[i]
			release := ""
			if !s.ReleaseAt.IsZero() {
				release = s.ReleaseAt.Format(minute)
			}
			t.Row(s.ID, s.Agency, table.Printable(s.Sender), s.Submitted.Local().Format(minute), strconv.Itoa(s.Figures), both(s.Says()).String(), release, s.Group)
		}
		return t.Write(e.stdout)
	})
}

// minute is how moments are shown.
const minute = "2006-01-02 15:04 -07:00"

func eachJSON[T any](w io.Writer, all []T) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range all {
		if err := enc.Encode(&all[i]); err != nil {
			return err
		}
	}
	return nil
}

// both is a text in both languages, as terminals show it.
type both lang.Text

func (b both) String() string { return b.ZH + " " + b.EN }

type pendingShowCmd struct {
	natsFlags
	receiptFile
	Submission string `arg:"" help:"Its ID, which pending list shows."`
	JSON       bool   `name:"json" help:"Print one JSON object."`
}

// Help shows an example.
func (*pendingShowCmd) Help() string {
	return `After the release it also says what became of the figures: a figure can be refused
then because of what was published in the meantime.

Example:
  tidemark pending show 20261218T013000Z-ABCDEFGHIJ`
}

// shownSubmission is a submission with its figures and, after its release, their outcomes.
type shownSubmission struct {
	pending.State
	Content  []pending.Figure       `json:"content"`
	Outcomes map[ingest.Outcome]int `json:"outcomes,omitempty"`
	Refused  []ingest.Refusal       `json:"refused,omitempty"`
}

// Run shows a submission.
func (c *pendingShowCmd) Run(e *env) error {
	if err := c.free("--receipt"); err != nil {
		return err
	}
	return c.withPending(e, func(js jetstream.JetStream, p *pending.Pending) error {
		s, err := p.Find(e.ctx, c.Submission)
		if err != nil {
			return err
		}
		out := shownSubmission{State: *s}
		if out.Content, err = p.Figures(e.ctx, s); err != nil {
			return err
		}
		if s.Stage == pending.Released {
			if err := out.learn(e.ctx, js); err != nil {
				return err
			}
		}
		if c.JSON {
			err = eachJSON(e.stdout, []shownSubmission{out})
		} else {
			err = out.writeText(e.stdout)
		}
		if err != nil {
			return err
		}
		return c.save(e, &c.natsFlags, s.ID)
	})
}

// learn counts the outcomes of the released figures.
func (s *shownSubmission) learn(ctx context.Context, js jetstream.JetStream) error {
	seen := map[uint64]bool{}
	s.Outcomes = map[ingest.Outcome]int{}
	return ingest.ReadReceipts(ctx, js, s.ID, func(r *ingest.Receipt) error {
		r.Each(func(seq uint64, o ingest.Outcome, p *figure.Problem) {
			if seen[seq] {
				return
			}
			seen[seq] = true
			s.Outcomes[o]++
			if o == ingest.Refused {
				s.Refused = append(s.Refused, ingest.Refusal{Seq: seq, Problem: *p})
			}
		})
		return nil
	})
}

func (s *shownSubmission) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s\n", s.ID, s.Agency, both(s.Says()))
	fmt.Fprintf(&b, "  %s 报送 (sent)", s.Submitted.Local().Format(minute))
	if s.Sender != "" {
		fmt.Fprintf(&b, " %s", table.Printable(s.Sender))
	}
	fmt.Fprintf(&b, ": %s\n", table.Printable(strings.Join(s.Files, ", ")))
	if !s.ReleaseAt.IsZero() {
		fmt.Fprintf(&b, "  %s 前不发布 (not released before)\n", pending.Clock(s.ReleaseAt))
	}
	if s.Group != "" {
		fmt.Fprintf(&b, "  同批 (released together with group): %s\n", s.Group)
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		fmt.Fprintf(&b, "  %s %s\n", step.At.Local().Format(minute), strings.TrimSpace(fmt.Sprintf("%s  %s  %s", both(step.Stage.Name()), table.Printable(step.By), table.Printable(step.Comment))))
	}
	var t table.Table
	for i := range s.Content {
		f, err := figure.Decode(s.Content[i].Body)
		if err != nil {
			t.Row("", table.Printable(s.Content[i].Subject), table.Printable(err.Error()))
			continue
		}
		value := f.Value.String() + " " + f.Unit
		if f.Withheld {
			value = "–"
		}
		t.Row("", f.Cell.String(), table.Printable(strings.TrimSpace(value)), f.Status.String(), table.Printable(strings.TrimSpace(f.Reason+" "+f.Note)))
	}
	if err := t.Write(&b); err != nil {
		return err
	}
	for _, o := range ledger.Outcomes() {
		if n := s.Outcomes[o]; n > 0 {
			fmt.Fprintf(&b, "  %6d  %s\n", n, both(o.Name()))
		}
	}
	for i := range s.Refused {
		fmt.Fprintf(&b, "  #%d %s: %s\n", s.Refused[i].Seq, s.Refused[i].Code, s.Refused[i].Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// decisionFlags are what those who decide on submissions say.
type decisionFlags struct {
	natsFlags
	Submissions []string `arg:"" name:"submission" help:"IDs, which pending list shows."`
	By          string   `help:"Who decides: the name of a person, kept with the submission." placeholder:"NAME"`
}

// decide takes the step to a stage with each submission.
func (c *decisionFlags) decide(e *env, stage pending.Stage, step func(p *pending.Pending, id string) error) error {
	return c.withPending(e, func(_ jetstream.JetStream, p *pending.Pending) error {
		for _, id := range c.Submissions {
			if err := step(p, id); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(e.stdout, "%s %s\n", id, both(stage.Name())); err != nil {
				return err
			}
		}
		return nil
	})
}

type pendingApproveCmd struct {
	decisionFlags
	// A comment belongs to one decision, so it has no environment variable.
	Comment string `env:"-" help:"For the record." placeholder:"TEXT"`
}

// Help shows an example.
func (*pendingApproveCmd) Help() string {
	return `Who has sent a submission may not approve it. It is published at once, or at its
moment, all of it or nothing.

Example:
  tidemark pending approve 20261218T013000Z-ABCDEFGHIJ --by "Wang Fang"`
}

// Run approves submissions.
func (c *pendingApproveCmd) Run(e *env) error {
	return c.decide(e, pending.Approved, func(p *pending.Pending, id string) error {
		return p.Approve(e.ctx, id, c.By, c.Comment)
	})
}

type pendingReturnCmd struct {
	decisionFlags
	Comment string `env:"-" help:"What is wrong with it." placeholder:"TEXT"`
}

// Help shows an example.
func (*pendingReturnCmd) Help() string {
	return `A returned submission cannot be approved any more. Its sender pushes a better file and
withdraws the returned one; a group waits until then.

Example:
  tidemark pending return 20261218T013000Z-ABCDEFGHIJ --by "Wang Fang" --comment "May is missing"`
}

// Run returns submissions.
func (c *pendingReturnCmd) Run(e *env) error {
	return c.decide(e, pending.Returned, func(p *pending.Pending, id string) error {
		return p.Return(e.ctx, id, c.By, c.Comment)
	})
}

type pendingWithdrawCmd struct {
	decisionFlags
	Comment string `env:"-" help:"For the record." placeholder:"TEXT"`
}

// Help shows an example.
func (*pendingWithdrawCmd) Help() string {
	return `Possible until the release begins.

Example:
  tidemark pending withdraw 20261218T013000Z-ABCDEFGHIJ --by "Li Ming"`
}

// Run withdraws submissions.
func (c *pendingWithdrawCmd) Run(e *env) error {
	return c.decide(e, pending.Withdrawn, func(p *pending.Pending, id string) error {
		return p.Withdraw(e.ctx, id, c.By, c.Comment)
	})
}
