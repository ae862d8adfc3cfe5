package ingest

import (
	"errors"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// message is one of FIGURES, as much of it as counts when it is judged.
type message struct {
	subject    string
	body       []byte
	seq        uint64
	stored     int64 // when JetStream stored it, ms since 1970
	submission string
	beside     string // what its file has beside it, in the words of beside
}

// judge decides what becomes of a message by the catalogue and by what is
// known, and changes neither.
func (v *Validator) judge(m *message, k *known) ledger.Decision {
	_, c, problem := v.read(m.subject, m.body)
	if problem != nil {
		return refusal(m.seq, problem)
	}
	b := parseBeside(m.beside)
	strange := k.doubt(&c, b)
	if strange.refused {
		return refusal(m.seq, strange.problem)
	}
	d := k.accept(&c, m)
	if strange.problem == nil && (d.Outcome == Written || d.Outcome == Revised) {
		strange.problem = k.unbalancedNow(v.cat, &c, b, m.submission)
	}
	if strange.problem != nil {
		d.Problem = short(strange.problem)
	}
	return d
}

// accept makes the decision on a figure that is not refused.
func (k *known) accept(c *candidate, m *message) ledger.Decision {
	d := ledger.Decision{Seq: m.seq, Vintage: c.vintage()}
	d.Vintage.Moment = publication(c, m.seq, m.stored)
	d.Vintage.Submission, d.Vintage.Seq = m.submission, m.seq
	d.Outcome, d.Restated = k.place(&d.Vintage, c.figure.Published == "")
	return d
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

// refusal is the decision on a message that is refused.
func refusal(seq uint64, p *figure.Problem) ledger.Decision {
	return ledger.Decision{Seq: seq, Outcome: Refused, Problem: short(p)}
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
