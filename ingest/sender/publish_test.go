package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/engines"
)

func TestTheSameFilePushedTwiceIsOnePush(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	want(t, s.pushAll(months(300, "280")), "written 300, revised 0, unchanged 0, refused 0, missing 0")
	want(t, s.pushAll(months(300, "280")), "written 0, revised 0, unchanged 300, refused 0, missing 0")
	if n := s.Messages(); n != 300 {
		t.Errorf("%d messages, want 300", n)
	}
}

func TestARevisionBackToTheFormerValueIsANewMessage(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	want(t, s.pushAll(months(3, "280")), "written 3, revised 0, unchanged 0, refused 0, missing 0")
	for range 2 { // it must work a second time too
		want(t, s.pushAll(months(3, "290")), "written 0, revised 3, unchanged 0, refused 0, missing 0")
		want(t, s.pushAll(months(3, "280")), "written 0, revised 3, unchanged 0, refused 0, missing 0")
	}
	s.Idle()
	lines := s.Values()
	want(t, lines[len(lines)-1], "1990-03 2800000")
	s.WantBalance()
}

func TestARefusedFigurePushedAgainIsJudgedAnew(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	want(t, s.pushAll(months(4, "15")), "written 4, revised 0, unchanged 0, refused 0, missing 0")
	late := []figure.Figure{ingesttest.Plain("1990-05", "280")}
	want(t, s.pushAll(late), "written 0, revised 0, unchanged 0, refused 1, missing 0")
	want(t, s.pushAll(late), "written 0, revised 0, unchanged 0, refused 1, missing 0")
	want(t, s.pushAll(months(4, "290")), "written 0, revised 4, unchanged 0, refused 0, missing 0")
	want(t, s.pushAll(late), "written 1, revised 0, unchanged 0, refused 0, missing 0")
	s.WantBalance()
}

func TestManyRefusedFiguresCanBePushedAgain(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	bad := months(1000, "280")
	for i := range bad {
		bad[i].Unit = "头"
	}
	for range 2 {
		want(t, s.pushAll(bad), "written 0, revised 0, unchanged 0, refused 1000, missing 0")
	}
	s.WantBalance()
}

func TestAFigureThatStandsTwiceInOnePushIsUnchangedTheSecondTime(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	want(t, s.pushAll(append(months(50, "280"), months(50, "280")...)), "written 50, revised 0, unchanged 50, refused 0, missing 0")
	if n := s.Messages(); n != 50 {
		t.Errorf("%d messages, want 50", n)
	}
}

func TestAFigureThatAnotherProgramSentIsUnchangedOrJudgedAnew(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	good, bad := months(2, "280"), months(2, "280")
	bad[1].Unit = "头"
	for _, f := range []figure.Figure{good[0], bad[1]} {
		subject, body := f.Subject("port"), f.AppendJSON(nil)
		msg := nats.NewMsg(subject)
		msg.Data = body
		msg.Header.Set(nats.MsgIdHdr, messageID(subject, body))
		if _, err := s.JS.PublishMsg(s.Ctx, msg); err != nil {
			t.Fatal(err)
		}
	}
	s.Idle()
	want(t, s.pushAll([]figure.Figure{good[0], bad[1]}), "written 0, revised 0, unchanged 1, refused 1, missing 0")
	s.WantBalance()
}

func TestTwoConcurrentPushesOfTheSameFileAreOne(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	nc, _ := s.Connect()
	a, b := s.newPush(s.Conn), s.newPush(nc)
	var both sync.WaitGroup
	for _, p := range []*push{a, b} {
		both.Go(func() {
			figures := months(400, "280")
			for i := range figures {
				if err := p.Send(s.Ctx, &figures[i], "port", int64(i), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	s.finish(a)
	s.finish(b)
	written := 0
	for _, p := range []*push{a, b} {
		if len(p.outcomes) != 400 {
			t.Errorf("%d figures of a push are settled, want 400", len(p.outcomes))
		}
		for _, o := range p.outcomes {
			if o[0] == ingest.Written {
				written++
			} else if o[0] != ingest.Unchanged {
				t.Errorf("a figure is %s", o[0])
			}
		}
	}
	if n := s.Messages(); n != 400 || written != 400 {
		t.Errorf("%d messages and %d written, want 400", n, written)
	}
}

func TestReceiptsOfAFirstPushAnswerASecondOneBeforeTheWorkerComes(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	first, second := s.newPush(s.Conn), s.newPush(s.Conn)
	s.send(first, months(20, "280"))
	if err := first.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	s.send(second, months(20, "280"))
	if err := second.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	if n := second.Waiting(); n != 20 {
		t.Errorf("%d figures wait, want 20", n)
	}
	s.startWorker()
	if missing := second.Await(s.Ctx, 30*time.Second); missing != 0 {
		t.Errorf("%d receipts are missing", missing)
	}
	if n := second.Stored(); n != 20 {
		t.Errorf("%d figures are stored, want 20", n)
	}
	if missing := first.Await(s.Ctx, 30*time.Second); missing != 0 {
		t.Errorf("%d receipts are missing", missing)
	}
	want(t, fmt.Sprint(first.outcomes[7], second.outcomes[7]), "[written] [unchanged]")
}

func TestAReceiptMayComeBeforeTheAnswerOfNATS(t *testing.T) {
	t.Parallel()
	var got []string
	s := &Submission{waiting: map[uint64][]wait{}, unclaimed: map[uint64]fate{}, progress: make(chan struct{}, 1),
		settled: func(ref int64, o ingest.Outcome, p *figure.Problem) { got = append(got, fmt.Sprint(ref, " ", o)) }}
	s.claim(7, ingest.Written, nil)
	s.claim(8, ingest.Refused, &figure.Problem{Code: "figure/unit"})
	s.await(7, wait{ref: 70})
	s.await(8, wait{ref: 80})
	ingesttest.WantLines(t, got, "70 written", "80 refused")
	if n := s.Waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestASendingWhoseAnswerWasLostIsItsOwnAndNotARepetition(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	p := s.newPush(s.Conn)
	f := ingesttest.Container("2023-01", "280")
	s.send(p, []figure.Figure{f})
	if err := p.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	// As if NATS had stored it without answering: the message is not counted, and is
	// sent again.
	p.release(1, 0)
	msg := nats.NewMsg(f.Subject("port"))
	msg.Header.Set(ingest.HeaderRef, "0")
	if err := p.repeat(1, sending{msg: msg, ref: 0, again: true}); err != nil {
		t.Fatal(err)
	}
	if n := p.Waiting(); n != 1 {
		t.Errorf("%d figures wait for a receipt, want 1", n)
	}
	s.startWorker()
	p.Await(s.Ctx, 30*time.Second)
	want(t, fmt.Sprint(p.outcomes[0]), "[written]")
}

func TestNATSIsRestartedInTheMiddleOfAPush(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(server.ClientURL(), "nats://")
	t.Cleanup(func() { server.Shutdown() })
	s := newPushSiteOn(t, "nats://"+address)
	s.AckWait(time.Second)
	s.startWorker()
	const n = 6000
	p := s.newPush(s.Conn)
	figures := months(400, "280")
	for i := range n {
		f := figures[i%len(figures)]
		f.Note = fmt.Sprint("so that every one is another, ", i)
		if err := p.Send(s.Ctx, &f, "port", int64(i), ""); err != nil {
			t.Fatal(err)
		}
		if i%2000 == 1000 {
			server.Shutdown()
			if server, err = engines.StartNATS(engines.NATSOptions{Dir: dir, Listen: address}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.finish(p)
	if got := len(p.outcomes); got != n {
		t.Errorf("%d figures are settled, want %d", got, n)
	}
	if got := s.Messages(); got != n {
		t.Errorf("%d messages, want %d", got, n)
	}
	if got := p.Stored(); got != n {
		t.Errorf("%d figures are stored, want %d", got, n)
	}
}

// gate is a connection to NATS that can be cut.
type gate struct{ shut atomic.Bool }

func (g *gate) Dial(network, address string) (net.Conn, error) {
	if g.shut.Load() {
		return nil, errors.New("the gate is shut")
	}
	return net.Dial(network, address)
}

func TestReceiptsThatCameWhileASenderWasCutOffAreFound(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	var way gate
	nc, err := nats.Connect(s.URL, nats.SetCustomDialer(&way), nats.MaxReconnects(-1), nats.ReconnectWait(5*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	p := s.newPush(nc)
	s.send(p, months(300, "280"))
	if err := p.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	way.shut.Store(true)
	if err := nc.ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.Idle()
	if n := p.Waiting(); n != 300 || nc.IsConnected() {
		t.Errorf("%d figures wait, want all 300 of a sender who is cut off", n)
	}
	way.shut.Store(false)
	if missing := p.Await(s.Ctx, 30*time.Second); missing != 0 {
		t.Errorf("%d receipts are missing", missing)
	}
}

func TestAPushThatIsInterruptedCountsWhatItSent(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	p := s.newPush(s.Conn)
	ctx, cancel := context.WithCancel(s.Ctx)
	defer cancel()
	sent := 0
	for i, f := range months(3000, "280") {
		if i == 2000 {
			cancel()
		}
		if err := p.Send(ctx, &f, "port", int64(i), ""); err == nil {
			sent++
		}
	}
	if err := p.Flush(s.Ctx); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages(); got != 2000 || sent != 2000 || p.Stored() != 2000 {
		t.Errorf("%d messages, %d sent, %d stored; want 2000", got, sent, p.Stored())
	}
}

func TestAnArchivePushedTwiceIsUnchangedAlthoughThereAreLaterPublications(t *testing.T) {
	t.Parallel()
	s := newPushSite(t)
	s.startWorker()
	archive := months(3, "280")
	for i := range archive {
		archive[i].Published = "2023-01-10"
	}
	later := months(3, "290")
	for i := range later {
		later[i].Published = "2023-06-30"
	}
	want(t, s.pushAll(archive), "written 3, revised 0, unchanged 0, refused 0, missing 0")
	want(t, s.pushAll(later), "written 0, revised 3, unchanged 0, refused 0, missing 0")
	want(t, s.pushAll(archive), "written 0, revised 0, unchanged 3, refused 0, missing 0")
	if n := s.Messages(); n != 6 {
		t.Errorf("%d messages, want 6", n)
	}
	// Long afterwards NATS has forgotten the message ids.
	for _, f := range archive {
		s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "again")
	}
	s.Idle()
	for seq, outcome := range s.Receipts("again") {
		if outcome != ingest.Unchanged {
			t.Errorf("sequence %d is %s, want unchanged", seq, outcome)
		}
	}
	s.WantBalance()
}
