package rules

import (
	"errors"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Message is one of FIGURES, as much of it as counts when it is judged.
type Message struct {
	Subject    string
	Body       []byte
	Seq        uint64
	Stored     int64 // when JetStream stored it, ms since 1970
	Submission string
	Beside     string // what its file has beside it, in the words of beside
}

// Judge decides what becomes of a message by the catalogue and by what is
// known, and changes neither.
func (v *Validator) Judge(m *Message, k *Known) ledger.Decision {
	_, c, problem := v.Read(m.Subject, m.Body)
	if problem != nil {
		return Refusal(m.Seq, problem)
	}
	b := parseBeside(m.Beside)
	strange := k.Doubt(&c, b)
	if strange.Refused {
		return Refusal(m.Seq, strange.Problem)
	}
	d := k.Accept(&c, m)
	if strange.Problem == nil && (d.Outcome == ingest.Written || d.Outcome == ingest.Revised) {
		strange.Problem = k.unbalancedNow(v.Cat, &c, b, m.Submission)
	}
	if strange.Problem != nil {
		d.Problem = short(strange.Problem)
	}
	return d
}

// Accept makes the decision on a figure that is not refused.
func (k *Known) Accept(c *Candidate, m *Message) ledger.Decision {
	d := ledger.Decision{Seq: m.Seq, Vintage: c.vintage()}
	d.Vintage.Moment = publication(c, m.Seq, m.Stored)
	d.Vintage.Submission, d.Vintage.Seq = m.Submission, m.Seq
	d.Outcome, d.Restated = k.place(&d.Vintage, c.Figure.Published == "")
	return d
}

// Read decodes a message and holds it against the catalogue. The figure is
// nil when it cannot be decoded, the candidate may lack parts when there is
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

// checkSubject refuses a figure that came on another subject than its body
// says. NATS lets a sender publish under its own agency only, so the subject
// is what tells who it is.
func checkSubject(subject string, c *Candidate) *figure.Problem {
	agency := c.Indicator.Agency.Code
	want := c.Figure.Subject(agency)
	if subject == want {
		return nil
	}
	if sender := token(subject, 1); sender != agency {
		return &figure.Problem{Code: "figure/foreign-agency", Field: "indicator", Text: c.Figure.Indicator,
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

// maxText is how much of the offending text goes with a refusal, and maxReason
// of the reason, which can repeat some of it, in bytes. The message itself is
// kept whole; its text must not make a reject or a receipt too large for NATS.
const (
	maxText   = 256
	maxReason = 1024
)

// Refusal is the decision on a message that is refused.
func Refusal(seq uint64, p *figure.Problem) ledger.Decision {
	return ledger.Decision{Seq: seq, Outcome: ingest.Refused, Problem: short(p)}
}

// short is the problem as it goes into the ledger and into receipts.
func short(p *figure.Problem) *figure.Problem {
	out := *p
	out.Text, out.Reason = shorten(p.Text, maxText), shorten(p.Reason, maxReason)
	return &out
}

// shorten cuts a text that is longer than limit bytes, and leaves no half letter
// at the end.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}
