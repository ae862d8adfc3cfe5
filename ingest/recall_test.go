package ingest

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
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

func TestTwoWorkersWhoDifferOverOneMessageAgreeThatItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		writesFirst bool
	}{{"the writer is first", true}, {"the refuser is first", false}} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.ackWait(500 * time.Millisecond)
			seq, neighbours := flips(s)
			writer := s.startStopped()
			items := s.take(writer, 1) // and is then so slow that another gets the message too
			refuser := s.startStopped()
			again := s.take(refuser, 1)
			neighbours()
			s.settleAll(refuser, 3)
			writer.validator.judge(items[0], writer.known, instants{})
			refuser.validator.judge(again[0], refuser.known, instants{})
			if items[0].outcome != Written || again[0].outcome != Refused || again[0].seq != seq {
				t.Fatalf("judged %s and %s", items[0].outcome, again[0].outcome)
			}
			write := func() {
				if err := writer.write(s.ctx, items); err != nil {
					t.Fatal(err)
				}
			}
			refuse := func() {
				if err := refuser.rejectAll(s.ctx, again); err != nil {
					t.Fatal(err)
				}
			}
			look := func(w *worker, items []*item) {
				if err := w.recall(s.ctx, w.shared(items)); err != nil {
					t.Fatal(err)
				}
			}
			if c.writesFirst {
				write()
				look(writer, items)
				refuse()
				look(refuser, again)
			} else {
				refuse()
				look(refuser, again)
				write()
				look(writer, items)
			}
			if n := len(s.rejects()); n != 0 {
				t.Errorf("%d rejects of a figure that is written", n)
			}
			s.wantBalance()
		})
	}
}

func TestAFigureThatACrashLeftWrittenAndRefusedIsWritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	flips(s)
	w := s.startStopped()
	items := s.take(w, 1)
	w.validator.judge(items[0], w.known, instants{})
	if err := w.write(s.ctx, items); err != nil {
		t.Fatal(err)
	}
	items[0].refuse(&figure.Problem{Code: "figure/jump", Reason: "as another worker had it"})
	if err := w.rejectAll(s.ctx, items); err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.idle()
	if n := len(s.rejects()); n != 0 {
		t.Errorf("%d rejects of a figure that is written", n)
	}
	s.wantBalance()
}
