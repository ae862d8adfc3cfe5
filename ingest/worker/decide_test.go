package worker

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// flips publishes a figure that is plausible as long as nothing else is known, and then
// neighbours that make it implausible.
func flips(s *site) (seq uint64, neighbours func()) {
	f := ingesttest.Plain("2023-06", "30")
	seq = s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "flip")
	return seq, func() {
		for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
			s.Publish(ingesttest.Container(p, "300"))
		}
	}
}

func TestAWrittenFigureThatIsDeliveredAgainStaysWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(time.Second)
	seq, neighbours := flips(s)
	s.settleWithoutAck(s.startStopped(), 1)
	neighbours()
	s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-04 3000000", "2023-05 3000000", "2023-06 300000", "2023-07 3000000")
	if got := s.Receipts("flip"); got[seq] != ingest.Written {
		t.Errorf("the receipt says %q", got[seq])
	}
	s.WantBalance()
}

func TestARefusedFigureThatIsDeliveredAgainStaysRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(time.Second)
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.Publish(ingesttest.Container(p, "300"))
	}
	first := s.startStopped()
	s.settleAll(first, 3)
	s.Publish(ingesttest.Plain("2023-06", "30"))
	s.settleWithoutAck(first, 1)
	// What made it implausible is revised before it comes again.
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.Publish(ingesttest.Container(p, "31"))
	}
	s.startWorker()
	s.Idle()
	rejects := s.Rejects()
	if len(rejects) != 1 || rejects[0].Problem.Code != "figure/unit-slip" {
		t.Errorf("%d rejects", len(rejects))
	}
	s.WantBalance()
}

func TestTwoWorkersWhoWouldDifferOverOneMessageTakeOneDecision(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(500 * time.Millisecond)
	seq, neighbours := flips(s)
	slow, quick := s.startStopped(), s.startStopped()
	held := s.take(slow, 1) // so slow that the message is redelivered to another
	again := s.take(quick, 1)
	neighbours()
	s.settleAll(quick, 3) // decides on the message as well, which stands before these
	// By what is known now, the slow one would decide differently.
	if _, err := slow.sync(s.Ctx); err != nil {
		t.Fatal(err)
	}
	if d := slow.validator.Judge(&held[0].Message, slow.known); d.Outcome == ingest.Written {
		t.Fatalf("judged anew it is %s", d.Outcome)
	}
	slow.decided(s.Ctx, t, held)
	quick.decided(s.Ctx, t, again)
	if held[0].decision.Outcome != ingest.Written || again[0].decision.Outcome != ingest.Written || again[0].Seq != seq {
		t.Errorf("decided %s and %s", held[0].decision.Outcome, again[0].decision.Outcome)
	}
}

func TestAWorkerWhoseEntryComesSecondTakesOverTheFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(500 * time.Millisecond)
	a, b := s.startStopped(), s.startStopped()
	s.Publish(ingesttest.Container("2023-01", "280"))
	first := s.take(a, 1)
	second := s.take(b, 1)
	s.Publish(ingesttest.Container("2023-01", "290"))
	third := s.take(b, 1)
	a.decided(s.Ctx, t, first)
	both := b.decided(s.Ctx, t, append(second, third...)) // has not read what a has decided
	if both[0].decision.Outcome != ingest.Written || both[1].decision.Outcome != ingest.Revised {
		t.Errorf("decided %s and %s", both[0].decision.Outcome, both[1].decision.Outcome)
	}
	for _, w := range []*worker{a, b} {
		if _, err := w.sync(s.Ctx); err != nil {
			t.Fatal(err)
		}
		if got := len(w.known.Vintages(ingesttest.Container("2023-01", "0").Cell)); got != 2 {
			t.Errorf("%d vintages are known, want 2", got)
		}
	}
}

func TestMessagesThatADeadWorkerHoldsAreDecidedByAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.take(s.startStopped(), 1) // and is dead
	s.Publish(ingesttest.Container("2023-01", "290"))
	w := s.startStopped()
	items := w.decided(s.Ctx, t, s.take(w, 1))
	if got := items[0].decision.Outcome; got != ingest.Revised {
		t.Errorf("the second figure is %s, want revised", got)
	}
}
