package pending

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// forged are headers by which NATS tells the client what it has stored, here from a
// sender.
var forged = map[string]nats.Header{
	"another sequence":      {"Nats-Sequence": {"1"}},
	"no sequence":           {"Nats-Sequence": {"many"}},
	"another time":          {"Nats-Time-Stamp": {"yesterday"}},
	"an answer of NATS":     {"Status": {"404"}, "Description": {"Message Not Found"}},
	"another stream":        {"Nats-Stream": {""}},
	"another submission":    {"Nats-Subject": {"pending.customs.s.submitted"}},
	"everything at once":    {"Nats-Sequence": {"18446744073709551615"}, "Nats-Time-Stamp": {"2001-01-01T00:00:00Z"}, "Nats-Num-Pending": {"x"}},
	"the end of a long job": {"Nats-Last-Sequence": {"1"}, "Nats-UpTo-Sequence": {"1"}},
}

// passes runs one pass of a releaser, which has to end soon.
func (r *Releaser) passes(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, r.pass(ctx))
}

func TestForgedHeadersOfOneAgencyKeepNoOtherBack(t *testing.T) {
	for name, header := range forged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			js := connect(t, enginetest.NATS(t))
			p, r := open(t, js), opened(t, js)
			for _, step := range []string{"figures.0", "submitted"} {
				_, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: "pending.customs.f." + step, Header: header, Data: []byte(`{"figures": 1, "parts": 1}`)})
				must(t, err)
			}
			s := submission("s", 1)
			s.Review = false
			must(t, p.Submit(t.Context(), s))
			r.passes(t)
			wantReleased(t, js, s)
		})
	}
}

// After a crash a releaser looks for the figures among what the agency has sent
// meanwhile.
func TestForgedHeadersOfFiguresMisleadNoReleaser(t *testing.T) {
	for name, header := range forged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			js := connect(t, enginetest.NATS(t))
			dead, next := opened(t, js), opened(t, js)
			s := submission("s", 3)
			m := approved(t, dead, s)
			must(t, dead.pending.take(t.Context(), m.State, Step{Stage: Releasing}))
			other := Figure{Subject: s.Figures[0].Subject, Body: []byte("{}")}
			for range 2 {
				_, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: other.Subject, Header: header, Data: other.Body})
				must(t, err)
			}
			next.passes(t)
			wantReleased(t, js, Submission{Figures: []Figure{other, other}}, s)
		})
	}
}

func TestASubmissionWithoutFiguresIsLeftAlone(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	for id, body := range map[string]string{"none": `{}`, "empty": `{"figures": 0, "parts": 1}`, "negative": `{"figures": -1, "parts": -1}`} {
		_, err := js.Publish(t.Context(), "pending.customs."+id+".figures.0", []byte(`[]`))
		must(t, err)
		_, err = js.Publish(t.Context(), "pending.customs."+id+".submitted", []byte(body))
		must(t, err)
	}
	s := submission("s", 1)
	s.Review = false
	must(t, p.Submit(t.Context(), s))
	r.passes(t)
	wantReleased(t, js, s)
}

// The IDs of what waits can be seen by all agencies.
func TestNobodyDecidesOnASubmissionThatAnotherAgencyGaveTheSameID(t *testing.T) {
	p := newPending(t)
	must(t, p.Submit(t.Context(), submission("s", 1)))
	_, err := p.js.Publish(t.Context(), "pending.customs.s.submitted", []byte(`{"figures": 1, "parts": 1, "sender": "Zhao", "review": true}`))
	must(t, err)
	for range 20 {
		if err := p.Approve(t.Context(), "s", "Wang", ""); err == nil {
			t.Fatal("which of the two was approved is left to chance")
		}
	}
	must(t, p.Approve(t.Context(), "port.s", "Wang", ""))
	if s := p.state(t, "port.s"); s.Agency != "port" || !s.Reviewed() {
		t.Errorf("it is %+v", s)
	}
	if s := p.state(t, "customs.s"); s.Stage != Submitted {
		t.Errorf("the other is %+v", s)
	}
}

func TestWhoeverSentItMayNotApproveItUnderTheSameNameInOtherLetters(t *testing.T) {
	p := newPending(t)
	for i, names := range [][2]string{{"李 雷", "李雷"}, {"李雷", "李　雷"}, {"Li Lei", "ＬＩ ＬＥＩ"}, {"Li Lei", "LiLei"}, {"Li Lei", "Li. Lei"}, {"Li-Lei", "Li Lei"},
		{"ΝΙΚΟΣ", "νικος"}, {"ﬁona", "FIONA"}, {"Li Lei", "Lí Lei"}, {"İbo", "ibo"}, {"Li\u0307", "Li"}} {
		s := submission("s"+string(rune('a'+i)), 1)
		s.Sender = names[0]
		must(t, p.Submit(t.Context(), s))
		if err := p.Approve(t.Context(), s.ID, names[1], ""); !errors.Is(err, ErrSamePerson) {
			t.Errorf("%q may approve what %q has sent: %v", names[1], names[0], err)
		}
	}
}

// A sender whose catalogue asks for no review need not give a name.
func TestWhatNobodyIsSaidToHaveSentCannotBeApproved(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	r.Review = func(string) bool { return true }
	s := submission("s", 1)
	s.Sender, s.Review, s.ReleaseAt = "", false, time.Now().Add(time.Hour)
	must(t, p.Submit(t.Context(), s))
	if err := p.Approve(t.Context(), "s", "Li", ""); err == nil {
		t.Error("its sender, whose name is not known, may approve it")
	}
	s.ID, s.ReleaseAt = "soon", time.Now().Add(300*time.Millisecond)
	must(t, p.Submit(t.Context(), s))
	_, err := js.Publish(t.Context(), "pending.port.soon.approved", []byte(`{"by": "Li"}`))
	must(t, err)
	r.passWhenDue(t, s.ReleaseAt)
	wantReleased(t, js)
}

// IDs and groups are shown on terminals and pages as they are.
func TestWhatIsNoNameIsNotListed(t *testing.T) {
	p := newPending(t)
	for _, id := range []string{"\x1b[2J", "<b>"} {
		_, err := p.js.Publish(t.Context(), "pending.customs."+id+".submitted", []byte(`{"figures": 1, "parts": 1}`))
		must(t, err)
	}
	_, err := p.js.Publish(t.Context(), "pending.customs.grouped.submitted", []byte(`{"figures": 1, "parts": 1, "group": "\u001b[2J"}`))
	must(t, err)
	if all, err := p.All(t.Context(), ""); err != nil || len(all) != 0 {
		t.Errorf("%+v is listed, %v", all, err)
	}
}
