package pending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/text/unicode/norm"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// StageError says that a step is not possible because of what has happened to the
// submission.
type StageError struct {
	ID   string
	Step Step // the last one
}

func (e *StageError) Error() string {
	text := fmt.Sprintf("submission %s is already %s", e.ID, e.Step.Stage)
	if e.Step.Stage == Releasing {
		text = fmt.Sprintf("submission %s is being released", e.ID)
	}
	if e.Step.By != "" {
		text += " by " + e.Step.By
	}
	return text
}

// ErrSamePerson says that somebody tried to approve what they have sent.
var ErrSamePerson = errors.New("who sent a submission may not approve it: ask another person")

// errNobody says that nobody can be another person than the sender.
var errNobody = errors.New("it does not say who sent it: withdraw it, and push it again with --sender NAME")

// Approve lets a submission leave, at once or at its moment. who must be another
// person than its sender, by their names, which NATS does not prove.
func (p *Pending) Approve(ctx context.Context, id, who, comment string) error {
	return p.step(ctx, id, Step{Stage: Approved, By: who, Comment: comment}, func(s *State) error {
		switch {
		case person(s.Sender) == "":
			return errNobody
		case SamePerson(who, s.Sender):
			return ErrSamePerson
		}
		return nil
	}, Submitted)
}

// Return gives a submission back to its sender, with a comment that says why. An
// approved one can be returned until its release begins. It cannot be approved
// any more.
func (p *Pending) Return(ctx context.Context, id, who, comment string) error {
	return p.step(ctx, id, Step{Stage: Returned, By: who, Comment: comment}, func(*State) error {
		if strings.TrimSpace(comment) == "" {
			return errors.New("say why it is returned (--comment), so that its sender can put it right")
		}
		return nil
	}, Submitted, Approved)
}

// Withdraw takes a submission back for good, until its release begins.
func (p *Pending) Withdraw(ctx context.Context, id, who, comment string) error {
	return p.step(ctx, id, Step{Stage: Withdrawn, By: who, Comment: comment}, func(*State) error { return nil }, Submitted, Approved, Returned)
}

// step takes a step by a person from one of some stages.
func (p *Pending) step(ctx context.Context, id string, step Step, check func(*State) error, from ...Stage) error {
	if person(step.By) == "" {
		return errors.New("say who you are (--by NAME)")
	}
	if utf8.RuneCountInString(step.Comment) > figure.MaxNote {
		return fmt.Errorf("the comment is longer than %d characters", figure.MaxNote)
	}
	step.By = ingest.SenderName(step.By)
	s, err := p.Find(ctx, id)
	if err != nil {
		return err
	}
	if err := s.in(from); err != nil {
		return err
	}
	if err := check(s); err != nil {
		return err
	}
	err = p.take(ctx, s, step)
	if !ledger.IsConflict(err) {
		return err
	}
	// Somebody else was faster.
	if s, err = p.Find(ctx, id); err != nil {
		return err
	}
	return errors.Join(s.in(nil))
}

// in reports that the submission is in none of the stages.
func (s *State) in(some []Stage) error {
	for _, stage := range some {
		if s.Stage == stage {
			return nil
		}
	}
	if len(s.Steps) == 0 {
		return fmt.Errorf("submission %s was not yet dealt with; try again", s.ID)
	}
	return &StageError{s.ID, s.Steps[len(s.Steps)-1]}
}

// take stores a step, provided that nothing happened to the submission since its
// state was read. Otherwise ledger.IsConflict is true for the error.
func (p *Pending) take(ctx context.Context, s *State, step Step) error {
	body, err := json.Marshal(&step)
	if err != nil {
		return fmt.Errorf("encode a step: %w", err)
	}
	seq, err := p.publish(ctx, subjectOf(s.Agency, s.ID, string(step.Stage)), body,
		jetstream.WithExpectLastSequenceForSubject(s.revision, subjectOf(s.Agency, s.ID, ">")))
	if ledger.IsConflict(err) {
		return err
	}
	if err != nil {
		return fmt.Errorf("store that %s is %s: %w", s.ID, step.Stage, err)
	}
	s.Stage, s.revision = step.Stage, seq
	s.Steps = append(s.Steps, step)
	return nil
}

// SamePerson reports whether two names may be two ways to write one: only their letters
// and digits count, whatever their case, width and accents.
func SamePerson(a, b string) bool { return person(a) == person(b) }

// person is a name, reduced to what tells people apart.
func person(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(unicode.ToUpper(r)) // of several small letters with one capital one remains
		}
		return -1
	}, norm.NFKD.String(ingest.SenderName(name)))
}
