package ingest

import (
	"testing"
	"time"
)

// flips publishes a figure that is plausible as long as nothing else is
// known, and then neighbours next to which it is not.
func flips(s *site) (seq uint64, neighbours func()) {
	f := plain("2023-06", "30")
	seq = s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "flip")
	return seq, func() {
		for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
			s.publish(container(p, "300"))
		}
	}
}

func TestAWrittenFigureThatIsDeliveredAgainStaysWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(time.Second)
	seq, neighbours := flips(s)
	s.settleWithoutAck(s.startStopped(), 1)
	neighbours()
	s.startWorker()
	s.idle()
	wantLines(t, s.values(), "2023-04 3000000", "2023-05 3000000", "2023-06 300000", "2023-07 3000000")
	if got := s.receipts("flip"); got[seq] != Written {
		t.Errorf("the receipt says %q", got[seq])
	}
	s.wantBalance()
}

func TestARefusedFigureThatIsDeliveredAgainStaysRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(time.Second)
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.publish(container(p, "300"))
	}
	first := s.startStopped()
	s.settleAll(first, 3)
	s.publish(plain("2023-06", "30"))
	s.settleWithoutAck(first, 1)
	// What made it implausible is revised before it comes again.
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.publish(container(p, "31"))
	}
	s.startWorker()
	s.idle()
	rejects := s.rejects()
	if len(rejects) != 1 || rejects[0].Problem.Code != "figure/unit-slip" {
		t.Errorf("%d rejects", len(rejects))
	}
	s.wantBalance()
}

func TestTwoWorkersWhoWouldDifferOverOneMessageTakeOneDecision(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	seq, neighbours := flips(s)
	slow, quick := s.startStopped(), s.startStopped()
	held := s.take(slow, 1) // so slow that another gets the message too
	again := s.take(quick, 1)
	neighbours()
	s.settleAll(quick, 3) // decides on the message as well, which stands before these
	// By what is known now the slow one would say otherwise.
	if _, err := slow.sync(s.ctx); err != nil {
		t.Fatal(err)
	}
	if d := slow.validator.judge(&held[0].message, slow.known); d.Outcome == Written {
		t.Fatalf("judged anew it is %s", d.Outcome)
	}
	slow.decided(s.ctx, t, held)
	quick.decided(s.ctx, t, again)
	if held[0].decision.Outcome != Written || again[0].decision.Outcome != Written || again[0].seq != seq {
		t.Errorf("decided %s and %s", held[0].decision.Outcome, again[0].decision.Outcome)
	}
}

func TestAWorkerWhoseEntryComesSecondTakesOverTheFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	a, b := s.startStopped(), s.startStopped()
	s.publish(container("2023-01", "280"))
	first := s.take(a, 1)
	second := s.take(b, 1)
	s.publish(container("2023-01", "290"))
	third := s.take(b, 1)
	a.decided(s.ctx, t, first)
	both := b.decided(s.ctx, t, append(second, third...)) // has not read what a has decided
	if both[0].decision.Outcome != Written || both[1].decision.Outcome != Revised {
		t.Errorf("decided %s and %s", both[0].decision.Outcome, both[1].decision.Outcome)
	}
	for _, w := range []*worker{a, b} {
		if _, err := w.sync(s.ctx); err != nil {
			t.Fatal(err)
		}
		if got := len(w.known.vintages(container("2023-01", "0").Cell)); got != 2 {
			t.Errorf("%d vintages are known, want 2", got)
		}
	}
}

func TestMessagesThatADeadWorkerHoldsAreDecidedByAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.publish(container("2023-01", "280"))
	s.take(s.startStopped(), 1) // and is dead
	s.publish(container("2023-01", "290"))
	w := s.startStopped()
	items := w.decided(s.ctx, t, s.take(w, 1))
	if got := items[0].decision.Outcome; got != Revised {
		t.Errorf("the second figure is %s, want revised", got)
	}
}
