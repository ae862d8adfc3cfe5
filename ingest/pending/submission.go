package pending

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

const (
	// MaxFigures is the largest number of figures that can be released together:
	// what a NATS server takes in one atomic batch, unless it is configured
	// otherwise.
	MaxFigures = 1000
	// maxPart limits a message with figures, in bytes. The accounts of senders
	// are limited to 64 KB; the largest figure takes 50 KB in base64.
	maxPart = 48 << 10
	// batchHeaders is room for the headers that a batch adds to a figure, in bytes.
	batchHeaders = 300
	// maxSubject limits the subject of a figure, in bytes.
	maxSubject = 2048
	// attempts is how often a message is sent before giving up.
	attempts = 3
)

// Submission is what is held back: the figures of one agency that are released
// together.
type Submission struct {
	ID     string // of the submission, and of its receipts
	Agency string
	// Sender is the name of who sends it, as it was given. It is required when
	// another person has to approve it.
	Sender  string
	Files   []string // names, for people
	Figures []Figure
	Review  bool // another person has to approve it
	// ReleaseAt is the moment before which no figure leaves; zero for none.
	ReleaseAt time.Time
	// Group names the submissions, also of other agencies, that are released
	// together, at the latest of their moments; empty for none.
	Group string
}

// Figure is a message of FIGURES as it will be published.
type Figure struct {
	Subject string            `json:"subject"`
	Header  map[string]string `json:"header,omitempty"`
	Body    []byte            `json:"body"`
}

// FigureOf converts a message that would be published in FIGURES. Its id is
// dropped, because NATS remembers ids for a short time only.
func FigureOf(msg *nats.Msg) Figure {
	f := Figure{Subject: msg.Subject, Body: msg.Data, Header: map[string]string{}}
	for name := range msg.Header {
		if name != nats.MsgIdHdr {
			f.Header[name] = msg.Header.Get(name)
		}
	}
	return f
}

// message is the message of FIGURES.
func (f *Figure) message() *nats.Msg {
	msg := nats.NewMsg(f.Subject)
	msg.Data = f.Body
	for name, value := range f.Header {
		msg.Header.Set(name, value)
	}
	return msg
}

// meta is the body of the message .submitted.
type meta struct {
	Sender    string    `json:"sender,omitempty"`
	Files     []string  `json:"files,omitempty"`
	Figures   int       `json:"figures"`
	Parts     int       `json:"parts"`
	Review    bool      `json:"review,omitempty"`
	ReleaseAt time.Time `json:"release_at,omitzero"`
	Group     string    `json:"group,omitempty"`
}

// Submit stores submissions. Once it returns nil, they are pending. The error says what
// is wrong with one of them, or that NATS did not store it; then none is pending.
func (p *Pending) Submit(ctx context.Context, all ...Submission) error {
	now, err := p.now(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Sender = ingest.SenderName(all[i].Sender)
		if err := all[i].check(now); err != nil {
			return fmt.Errorf("hold the figures of %s back: %w", all[i].Agency, err)
		}
	}
	if err := p.checkGroups(ctx, all); err != nil {
		return err
	}
	parts := make([]int, len(all))
	for i := range all {
		if parts[i], err = p.storeFigures(ctx, &all[i]); err != nil {
			return err
		}
	}
	for i := range all {
		if err := p.submit(ctx, &all[i], parts[i]); err != nil {
			return errors.Join(err, p.takeBack(ctx, all[:i]))
		}
	}
	return nil
}

// storeFigures stores the figures of a submission, which is not pending by that, and
// returns in how many parts.
func (p *Pending) storeFigures(ctx context.Context, s *Submission) (int, error) {
	parts, err := s.parts()
	if err != nil {
		return 0, err
	}
	for i, part := range parts {
		if _, err := p.publish(ctx, s.subject(fmt.Sprintf("%s.%d", figuresPart, i)), part); err != nil {
			return 0, fmt.Errorf("store the figures of %s: %w", s.ID, err)
		}
	}
	return len(parts), nil
}

func (p *Pending) submit(ctx context.Context, s *Submission, parts int) error {
	body, err := json.Marshal(meta{Sender: s.Sender, Files: s.Files, Figures: len(s.Figures), Parts: parts,
		Review: s.Review, ReleaseAt: s.ReleaseAt, Group: s.Group})
	if err != nil {
		return fmt.Errorf("encode the submission: %w", err)
	}
	if _, err := p.publish(ctx, s.subject(string(Submitted)), body); err != nil {
		return fmt.Errorf("submit %s: %w", s.ID, err)
	}
	return nil
}

// takeBack withdraws submissions because another one that belongs to them could not be
// stored.
func (p *Pending) takeBack(ctx context.Context, all []Submission) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ingest.AckTimeout)
	defer cancel()
	for i := range all {
		s, find := p.Find(ctx, all[i].Agency+"."+all[i].ID)
		if find == nil {
			find = p.take(ctx, s, Step{Stage: Withdrawn, By: s.Sender, Comment: "another submission that belongs to it could not be stored"})
		}
		if find != nil {
			err = errors.Join(err, fmt.Errorf("%s is pending without the others; withdraw it: %w", all[i].ID, find))
		}
	}
	return err
}

func (s *Submission) subject(step string) string { return subjectOf(s.Agency, s.ID, step) }

// subjectOf is the subject of a step of a submission.
func subjectOf(agency, id, step string) string {
	return ingest.PendingPrefix + agency + "." + id + "." + step
}

// check says what is wrong with a submission.
func (s *Submission) check(now time.Time) error {
	switch {
	case !figure.IsCode(s.ID) || !figure.IsCode(s.Agency):
		return fmt.Errorf("submission %q of agency %q: both must be codes of letters, digits, _ and -", s.ID, s.Agency)
	case s.Group != "" && !figure.IsCode(s.Group):
		return fmt.Errorf("group %q: write a name of letters, digits, _ and -, like bulletin-2026-11", s.Group)
	case s.Group != "" && s.ReleaseAt.IsZero():
		return fmt.Errorf("group %s: say when it is to be released (--release-at)", s.Group)
	case !s.ReleaseAt.IsZero() && !s.ReleaseAt.After(now):
		return fmt.Errorf("the moment of release, %s, is not in the future: it is %s by the clock of NATS; leave it out to publish now", Clock(s.ReleaseAt), Clock(now.In(s.ReleaseAt.Location())))
	case s.Review && person(s.Sender) == "":
		return errors.New("say who sends it (--sender NAME): another person has to approve it")
	case len(s.Figures) == 0:
		return errors.New("a submission needs figures")
	case len(s.Figures) > MaxFigures:
		return fmt.Errorf("more than %d figures of agency %s cannot be released together: divide the file, and push each part by itself", MaxFigures, s.Agency)
	}
	for i := range s.Figures {
		if err := s.Figures[i].check(s.Agency); err != nil {
			return err
		}
	}
	return nil
}

// check says why a figure could not be released, which must be known before it
// waits.
func (f *Figure) check(agency string) error {
	size := 0
	for name, value := range f.Header {
		size += len(name) + len(value) + len(": \r\n")
		// One of NATS' own could make the whole batch fail.
		if !strings.HasPrefix(name, "Tidemark-") || strings.ContainsAny(name+value, "\r\n") {
			return fmt.Errorf("the figure on %s has a header %q that it may not have", f.Subject, name)
		}
	}
	switch {
	case strings.ContainsAny(f.Subject, "*> \t\r\n\x00") || strings.Contains(f.Subject, "..") || strings.HasSuffix(f.Subject, ".") || len(f.Subject) > maxSubject:
		return fmt.Errorf("%q is not a subject", f.Subject)
	case !strings.HasPrefix(f.Subject, figure.SubjectPrefix+"."+agency+"."):
		return fmt.Errorf("the figure on %s is not one of agency %s", f.Subject, agency)
	case len(f.Body) > figure.MaxBody:
		return fmt.Errorf("the figure on %s has %d bytes, more than %d", f.Subject, len(f.Body), figure.MaxBody)
	case size+len(f.Body)+batchHeaders > ingest.MaxMessage:
		return fmt.Errorf("the figure on %s and its headers have %d bytes, more than %d: shorten its note", f.Subject, size+len(f.Body), ingest.MaxMessage-batchHeaders)
	}
	return nil
}

// Clock writes a moment of release for people, with its offset.
func Clock(t time.Time) string { return t.Format("2006-01-02 15:04:05 -07:00") }

// parts encodes the figures as JSON arrays that are not too large for a message.
func (s *Submission) parts() (parts [][]byte, err error) {
	part := []byte{'['}
	for i := range s.Figures {
		one, err := json.Marshal(&s.Figures[i])
		if err != nil {
			return nil, fmt.Errorf("encode a figure: %w", err)
		}
		if len(part) > 1 && len(part)+len(one) > maxPart {
			parts = append(parts, append(part, ']'))
			part = []byte{'['}
		}
		if len(part) > 1 {
			part = append(part, ',')
		}
		part = append(part, one...)
	}
	return append(parts, append(part, ']')), nil
}

// Figures returns the figures of a submission, in the order in which they were
// sent.
func (p *Pending) Figures(ctx context.Context, s *State) (all []Figure, err error) {
	for i := range s.parts {
		msg, err := p.last(ctx, subjectOf(s.Agency, s.ID, fmt.Sprintf("%s.%d", figuresPart, i)))
		if err != nil {
			return nil, fmt.Errorf("read the figures of %s: %w", s.ID, err)
		}
		var part []Figure
		if err := json.Unmarshal(msg.Body, &part); err != nil {
			return nil, fmt.Errorf("read the figures of %s: %w", s.ID, err)
		}
		all = append(all, part...)
	}
	if len(all) != s.Figures || len(all) == 0 {
		return nil, fmt.Errorf("submission %s has %d figures where it was said to have %d", s.ID, len(all), s.Figures)
	}
	for i := range all {
		if err := all[i].check(s.Agency); err != nil {
			return nil, fmt.Errorf("submission %s: %w", s.ID, err)
		}
	}
	return all, nil
}

// checkGroups says that a group would be too large, as far as this account can see
// it.
func (p *Pending) checkGroups(ctx context.Context, all []Submission) error {
	sizes := map[string]int{}
	for i := range all {
		if all[i].Group != "" {
			sizes[all[i].Group] += len(all[i].Figures)
		}
	}
	if len(sizes) == 0 {
		return nil
	}
	open, err := p.List(ctx, "")
	if err != nil {
		return err
	}
	for i := range open {
		if n, joined := sizes[open[i].Group]; joined {
			sizes[open[i].Group] = n + open[i].Figures
		}
	}
	for group, n := range sizes {
		if n > MaxFigures {
			return fmt.Errorf("group %s would have %d figures, more than can be released together (%d): divide the files, and give each part a group of its own with the same moment", group, n, MaxFigures)
		}
	}
	return nil
}

// errDenied says that an account may not take a step.
var errDenied = errors.New("this account may not do that")

// publish stores the first and only message on a subject. When NATS does not
// answer, it is sent again under the same id, so that the first one counts.
func (p *Pending) publish(ctx context.Context, subject string, body []byte, opts ...jetstream.PublishOpt) (seq uint64, err error) {
	hash := sha256.Sum256(body)
	opts = append(opts, jetstream.WithMsgID(subject+"."+base64.RawURLEncoding.EncodeToString(hash[:18])))
	for range attempts {
		if seq, err = p.publishOnce(ctx, subject, body, opts); !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
	}
	return seq, err
}

func (p *Pending) publishOnce(ctx context.Context, subject string, body []byte, opts []jetstream.PublishOpt) (seq uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, ingest.AckTimeout)
	defer cancel()
	msg := nats.NewMsg(subject)
	msg.Data = body
	future, err := p.js.PublishMsgAsync(msg, opts...)
	if err != nil {
		return 0, err
	}
	// NATS reports a missing permission before it answers the flush, and nothing else
	// does.
	if nc := p.js.Conn(); nc.FlushWithContext(ctx) == nil && denied(nc.LastError(), subject) {
		return 0, errDenied
	}
	select {
	case ack := <-future.Ok():
		return ack.Sequence, nil
	case err := <-future.Err():
		if errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) {
			return 0, errDenied // the account has no route to the stream
		}
		return 0, err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// denied reports whether a connection's error is that its user may not publish on
// the subject.
func denied(err error, subject string) bool {
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(strings.ToLower(err.Error()), `"`+strings.ToLower(subject)+`"`)
}
