package ingest

import (
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// item is one message of FIGURES on its way through a worker.
type item struct {
	msg         jetstream.Msg
	seq         uint64
	stored      int64     // when JetStream stored it, ms since 1970
	taken       time.Time // when this worker got it
	redelivered bool
	submission  string

	vintage store.Vintage   // when accepted
	problem *figure.Problem // when refused
	outcome Outcome
	// recalled says that the outcome is that of an earlier delivery.
	recalled bool
	// late says that a later publication of the cell is known already.
	late bool
}

// newItem reads what JetStream says of a message. One that is older than the
// consumer may have been settled under an earlier one, as when the consumer
// was deleted or restored.
func newItem(msg jetstream.Msg, consumer time.Time) (*item, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	return &item{
		msg:         msg,
		seq:         meta.Sequence.Stream,
		stored:      meta.Timestamp.UnixMilli(),
		taken:       time.Now(),
		redelivered: meta.NumDelivered > 1 || meta.Timestamp.Before(consumer),
		submission:  msg.Headers().Get(HeaderSubmission),
	}, nil
}

// judge decides whether the message's figure is accepted, which makes its
// vintage, or refused, which gives the problem.
func (v *Validator) judge(it *item, k *known, taken instants) {
	f, c, problem := v.read(it.msg.Subject(), it.msg.Data())
	if problem == nil {
		problem = k.plausible(&c)
	}
	if problem != nil {
		it.refuse(problem)
		return
	}
	it.accept(c.vintage(), taken.take(f.Cell, publication(&c, it.seq, it.stored), it.seq))
	before, existed := k.put(f.Cell, it.point())
	it.late = existed && before.moment > it.vintage.Moment
	it.outcome = outcomeOf(before, existed && !it.late, it.point())
}

// instants are the publications of cells that a worker judged last. Two
// figures of one cell that JetStream stored within the same millisecond would
// be one point; the later one is put a millisecond after the other. A worker
// judges in the order of the stream, but for messages that come again.
type instants map[figure.Cell]instant

type instant struct {
	moment int64
	seq    uint64
}

// sameInstant is how many figures of a cell can share a millisecond.
const sameInstant = 16

func (t instants) take(c figure.Cell, moment int64, seq uint64) int64 {
	last, ok := t[c]
	switch {
	case !ok:
	case seq == last.seq: // it comes again
		return last.moment
	case seq < last.seq:
		if moment == last.moment {
			moment-- // it comes late and was the first
		}
		return moment
	case moment <= last.moment && last.moment-moment < sameInstant:
		moment = last.moment + 1
	}
	t[c] = instant{moment, seq}
	return moment
}

// read decodes a message and holds it against the catalogue. The figure is
// nil when it can not be decoded, the candidate may lack parts when there is
// a problem.
func (v *Validator) read(subject string, body []byte) (*figure.Figure, candidate, *figure.Problem) {
	f, err := figure.Decode(body)
	if err != nil {
		return nil, candidate{}, asProblem(err)
	}
	c, problems := v.check(&f)
	if len(problems) > 0 {
		return &f, c, problems[0]
	}
	return &f, c, checkSubject(subject, &c)
}

func asProblem(err error) *figure.Problem {
	var p *figure.Problem
	if errors.As(err, &p) {
		return p
	}
	return &figure.Problem{Code: "figure/not-json", Reason: err.Error()}
}

// checkSubject refuses a figure that came on another subject than its body
// says. NATS lets a sender publish under its own agency only, so the subject
// is what tells who it is.
func checkSubject(subject string, c *candidate) *figure.Problem {
	agency := c.indicator.Agency.Code
	want := c.figure.Subject(agency)
	if subject == want {
		return nil
	}
	if sender := token(subject, 1); sender != agency {
		return &figure.Problem{Code: "figure/foreign-agency", Field: "indicator", Text: c.figure.Indicator,
			Reason: "belongs to " + agency + " and was sent by " + sender, Hint: "only its own agency may send an indicator"}
	}
	return &figure.Problem{Code: "figure/subject-mismatch", Text: subject,
		Reason: "is not the subject of the figure in the body", Hint: "publish it on " + want}
}

// token is the i-th token of a subject, empty when it has fewer.
func token(subject string, i int) string {
	start := 0
	for at := 0; at <= len(subject); at++ {
		if at < len(subject) && subject[at] != '.' {
			continue
		}
		if i == 0 {
			return subject[start:at]
		}
		i, start = i-1, at+1
	}
	return ""
}

// publication is the moment that orders the figure among the vintages of its
// cell. It is when JetStream stored the message, or, for an archive, the
// publication the figure names. Of that, the day or the minute is taken; the
// sequence fills the rest, so that a figure that is corrected under the same
// publication comes after the wrong one, on every redelivery. A minute has
// room for 60,000 messages before the count begins anew. No publication lies
// after the moment it was stored.
func publication(c *candidate, seq uint64, stored int64) int64 {
	if c.figure.Published == "" {
		return stored
	}
	slot, start := int64(24*time.Hour/time.Millisecond), c.moment
	if c.exact {
		slot = int64(time.Minute / time.Millisecond)
		start -= start % slot
	}
	return min(start+int64(seq%uint64(slot)), max(start, stored))
}

func (it *item) accept(v store.Vintage, moment int64) {
	it.vintage, it.problem = v, nil
	it.vintage.Moment = moment
	it.vintage.Submission = it.submission
	it.vintage.Seq = it.seq
}

// maxText is how much of the offending text goes with a refusal, in bytes.
// The message itself is kept whole; its text must not make the refusal too
// large for NATS.
const maxText = 256

func (it *item) refuse(p *figure.Problem) {
	if len(p.Text) > maxText {
		short := *p
		short.Text = strings.ToValidUTF8(p.Text[:maxText], "") // no half letter at the end
		p = &short
	}
	it.problem, it.outcome = p, Refused
}

func (it *item) point() point { return pointOf(&it.vintage) }

func pointOf(v *store.Vintage) point {
	return point{value: v.Value, moment: v.Moment, status: v.Status, withheld: v.Withheld}
}

// outcomeOf tells what a vintage is to a cell whose current value was before.
func outcomeOf(before point, existed bool, now point) Outcome {
	switch {
	case !existed || before.moment == now.moment:
		return Written
	case before.same(now):
		return Unchanged
	}
	return Revised
}
