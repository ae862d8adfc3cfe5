package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
)

// An idle worker waits for the first message; what comes a moment later must
// not be judged beside it as if it knew nothing of it.
func TestRevisionsSentBackToBackAreAllKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	const pairs = 100
	first := figure.Month(2001, 1)
	var futures []jetstream.PubAckFuture
	for i := range pairs {
		for _, value := range []string{"200", "201"} {
			f := container(first.Add(i).String(), value)
			future, err := s.js.PublishAsync(f.Subject("port"), f.AppendJSON(nil))
			if err != nil {
				t.Fatal(err)
			}
			futures = append(futures, future)
		}
		<-futures[len(futures)-1].Ok()
	}
	s.idle()
	s.wantBalance()
	var wrong []string
	lines := s.values() // in the order of their publication
	for i := 1; i < len(lines); i += 2 {
		if !strings.HasSuffix(lines[i], " 2010000") {
			wrong = append(wrong, lines[i])
		}
	}
	if len(lines) != 2*pairs || len(wrong) > 0 {
		t.Errorf("%d vintages, want %d; the later one is not the current one in %v", len(lines), 2*pairs, wrong)
	}
}

func TestAConsumerThatIsMadeAnewSettlesEveryMessageAsItWasSettled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.publish(container(p, "300"))
	}
	s.settleAll(s.startStopped(), 3)
	s.publish(plain("2023-06", "30")) // refused now, plausible after what follows
	s.settleAll(s.startStopped(), 1)
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.publish(container(p, "31"))
	}
	s.settleAll(s.startStopped(), 3)
	if err := s.js.DeleteConsumer(s.ctx, FiguresStream, WorkerConsumer); err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(s.ctx, s.js, 1); err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.idle()
	if rejects := s.rejects(); len(rejects) != 1 {
		t.Errorf("%d rejects, want 1", len(rejects))
	}
	s.wantBalance()
}

func TestRejectsAreListedToTheEndWhenTheNewestWasRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	w := s.startStopped()
	for _, p := range []string{"2023-04", "2023-05"} {
		f := plain(p, "300")
		f.Unit = "吨"
		s.publish(f)
	}
	s.settleAll(w, 2)
	stream, err := s.js.Stream(s.ctx, RejectsStream)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.DeleteMsg(s.ctx, 2); err != nil {
		t.Fatal(err)
	}
	if n := len(s.rejects()); n != 1 {
		t.Errorf("%d rejects, want 1", n)
	}
}

func TestAFigureThatALaterPublicationIsKnownOfIsSuperseded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	s.publish(container("2023-01", "285"))
	f := container("2023-01", "283")
	f.Published = "2023-02-10"
	seq := s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "archive")
	s.idle()
	if got := s.receipts("archive")[seq]; got != Superseded {
		t.Errorf("the receipt says %q, want superseded", got)
	}
	wantLines(t, s.values(), "2023-01 2830000", "2023-01 2850000")
}

func TestPublicationsOfOneHourKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	for _, published := range []struct{ at, value string }{{"2023-02-10T09:50:00+08:00", "282"}, {"2023-02-10T09:10:00+08:00", "281"}} {
		f := container("2023-01", published.value)
		f.Published = published.at
		s.publish(f)
	}
	s.idle()
	wantLines(t, s.values(), "2023-01 2810000", "2023-01 2820000")
}

// A backup of FIGURES that is older than REJECTS leads to messages with the
// sequences of others that were refused.
func TestARejectDoesNotStandInTheWayOfAnotherWithItsSequence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := message{subject: "figures.port.x", body: []byte("old"), seq: 1, stored: 1_700_000_000_000}
	if err := storeRejects(s.ctx, s.js, []*Reject{rejected(&old, &figure.Problem{Code: "figure/jump", Reason: "was implausible"})}); err != nil {
		t.Fatal(err)
	}
	w := s.startStopped()
	s.publishRaw(old.subject, []byte("new"), "")
	s.settleAll(w, 1)
	rejects := s.rejects()
	if len(rejects) != 1 || string(rejects[0].Body) != "new" || rejects[0].Problem.Code != "figure/not-json" {
		t.Errorf("%d rejects, the first %+v", len(rejects), rejects[0])
	}
	s.wantBalance()
}
