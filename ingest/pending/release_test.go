package pending

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// limit is how long a test waits for what a releaser does.
const limit = 3 * time.Minute

// releaser is a releaser that no agency's figures need a review for, unless they
// say so.
func newReleaser(t testing.TB, js jetstream.JetStream) *Releaser {
	t.Helper()
	r, err := NewReleaser(Config{JS: js, Review: func(string) bool { return false },
		Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	must(t, err)
	return r
}

// opened is a releaser that does not run: the test calls its steps.
func opened(t testing.TB, js jetstream.JetStream) *Releaser {
	t.Helper()
	r := newReleaser(t, js)
	must(t, r.openStreams(t.Context()))
	return r
}

// start runs a releaser until the end of the test or stop.
func start(t testing.TB, r *Releaser) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// await waits until a submission is at a stage.
func (p *Pending) await(t testing.TB, id string, stage Stage) *State {
	t.Helper()
	over := time.After(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if s, err := p.Find(t.Context(), id); err == nil && s.Stage == stage {
			return s
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("%s is not %s", id, stage)
		}
	}
}

// stored are the messages of FIGURES.
func stored(t testing.TB, js jetstream.JetStream) (all []*ingest.Message) {
	t.Helper()
	stream, err := js.Stream(t.Context(), ingest.FiguresStream)
	must(t, err)
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := ingest.MessageFrom(t.Context(), js.Conn(), seq, "")
		must(t, err)
		all = append(all, msg)
	}
	return all
}

// wantReleased asserts that the submissions are in FIGURES, whole, once and in
// this order, and nothing else.
func wantReleased(t testing.TB, js jetstream.JetStream, want ...Submission) {
	t.Helper()
	all := stored(t, js)
	i := 0
	for _, s := range want {
		for j := range s.Figures {
			f := &s.Figures[j]
			if i >= len(all) || all[i].Subject != f.Subject || !bytes.Equal(all[i].Body, f.Body) || all[i].Header.Get(ingest.HeaderSubmission) != s.ID {
				t.Fatalf("message %d of %d is not figure %d of %s", i+1, len(all), j, s.ID)
			}
			i++
		}
	}
	if i != len(all) {
		t.Errorf("there are %d figures instead of %d", len(all), i)
	}
}

func TestAnApprovedSubmissionIsReleasedAsItWasSent(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), newReleaser(t, js)
	start(t, r)
	sent := submission("s", MaxFigures)
	must(t, p.Submit(t.Context(), sent))
	must(t, p.Approve(t.Context(), "s", "Wang", ""))
	step := p.await(t, "s", Released).Step(Released)
	wantReleased(t, js, sent)
	if step.First != 1 || step.Last != MaxFigures {
		t.Errorf("it is said to be in FIGURES from %d to %d", step.First, step.Last)
	}
	if open, err := p.List(t.Context(), ""); err != nil || len(open) > 0 {
		t.Errorf("still open are %+v, %v", open, err)
	}
}

func TestNothingLeavesWithoutTheApprovalOfAnother(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	r.Review = func(agency string) bool { return agency == "port" }
	for _, id := range []string{"unasked", "forged", "returned", "claimed"} {
		s := submission(id, 1)
		s.Review = false // says its sender, but not the catalogue
		must(t, p.Submit(t.Context(), s))
	}
	for subject, body := range map[string]string{"forged.approved": `{"by":" LI "}`, "claimed.releasing": "{}"} {
		_, err := js.Publish(t.Context(), "pending.port."+subject, []byte(body))
		must(t, err)
	}
	must(t, p.Approve(t.Context(), "returned", "Wang", ""))
	must(t, p.Return(t.Context(), "returned", "Wang", "no"))
	must(t, r.pass(t.Context()))
	wantReleased(t, js)
}

func TestNothingLeavesBeforeItsMoment(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p := open(t, js)
	for range 2 {
		start(t, newReleaser(t, js))
	}
	s := submission("s", 3)
	s.Review, s.ReleaseAt = false, time.Now().Add(3*time.Second)
	must(t, p.Submit(t.Context(), s))
	p.await(t, "s", Released)
	wantReleased(t, js, s)
	for _, msg := range stored(t, js) {
		if msg.Stored.Before(s.ReleaseAt) {
			t.Errorf("a figure left at %s, before %s", msg.Stored, s.ReleaseAt)
		}
	}
}

// grouped are two submissions of two agencies whose moment has come.
func grouped(t testing.TB, p *Pending) (first, second Submission) {
	t.Helper()
	first, second = submission("s1", 2), submission("s2", 2)
	second.Agency = "customs"
	for i := range second.Figures {
		second.Figures[i].Subject = strings.Replace(second.Figures[i].Subject, "port", "customs", 1)
	}
	for _, s := range []*Submission{&first, &second} {
		s.Group, s.ReleaseAt = "g", time.Now().Add(2*time.Second)
		must(t, p.Submit(t.Context(), *s))
	}
	return first, second
}

// passWhenDue waits until the moment has come and looks once.
func (r *Releaser) passWhenDue(t testing.TB, at time.Time) {
	t.Helper()
	timer := time.NewTimer(time.Until(at) + 10*time.Millisecond)
	<-timer.C
	must(t, r.pass(t.Context()))
}

func TestAGroupIsReleasedTogetherOrNotAtAll(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	first, second := grouped(t, p)
	must(t, p.Approve(t.Context(), "s1", "Wang", ""))
	r.passWhenDue(t, second.ReleaseAt)
	wantReleased(t, js)
	must(t, p.Approve(t.Context(), "s2", "Wang", ""))
	must(t, r.pass(t.Context()))
	wantReleased(t, js, first, second)
}

func TestAGroupWaitsForAReturnedSubmissionUntilItIsWithdrawn(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	first, second := grouped(t, p)
	must(t, p.Approve(t.Context(), "s1", "Wang", ""))
	must(t, p.Return(t.Context(), "s2", "Wang", "May is missing"))
	r.passWhenDue(t, second.ReleaseAt)
	wantReleased(t, js)
	must(t, p.Withdraw(t.Context(), "s2", "Li", ""))
	must(t, r.pass(t.Context()))
	wantReleased(t, js, first)
}

func TestAGroupThatIsTooLargeStaysWholeAndCanBeMadeSmaller(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	var log strings.Builder
	r.Logger = slog.New(slog.NewTextHandler(&log, nil))
	first, second := submission("s1", 600), submission("s2", 401)
	second.Agency = "customs"
	for i := range second.Figures {
		second.Figures[i].Subject = strings.Replace(second.Figures[i].Subject, "port", "customs", 1)
	}
	for _, s := range []*Submission{&first, &second} {
		s.Review, s.Group, s.ReleaseAt = false, "g", time.Now().Add(2*time.Second)
		must(t, p.submitUnseen(t, s))
	}
	r.passWhenDue(t, second.ReleaseAt)
	wantReleased(t, js)
	if !strings.Contains(log.String(), "group g has 1001 figures, more than can be released together (1000): withdraw some of it") {
		t.Errorf("it logs %s", log.String())
	}
	must(t, p.Withdraw(t.Context(), "s2", "Li", ""))
	must(t, r.pass(t.Context()))
	wantReleased(t, js, first)
}

// submitUnseen submits as an account that cannot see what other agencies hold back.
func (p *Pending) submitUnseen(t testing.TB, s *Submission) error {
	parts, err := p.storeFigures(t.Context(), s)
	must(t, err)
	return p.submit(t.Context(), s, parts)
}

// approved submits and approves, and returns the member of a release.
func approved(t testing.TB, r *Releaser, s Submission) *member {
	t.Helper()
	must(t, r.pending.Submit(t.Context(), s))
	must(t, r.pending.Approve(t.Context(), s.ID, "Wang", ""))
	return &member{r.pending.state(t, s.ID), s.Figures}
}

func TestAReleaserThatDiesBeforeTheBatchIsFollowedByAnother(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	dead, next := opened(t, js), opened(t, js)
	s := submission("s", 3)
	m := approved(t, dead, s)
	must(t, dead.pending.take(t.Context(), m.State, Step{Stage: Releasing}))
	if err := next.pending.Withdraw(t.Context(), "s", "Li", ""); err == nil || err.Error() != "submission s is being released" {
		t.Errorf("it can be withdrawn: %v", err)
	}
	must(t, next.pass(t.Context()))
	wantReleased(t, js, s)
}

func TestAReleaserThatDiesBetweenTheBatchAndTheMarkIsFollowedByAnother(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	dead, next := opened(t, js), opened(t, js)
	s := submission("s", 3)
	m := approved(t, dead, s)
	must(t, dead.pending.take(t.Context(), m.State, Step{Stage: Releasing}))
	_, err := jetstreamext.PublishMsgBatch(t.Context(), js, m.messages(0, map[string]bool{}))
	must(t, err)
	// Its agency goes on meanwhile, with a correction of the same cell.
	_, err = js.Publish(t.Context(), s.Figures[0].Subject, []byte("{}"))
	must(t, err)
	must(t, next.pass(t.Context()))
	correction := Submission{Figures: []Figure{{Subject: s.Figures[0].Subject, Body: []byte("{}")}}}
	wantReleased(t, js, s, correction)
	if step := next.pending.state(t, "s").Step(Released); step == nil || step.First != 1 || step.Last != 3 {
		t.Errorf("it is marked as %+v", step)
	}
}

// The answer to a batch can be lost, so that a releaser does not know whether it is
// stored: the same batch may arrive twice.
func TestABatchThatArrivesTwiceIsStoredOnce(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	r := opened(t, js)
	s := submission("s", 3)
	m := approved(t, r, s)
	must(t, r.pending.take(t.Context(), m.State, Step{Stage: Releasing}))
	_, err := jetstreamext.PublishMsgBatch(t.Context(), js, m.messages(0, map[string]bool{}))
	must(t, err)
	if _, err := jetstreamext.PublishMsgBatch(t.Context(), js, m.messages(0, map[string]bool{})); err == nil {
		t.Error("the second is stored as well")
	}
	wantReleased(t, js, s)
}

func TestManyReleasersReleaseEverythingOnce(t *testing.T) {
	server := enginetest.NATS(t)
	js := connect(t, server)
	p := open(t, js)
	for range 4 {
		start(t, newReleaser(t, connect(t, server)))
	}
	want := 0
	for i := range 12 {
		s := submission(fmt.Sprint("s", i), 5+i) // all have the same cells
		want += len(s.Figures)
		must(t, p.Submit(t.Context(), s))
		must(t, p.Approve(t.Context(), s.ID, "Wang", ""))
	}
	for i := range 12 {
		p.await(t, fmt.Sprint("s", i), Released)
	}
	seen := map[string]int{}
	for _, msg := range stored(t, js) {
		seen[msg.Header.Get(ingest.HeaderSubmission)+" "+msg.Header.Get(ingest.HeaderRef)]++
	}
	for figure, n := range seen {
		if n != 1 {
			t.Errorf("figure %s is stored %d times", figure, n)
		}
	}
	if len(seen) != want {
		t.Errorf("%d figures are stored instead of %d", len(seen), want)
	}
}

func TestAWithdrawalAtTheLastMomentIsAllOrNothing(t *testing.T) {
	server := enginetest.NATS(t)
	js := connect(t, server)
	p, r := open(t, js), opened(t, connect(t, server))
	released := 0
	for i := range 20 {
		id := fmt.Sprint("s", i)
		must(t, p.Submit(t.Context(), submission(id, 2)))
		must(t, p.Approve(t.Context(), id, "Wang", ""))
		var both sync.WaitGroup
		var withdrawn error
		both.Go(func() { withdrawn = p.Withdraw(t.Context(), id, "Li", "") })
		both.Go(func() { _ = r.pass(t.Context()) })
		both.Wait()
		must(t, r.pass(t.Context()))
		if stage := p.state(t, id).Stage; withdrawn == nil && stage != Withdrawn || withdrawn != nil && stage != Released {
			t.Errorf("%s is %s, and withdrawing it gave %v", id, stage, withdrawn)
		}
		if withdrawn != nil {
			released++
		}
	}
	if n := len(stored(t, js)); n != 2*released {
		t.Errorf("%d figures are stored for %d released submissions", n, released)
	}
}

func TestAnEmbargoSurvivesARestartOfEverything(t *testing.T) {
	dir := t.TempDir()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: dir})
	must(t, err)
	js := connect(t, server)
	s := submission("s", 3)
	s.Review, s.ReleaseAt = false, time.Now().Add(3*time.Second)
	must(t, open(t, js).Submit(t.Context(), s))
	stop := start(t, newReleaser(t, js))
	stop()
	server.Shutdown()
	server, err = engines.StartNATS(engines.NATSOptions{Dir: dir})
	must(t, err)
	t.Cleanup(server.Shutdown)
	js = connect(t, server)
	start(t, newReleaser(t, js))
	open(t, js).await(t, "s", Released)
	wantReleased(t, js, s)
	for _, msg := range stored(t, js) {
		if msg.Stored.Before(s.ReleaseAt) {
			t.Errorf("a figure left at %s, before %s", msg.Stored, s.ReleaseAt)
		}
	}
}

func TestAReleaserGoesOnAfterNATSWasAway(t *testing.T) {
	dir := t.TempDir()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: dir})
	must(t, err)
	address := strings.TrimPrefix(server.ClientURL(), "nats://")
	js := connect(t, server)
	p := open(t, js)
	start(t, newReleaser(t, js))
	s := submission("s", 3)
	must(t, p.Submit(t.Context(), s))
	server.Shutdown()
	server, err = engines.StartNATS(engines.NATSOptions{Dir: dir, Listen: address})
	must(t, err)
	t.Cleanup(server.Shutdown)
	js = connect(t, server)
	p = open(t, js)
	must(t, p.Approve(t.Context(), "s", "Wang", ""))
	p.await(t, "s", Released)
	wantReleased(t, js, s)
}

func TestOneThatCannotBeReadKeepsNoOtherBack(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	for subject, body := range map[string]string{
		"broken.submitted":  "{",
		"hollow.submitted":  `{"figures": 3, "parts": 2}`,
		"header.submitted":  `{"figures": 1, "parts": 1}`,
		"header.figures.0":  `[{"subject": "figures.port.x", "header": {"Nats-Rollup": "all"}, "body": "e30="}]`,
		"foreign.submitted": `{"figures": 1, "parts": 1}`,
		"foreign.figures.0": `[{"subject": "figures.customs.x", "body": "e30="}]`,
	} {
		_, err := js.Publish(t.Context(), "pending.port."+subject, []byte(body))
		must(t, err)
	}
	s := submission("s", 1)
	s.Review = false
	must(t, p.Submit(t.Context(), s))
	must(t, r.pass(t.Context()))
	wantReleased(t, js, s)
}
