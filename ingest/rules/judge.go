package rules

import (
	"cmp"
	"errors"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Message is a message of FIGURES, reduced to what matters for judging it.
type Message struct {
	Subject    string
	Body       []byte
	Seq        uint64 // in FIGURES
	Stored     int64  // when JetStream stored it, ms since 1970
	Submission string // empty when it belongs to none
	Sender     string // who sent it, as ingest.SenderName returns it
	Beside     string // the rest of its file, as Beside.Text writes it
}

// Judge decides on a message by the catalogue and by what is known; it changes
// neither.
func (v *Validator) Judge(m *Message, k *Known) ledger.Decision {
	_, c, problem := v.Read(m.Subject, m.Body)
	if problem != nil {
		return Refusal(m.Seq, problem)
	}
	return v.Weigh(&c, m, k)
}

// Weigh decides on a figure of which Check has found nothing wrong, by what is
// known; it does not change that. Of the message it does not look at the subject
// and the body.
func (v *Validator) Weigh(c *Candidate, m *Message, k *Known) ledger.Decision {
	b := parseBeside(m.Beside)
	strange := k.doubt(c, b)
	if strange.Refused && !c.Figure.Confirmed {
		return Refusal(m.Seq, strange.Problem)
	}
	d := k.Accept(c, m)
	if strange.Problem == nil && (d.Outcome == ingest.Written || d.Outcome == ingest.Revised) {
		strange.Problem = k.unbalancedNow(v.Cat, c, b, m.Submission)
	}
	if closed := v.closed(c, m.Stored); closed != nil && d.Outcome != ingest.Unchanged {
		if !c.excepted() {
			return Refusal(m.Seq, closed)
		}
		strange.Problem = cmp.Or(strange.Problem, closed)
	}
	switch {
	case strange.Problem == nil:
	case d.Confirmed:
		d.Answered = short(strange.Problem)
	default:
		d.Problem = short(strange.Problem)
	}
	return d
}

// Redefined returns the problem of figures whose indicator is stored under a
// definition that differs from the catalogue's, nil when it does not differ or
// nothing is stored.
func (v *Validator) Redefined(code, stored string) *figure.Problem {
	if stored == "" {
		return nil
	}
	err := v.Cat.Conflict(code, stored)
	if err == nil {
		return nil
	}
	p := &figure.Problem{Code: "figure/definition", Field: "indicator", Text: code, Reason: err.Error()}
	var conflict *catalog.ConflictError
	if errors.As(err, &conflict) {
		p.Reason, p.Hint = conflict.Reason(), conflict.WayOut()
	}
	return p
}

// Accept returns the decision on a figure that is not refused. It does not
// change what is known.
func (k *Known) Accept(c *Candidate, m *Message) ledger.Decision {
	d := ledger.Decision{Seq: m.Seq, Vintage: c.vintage()}
	d.Vintage.Moment = publication(c, m.Seq, m.Stored)
	d.Vintage.Submission, d.Vintage.Seq, d.Vintage.Sender = m.Submission, m.Seq, m.Sender
	d.Confirmed = c.Figure.Confirmed
	d.Outcome, d.Restated = k.place(&d.Vintage, c.Figure.Published == "")
	return d
}

// Read decodes a message and checks it against the catalogue. The figure is
// nil when it cannot be decoded; the candidate may be incomplete when there is
// a problem.
func (v *Validator) Read(subject string, body []byte) (*figure.Figure, Candidate, *figure.Problem) {
	f, err := figure.Decode(body)
	if err != nil {
		return nil, Candidate{}, asProblem(err)
	}
	c, problems := v.Check(&f)
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

// checkSubject refuses a figure whose subject does not match its body. NATS
// lets a sender publish only under its own agency, so the subject identifies
// the sender.
func checkSubject(subject string, c *Candidate) *figure.Problem {
	agency := c.Indicator.Agency.Code
	want := c.Figure.Subject(agency)
	if subject == want {
		return nil
	}
	if sender := token(subject, 1); sender != agency {
		return &figure.Problem{Code: "figure/foreign-agency", Field: "indicator", Text: c.Figure.Indicator,
			Reason: "belongs to " + agency + " but was sent by " + sender, Hint: "only its own agency may send an indicator"}
	}
	return &figure.Problem{Code: "figure/subject-mismatch", Text: subject,
		Reason: "is not the subject of the figure in the body", Hint: "publish it on " + want}
}

// token returns the i-th token of a subject, empty when it has fewer.
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

// publication returns the moment that orders the figure among the vintages of
// its cell, in ms since 1970. It is the time when JetStream stored the message
// or, for an archive, the publication date that the figure names. That date is
// truncated to its day or minute and the sequence fills the rest, so that a
// correction under the same date comes after the wrong figure, on every
// redelivery. A minute has room for 60,000 messages before the count wraps
// around. The result is never later than the time of storage.
func publication(c *Candidate, seq uint64, stored int64) int64 {
	if c.Figure.Published == "" {
		return stored
	}
	start := c.moment
	if c.exact {
		start -= start % c.room
	}
	return min(start+int64(seq%uint64(c.room)), max(start, stored))
}

// maxText limits the offending text in a refusal, and maxReason the reason,
// which may quote it, in bytes, so that a reject or a receipt cannot become too
// large for NATS. The message itself is kept whole.
const (
	maxText   = 256
	maxReason = 1024
)

// Refusal returns the decision to refuse the message seq because of p.
func Refusal(seq uint64, p *figure.Problem) ledger.Decision {
	return ledger.Decision{Seq: seq, Outcome: ingest.Refused, Problem: short(p)}
}

// short returns the problem with its texts cut to the size that the ledger and
// receipts allow.
func short(p *figure.Problem) *figure.Problem {
	out := *p
	out.Text, out.Reason = shorten(p.Text, maxText), shorten(p.Reason, maxReason)
	return &out
}

// shorten cuts a text to at most limit bytes, without splitting a character.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}
