package worker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// An idle worker waits for the first message. Messages that arrive a moment later must
// not be judged as if it were unknown.
func TestRevisionsSentBackToBackAreAllKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	const pairs = 100
	first := figure.Month(2001, 1)
	var futures []jetstream.PubAckFuture
	for i := range pairs {
		for _, value := range []string{"200", "201"} {
			f := ingesttest.Container(first.Add(i).String(), value)
			future, err := s.JS.PublishAsync(f.Subject("port"), f.AppendJSON(nil))
			if err != nil {
				t.Fatal(err)
			}
			futures = append(futures, future)
		}
		<-futures[len(futures)-1].Ok()
	}
	s.Idle()
	s.WantBalance()
	var wrong []string
	lines := s.Values() // in the order of their publication
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
		s.Publish(ingesttest.Container(p, "300"))
	}
	s.settleAll(s.startStopped(), 3)
	s.Publish(ingesttest.Plain("2023-06", "30")) // refused now, plausible after what follows
	s.settleAll(s.startStopped(), 1)
	for _, p := range []string{"2023-04", "2023-05", "2023-07"} {
		s.Publish(ingesttest.Container(p, "31"))
	}
	s.settleAll(s.startStopped(), 3)
	if err := s.JS.DeleteConsumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.Idle()
	if rejects := s.Rejects(); len(rejects) != 1 {
		t.Errorf("%d rejects, want 1", len(rejects))
	}
	s.WantBalance()
}

func TestRejectsAreListedToTheEndWhenTheNewestWasRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(500 * time.Millisecond)
	w := s.startStopped()
	for _, p := range []string{"2023-04", "2023-05"} {
		f := ingesttest.Plain(p, "300")
		f.Unit = "吨"
		s.Publish(f)
	}
	s.settleAll(w, 2)
	stream, err := s.JS.Stream(s.Ctx, ingest.RejectsStream)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.DeleteMsg(s.Ctx, 2); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Rejects()); n != 1 {
		t.Errorf("%d rejects, want 1", n)
	}
}

// What NATS says of a message stands in its headers, after those of the sender.
func TestAForgedHeaderHidesNoRejectOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	others := ingesttest.Plain("2023-01", "300")
	hidden := s.PublishRaw(others.Subject("customs"), others.AppendJSON(nil), "") // not theirs to send
	own := ingesttest.Plain("2023-05", "300")
	own.Unit = "吨"
	s.Publish(own)
	own.Unit = "万TEU"
	forged := nats.Header{"Nats-Subject": {others.Subject("customs")}}
	if _, err := s.JS.PublishMsg(s.Ctx, &nats.Msg{Subject: own.Subject("port"), Header: forged, Data: own.AppendJSON(nil)}); err != nil {
		t.Fatal(err)
	}
	s.Idle()
	var open []uint64
	if err := ingest.Rejects(s.Ctx, s.JS, false, func(r *ingest.Reject) error { open = append(open, r.Seq); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(open, []uint64{hidden}) {
		t.Errorf("open are %v, want %d alone", open, hidden)
	}
}

func TestAFigureThatALaterPublicationIsKnownOfIsSuperseded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	s.Publish(ingesttest.Container("2023-01", "285"))
	f := ingesttest.Container("2023-01", "283")
	f.Published = "2023-02-10"
	seq := s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "archive")
	s.Idle()
	if got := s.Receipts("archive")[seq]; got != ingest.Superseded {
		t.Errorf("the receipt says %q, want superseded", got)
	}
	ingesttest.WantLines(t, s.Values(), "2023-01 2830000", "2023-01 2850000")
}

func TestPublicationsOfOneHourKeepTheirOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	for _, published := range []struct{ at, value string }{{"2023-02-10T09:50:00+08:00", "282"}, {"2023-02-10T09:10:00+08:00", "281"}} {
		f := ingesttest.Container("2023-01", published.value)
		f.Published = published.at
		s.Publish(f)
	}
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-01 2810000", "2023-01 2820000")
}

// After restoring a backup of FIGURES older than REJECTS, messages get the sequences of
// others that were refused.
func TestARejectDoesNotStandInTheWayOfAnotherWithItsSequence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := rules.Message{Subject: "figures.port.x", Body: []byte("old"), Seq: 1, Stored: 1_700_000_000_000}
	if err := storeRejects(s.Ctx, s.JS, []*ingest.Reject{rejected(&old, &figure.Problem{Code: "figure/jump", Reason: "was implausible"})}); err != nil {
		t.Fatal(err)
	}
	w := s.startStopped()
	s.PublishRaw(old.Subject, []byte("new"), "")
	s.settleAll(w, 1)
	rejects := s.Rejects()
	if len(rejects) != 1 || string(rejects[0].Body) != "new" || rejects[0].Problem.Code != "figure/not-json" {
		t.Errorf("%d rejects, the first %+v", len(rejects), rejects[0])
	}
	s.WantBalance()
}
