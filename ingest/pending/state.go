package pending

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Stage is how far a submission is: the last step that was taken with it.
type Stage string

// The stages, which are also the ends of the subjects.
const (
	Submitted Stage = "submitted"
	Approved  Stage = "approved"
	Returned  Stage = "returned"  // with a comment; its sender withdraws it and sends a better one
	Withdrawn Stage = "withdrawn" // will never be released
	Releasing Stage = "releasing" // a releaser has begun, so that nobody can withdraw it any more
	Released  Stage = "released"  // its figures are in FIGURES
)

// stages are all stages in the order in which a submission goes through them.
var stages = []Stage{Submitted, Approved, Returned, Withdrawn, Releasing, Released}

// stageNames are the stages for people.
var stageNames = map[Stage]lang.Text{
	Submitted: {ZH: "待审核", EN: "waits for review"},
	Approved:  {ZH: "已审核", EN: "approved"},
	Returned:  {ZH: "已退回", EN: "returned"},
	Withdrawn: {ZH: "已撤回", EN: "withdrawn"},
	Releasing: {ZH: "开始发布", EN: "being released"},
	Released:  {ZH: "已发布", EN: "released"},
}

// Name is the stage for people.
func (s Stage) Name() lang.Text { return stageNames[s] }

// Says is how far the submission is, for people.
func (s *State) Says() lang.Text {
	switch {
	case s.Stage == Submitted && !s.Review:
		return lang.Text{ZH: "待发布", EN: "waits for release"}
	case s.Stage == Approved:
		return lang.Text{ZH: "已审核，待发布", EN: "approved, waits for release"}
	}
	return s.Stage.Name()
}

// figuresPart begins the end of the subjects of the figures.
const figuresPart = "figures"

// State is a submission without its figures.
type State struct {
	ID        string    `json:"id"`
	Agency    string    `json:"agency"`
	Sender    string    `json:"sender,omitempty"`
	Files     []string  `json:"files,omitempty"`
	Figures   int       `json:"figures"`
	Review    bool      `json:"review,omitempty"` // as its sender's catalogue says
	ReleaseAt time.Time `json:"release_at,omitzero"`
	Group     string    `json:"group,omitempty"`
	Submitted time.Time `json:"submitted"` // when NATS stored it

	Stage Stage `json:"stage"`
	// Steps are what happened since it was submitted, in order.
	Steps []Step `json:"steps,omitempty"`

	parts    int
	revision uint64 // sequence in PENDING of its last message
}

// Step is something that happened to a submission.
type Step struct {
	Stage   Stage     `json:"stage"`
	At      time.Time `json:"at,omitzero"`       // when NATS stored it
	By      string    `json:"by,omitempty"`      // as given; NATS does not prove it
	Comment string    `json:"comment,omitempty"` // of the person
	// After is the last sequence of FIGURES before a release began.
	After uint64 `json:"after,omitempty"`
	// First and Last are the sequences of the released figures in FIGURES.
	First uint64 `json:"first,omitempty"`
	Last  uint64 `json:"last,omitempty"`
}

// Step returns the step that brought the submission to a stage, nil when it was
// not taken.
func (s *State) Step(stage Stage) *Step {
	for i := range s.Steps {
		if s.Steps[i].Stage == stage {
			return &s.Steps[i]
		}
	}
	return nil
}

// Reviewed reports whether another person than its sender has approved it, and
// nobody has returned it. Nobody is another person than one who is not named.
func (s *State) Reviewed() bool {
	approved := s.Step(Approved)
	return approved != nil && person(approved.By) != "" && person(s.Sender) != "" && !SamePerson(approved.By, s.Sender) && s.Step(Returned) == nil
}

// Open reports whether the submission is neither released nor withdrawn.
func (s *State) Open() bool { return s.Stage != Released && s.Stage != Withdrawn }

// Pending gives access to what waits.
type Pending struct {
	js     jetstream.JetStream
	stream jetstream.Stream
}

// Open opens the stream PENDING. The error is from NATS.
func Open(ctx context.Context, js jetstream.JetStream) (*Pending, error) {
	stream, err := js.Stream(ctx, ingest.PendingStream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("stream %s: %w; run tidemark init", ingest.PendingStream, err)
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", ingest.PendingStream, err)
	}
	return &Pending{js: js, stream: stream}, nil
}

// now is the time of the server that keeps PENDING.
func (p *Pending) now(ctx context.Context) (time.Time, error) {
	info, err := p.stream.Info(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("look up stream %s: %w", ingest.PendingStream, err)
	}
	return info.TimeStamp, nil
}

// List returns the submissions of an agency that are neither released nor
// withdrawn, the oldest first. If agency is empty, it returns those of all
// agencies that this account may read.
func (p *Pending) List(ctx context.Context, agency string) ([]State, error) {
	return p.list(ctx, agency, isOpen)
}

// All is List with those that were released or withdrawn.
func (p *Pending) All(ctx context.Context, agency string) ([]State, error) {
	return p.list(ctx, agency, func(map[Stage]bool) bool { return true })
}

func isOpen(steps map[Stage]bool) bool { return !steps[Released] && !steps[Withdrawn] }

func (p *Pending) list(ctx context.Context, agency string, wanted func(steps map[Stage]bool) bool) ([]State, error) {
	found, err := p.find(ctx, cmp.Or(agency, "*"), "*")
	if err != nil {
		return nil, err
	}
	var all []State
	for _, f := range found {
		if !wanted(f.steps) {
			continue
		}
		s, err := p.load(ctx, f)
		switch {
		case errors.Is(err, errMalformed), agency == "" && errors.Is(err, errForeign):
		case err != nil:
			return nil, err
		default:
			all = append(all, *s)
		}
	}
	slices.SortFunc(all, func(a, b State) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Find returns the submission with the ID. An agency can give an ID that another one
// has given before; then the ID is written with the agency, like port.ID.
func (p *Pending) Find(ctx context.Context, id string) (*State, error) {
	agency, own, qualified := strings.Cut(id, ".")
	if !qualified {
		agency, own = "*", id
	}
	if !figure.IsCode(own) || qualified && !figure.IsCode(agency) {
		return nil, fmt.Errorf("%q is not the ID of a submission; tidemark pending lists them", id)
	}
	found, err := p.find(ctx, agency, own)
	if err != nil {
		return nil, err
	}
	var readable []*State
	for _, f := range found {
		s, err := p.load(ctx, f)
		switch {
		case len(found) > 1 && errors.Is(err, errForeign):
		case err != nil:
			return nil, err
		default:
			readable = append(readable, s)
		}
	}
	switch len(readable) {
	case 0:
		return nil, fmt.Errorf("no submission %s is or was pending; tidemark pending lists them", id)
	case 1:
		return readable[0], nil
	}
	return nil, fmt.Errorf("%d agencies have a submission %s; write it with its agency, like %s.%s", len(readable), id, readable[0].Agency, id)
}

// trace is a submission of which only the subjects are known.
type trace struct {
	agency, id string
	steps      map[Stage]bool
}

// find returns the submissions that were submitted, by their subjects alone.
func (p *Pending) find(ctx context.Context, agency, id string) ([]trace, error) {
	info, err := p.stream.Info(ctx, jetstream.WithSubjectFilter(subjectOf(agency, id, "*")))
	if err != nil {
		return nil, fmt.Errorf("look up stream %s: %w", ingest.PendingStream, err)
	}
	byID := map[[2]string]trace{}
	for subject := range info.State.Subjects {
		tokens := strings.Split(strings.TrimPrefix(subject, ingest.PendingPrefix), ".")
		key := [2]string{tokens[0], tokens[1]}
		if byID[key].steps == nil {
			byID[key] = trace{key[0], key[1], map[Stage]bool{}}
		}
		byID[key].steps[Stage(tokens[2])] = true
	}
	var all []trace
	for _, t := range byID {
		// What a sender made up as an ID is for nobody to decide on.
		if t.steps[Submitted] && figure.IsCode(t.id) {
			all = append(all, t)
		}
	}
	return all, nil
}

// errMalformed says that a submission was not written by this package.
var errMalformed = errors.New("cannot be read")

// errForeign says that the account may not read a submission.
var errForeign = errors.New("this account may not read it; use that of its agency")

// load reads the state of a submission.
func (p *Pending) load(ctx context.Context, t trace) (*State, error) {
	s := &State{ID: t.id, Agency: t.agency, Stage: Submitted}
	for _, stage := range stages {
		if !t.steps[stage] {
			continue
		}
		msg, err := p.last(ctx, subjectOf(t.agency, t.id, string(stage)))
		if err != nil {
			return nil, fmt.Errorf("read submission %s of agency %s: %w", t.id, t.agency, err)
		}
		s.revision = max(s.revision, msg.Seq)
		if stage == Submitted {
			var m meta
			err := json.Unmarshal(msg.Body, &m)
			if err == nil && m.Group != "" && !figure.IsCode(m.Group) {
				err = fmt.Errorf("its group is %q", m.Group)
			}
			if err != nil {
				return nil, fmt.Errorf("submission %s of agency %s: %w: %w", t.id, t.agency, errMalformed, err)
			}
			s.Sender, s.Files, s.Figures, s.parts = m.Sender, m.Files, m.Figures, m.Parts
			s.Review, s.ReleaseAt, s.Group, s.Submitted = m.Review, m.ReleaseAt, m.Group, msg.Stored
			continue
		}
		step := Step{}
		if err := json.Unmarshal(msg.Body, &step); err != nil {
			return nil, fmt.Errorf("submission %s of agency %s: %w: %w", t.id, t.agency, errMalformed, err)
		}
		step.Stage, step.At = stage, msg.Stored
		s.Steps = append(s.Steps, step)
		s.Stage = stage
	}
	return s, nil
}

// last reads the message on a subject of PENDING.
func (p *Pending) last(ctx context.Context, subject string) (*ingest.Message, error) {
	msg, err := ingest.LastDirect(ctx, p.js.Conn(), ingest.PendingStream, subject)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		err = errForeign
	case errors.Is(err, ingest.ErrUnreadable):
		err = fmt.Errorf("%w: %w", errMalformed, err)
	}
	return msg, err
}
