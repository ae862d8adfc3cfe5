package pending

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(envReleaser); url != "" {
		beReleaser(url)
		return
	}
	enginetest.Main(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// connect connects to a NATS server and sets the streams up.
func connect(t testing.TB, server *engines.NATS) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(server.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	must(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(t, err)
	_, err = ingest.Setup(t.Context(), js, 1)
	must(t, err)
	return js
}

func newPending(t testing.TB) *Pending {
	t.Helper()
	return open(t, connect(t, enginetest.NATS(t)))
}

func open(t testing.TB, js jetstream.JetStream) *Pending {
	t.Helper()
	p, err := Open(t.Context(), js)
	must(t, err)
	return p
}

// submission is one of n months of the port, sent by Li and waiting for review.
func submission(id string, n int) Submission {
	s := Submission{ID: id, Agency: "port", Sender: "Li", Files: []string{id + ".csv"}, Review: true}
	for i := range n {
		f := ingesttest.Container("1990-01", fmt.Sprint(100+i%100))
		f.Period = f.Period.Add(i)
		s.Figures = append(s.Figures, Figure{Subject: f.Subject("port"), Body: f.AppendJSON(nil),
			Header: map[string]string{ingest.HeaderSubmission: id, ingest.HeaderRef: fmt.Sprint(i)}})
	}
	return s
}

// state is the state of a submission.
func (p *Pending) state(t testing.TB, id string) *State {
	t.Helper()
	s, err := p.Find(t.Context(), id)
	must(t, err)
	return s
}

func TestASubmissionIsFoundAsItWasSubmitted(t *testing.T) {
	p := newPending(t)
	sent := submission("s1", MaxFigures)
	sent.Figures[3].Body = []byte(" {\"note\": \"<港口> & \\\"1\\\"\"}\n")
	sent.ReleaseAt, sent.Group = time.Now().Add(time.Hour).Truncate(time.Second).UTC(), "bulletin"
	must(t, p.Submit(t.Context(), sent))
	all, err := p.List(t.Context(), "port")
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d submissions are pending", len(all))
	}
	got := all[0]
	figures, err := p.Figures(t.Context(), &got)
	must(t, err)
	if got.Stage != Submitted || got.parts < 2 || got.Submitted.IsZero() {
		t.Errorf("it is %+v", got)
	}
	found := Submission{ID: got.ID, Agency: got.Agency, Sender: got.Sender, Files: got.Files, Figures: figures,
		Review: got.Review, ReleaseAt: got.ReleaseAt, Group: got.Group}
	if !reflect.DeepEqual(found, sent) {
		t.Errorf("got  %+v\nwant %+v", found, sent)
	}
}

func TestASubmissionThatCannotBeReleasedIsRefused(t *testing.T) {
	p := newPending(t)
	for name, c := range map[string]struct {
		change func(*Submission)
		want   string
	}{
		"too many figures":     {func(s *Submission) { *s = submission("s", MaxFigures+1) }, "more than 1000 figures of agency port cannot be released together: divide the file"},
		"no figures":           {func(s *Submission) { s.Figures = nil }, "a submission needs figures"},
		"no sender":            {func(s *Submission) { s.Sender = " " }, "say who sends it (--sender NAME)"},
		"a moment in the past": {func(s *Submission) { s.ReleaseAt = time.Now().Add(-time.Hour) }, "is not in the future"},
		"a group without time": {func(s *Submission) { s.Group = "g" }, "say when it is to be released"},
		"a bad group":          {func(s *Submission) { s.Group = "a.b" }, `group "a.b": write a name`},
		"a bad ID":             {func(s *Submission) { s.ID = "*" }, "must be codes"},
		"another's figure":     {func(s *Submission) { s.Figures[0].Subject = "figures.customs.x" }, "is not one of agency port"},
		"a large body":         {func(s *Submission) { s.Figures[0].Body = make([]byte, figure.MaxBody+1) }, "has 32769 bytes"},
		"NATS' own header":     {func(s *Submission) { s.Figures[0].Header["Nats-Rollup"] = "all" }, `has a header "Nats-Rollup" that it may not have`},
		"a wildcard":           {func(s *Submission) { s.Figures[0].Subject = "figures.port.>" }, "is not a subject"},
		"large headers": {func(s *Submission) {
			s.Figures[0].Body = make([]byte, figure.MaxBody)
			s.Figures[0].Header[ingest.HeaderBeside] = strings.Repeat("x", 4000)
		}, "and its headers have"},
	} {
		s := submission("s", 2)
		c.change(&s)
		if err := p.Submit(t.Context(), s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := p.All(t.Context(), ""); err != nil || len(all) > 0 {
		t.Errorf("pending are %+v, %v", all, err)
	}
}

func TestAGroupThatIsTooLargeIsRefused(t *testing.T) {
	p := newPending(t)
	first, second := submission("s1", 600), submission("s2", 401)
	for _, s := range []*Submission{&first, &second} {
		s.Group, s.ReleaseAt = "g", time.Now().Add(time.Hour)
	}
	must(t, p.Submit(t.Context(), first))
	err := p.Submit(t.Context(), second)
	if err == nil || !strings.Contains(err.Error(), "group g would have 1001 figures") {
		t.Errorf("it says %v", err)
	}
}

func TestSubmissionsThatBelongTogetherArePendingTogetherOrNotAtAll(t *testing.T) {
	p := newPending(t)
	pair := func(ids string, n int) []Submission {
		first, second := submission(ids+"1", 600), submission(ids+"2", n)
		second.Agency = "customs"
		for i := range second.Figures {
			second.Figures[i].Subject = strings.Replace(second.Figures[i].Subject, "port", "customs", 1)
		}
		first.Group, first.ReleaseAt = "g", time.Now().Add(time.Hour)
		second.Group, second.ReleaseAt = first.Group, first.ReleaseAt
		return []Submission{first, second}
	}
	if err := p.Submit(t.Context(), pair("large", 401)...); err == nil || !strings.Contains(err.Error(), "group g would have 1001 figures") {
		t.Errorf("of too many it says %v", err)
	}
	foreign := pair("foreign", 2)
	foreign[1].Agency = "commerce"
	if err := p.Submit(t.Context(), foreign...); err == nil || !strings.Contains(err.Error(), "is not one of agency commerce") {
		t.Errorf("of a foreign figure it says %v", err)
	}
	// Somebody has stored something else on the subject of the second.
	_, err := p.js.Publish(t.Context(), "pending.customs.taken2.submitted", []byte("{"))
	must(t, err)
	if err := p.Submit(t.Context(), pair("taken", 2)...); err == nil || !strings.Contains(err.Error(), "submit taken2") {
		t.Errorf("of a subject that is taken it says %v", err)
	}
	if s := p.state(t, "taken1"); s.Stage != Withdrawn {
		t.Errorf("the other one is %s", s.Stage)
	}
	if open, err := p.List(t.Context(), ""); err != nil || len(open) != 0 {
		t.Errorf("%d are pending (%v)", len(open), err)
	}
	must(t, p.Submit(t.Context(), pair("good", 400)...))
	if open, err := p.List(t.Context(), ""); err != nil || len(open) != 2 {
		t.Errorf("%d are pending (%v)", len(open), err)
	}
}

func TestALargeFigureCanWait(t *testing.T) {
	p := newPending(t)
	s := submission("s", 2)
	s.Figures[0].Body = []byte(strings.Repeat("x", figure.MaxBody))
	s.Figures[0].Header[ingest.HeaderBeside] = strings.Repeat("x", 3000)
	must(t, p.Submit(t.Context(), s))
	if got, err := p.Figures(t.Context(), p.state(t, "s")); err != nil || !reflect.DeepEqual(got, s.Figures) {
		t.Errorf("the figures changed: %v", err)
	}
}

func TestWhoSubmittedMayNotApprove(t *testing.T) {
	p := newPending(t)
	must(t, p.Submit(t.Context(), submission("s", 1)))
	for _, who := range []string{"Li", " li ", "L\u200bI"} {
		if err := p.Approve(t.Context(), "s", who, ""); !errors.Is(err, ErrSamePerson) {
			t.Errorf("%q may approve: %v", who, err)
		}
	}
	if err := p.Approve(t.Context(), "s", " ", ""); err == nil || !strings.Contains(err.Error(), "say who you are") {
		t.Errorf("nobody may approve: %v", err)
	}
	must(t, p.Approve(t.Context(), "s", "Wang", "checked"))
	if s := p.state(t, "s"); !s.Reviewed() || s.Step(Approved).By != "Wang" || s.Step(Approved).Comment != "checked" {
		t.Errorf("it is %+v", s)
	}
}

func TestASubmissionGoesOnlyWhereItMay(t *testing.T) {
	p := newPending(t)
	steps := map[Stage]func(id string) error{
		Approved:  func(id string) error { return p.Approve(t.Context(), id, "Wang", "") },
		Returned:  func(id string) error { return p.Return(t.Context(), id, "Wang", "May is missing") },
		Withdrawn: func(id string) error { return p.Withdraw(t.Context(), id, "Li", "") },
	}
	for path, want := range map[string]string{
		"approved":                     "",
		"approved approved":            "submission s is already approved by Wang",
		"approved returned":            "",
		"approved withdrawn":           "",
		"returned approved":            "submission s is already returned by Wang",
		"returned withdrawn":           "",
		"withdrawn approved":           "submission s is already withdrawn by Li",
		"withdrawn returned":           "submission s is already withdrawn by Li",
		"returned withdrawn withdrawn": "submission s is already withdrawn by Li",
	} {
		id := strings.ReplaceAll(path, " ", "-")
		must(t, p.Submit(t.Context(), submission(id, 1)))
		var err error
		for _, stage := range strings.Fields(path) {
			must(t, err)
			err = steps[Stage(stage)](id)
		}
		if got := strings.Replace(fmt.Sprint(err), id, "s", 1); got != want && (err != nil || want != "") {
			t.Errorf("%s: %s, not %s", path, got, want)
		}
	}
	if err := p.Return(t.Context(), "approved", "Wang", " "); err == nil || !strings.Contains(err.Error(), "say why") {
		t.Errorf("returned without a comment: %v", err)
	}
	if err := p.Approve(t.Context(), "none", "Wang", ""); err == nil || err.Error() != "no submission none is or was pending; tidemark pending lists them" {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestOfManyWhoDecideAtOnceOneDecides(t *testing.T) {
	p := newPending(t)
	for round := range 10 {
		id := fmt.Sprint("s", round)
		must(t, p.Submit(t.Context(), submission(id, 1)))
		var all sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			all.Go(func() {
				who := fmt.Sprint("reviewer ", i)
				if i%2 == 0 {
					errs[i] = p.Approve(t.Context(), id, who, "")
				} else {
					errs[i] = p.Withdraw(t.Context(), id, who, "")
				}
			})
		}
		all.Wait()
		s := p.state(t, id)
		for i, err := range errs {
			who := fmt.Sprint("reviewer ", i)
			var late *StageError
			took := s.Step(Approved) != nil && s.Step(Approved).By == who || s.Step(Withdrawn) != nil && s.Step(Withdrawn).By == who
			if took != (err == nil) || err != nil && !errors.As(err, &late) {
				t.Errorf("%s: %s got %v of %+v", id, who, err, s.Steps)
			}
		}
	}
}

func TestNATSStoresNothingOverWhatWaits(t *testing.T) {
	p := newPending(t)
	must(t, p.Submit(t.Context(), submission("s", 1)))
	must(t, p.Approve(t.Context(), "s", "Wang", ""))
	for _, end := range []string{"figures.0", "submitted", "approved"} {
		if _, err := p.js.Publish(t.Context(), subjectOf("port", "s", end), []byte("[]")); err == nil {
			t.Errorf("%s can be written again", end)
		}
	}
}

func TestAnInterruptedSubmissionIsNotPending(t *testing.T) {
	p := newPending(t)
	_, err := p.js.Publish(t.Context(), subjectOf("port", "s", "figures.0"), []byte("[]"))
	must(t, err)
	if all, err := p.List(t.Context(), "port"); err != nil || len(all) > 0 {
		t.Errorf("pending are %+v, %v", all, err)
	}
}

func TestWhatWaitsSurvivesARestartOfNATS(t *testing.T) {
	dir := t.TempDir()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: dir})
	must(t, err)
	p := open(t, connect(t, server))
	must(t, p.Submit(t.Context(), submission("s", 2)))
	must(t, p.Approve(t.Context(), "s", "Wang", ""))
	want := p.state(t, "s")
	server.Shutdown()
	server, err = engines.StartNATS(engines.NATSOptions{Dir: dir})
	must(t, err)
	t.Cleanup(server.Shutdown)
	p = open(t, connect(t, server))
	if got := p.state(t, "s"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestInitMakesAnOlderStreamTakeAtomicBatches(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	stream, err := js.Stream(t.Context(), ingest.FiguresStream)
	must(t, err)
	older := stream.CachedInfo().Config
	older.AllowAtomicPublish = false
	older.MaxMsgSize += 1000 // left to the site
	_, err = js.UpdateStream(t.Context(), older)
	must(t, err)
	done, err := ingest.Setup(t.Context(), js, 1)
	must(t, err)
	if done[0] != "NATS: stream FIGURES now allows atomic batches" {
		t.Errorf("it says %q", done)
	}
	stream, err = js.Stream(t.Context(), ingest.FiguresStream)
	must(t, err)
	if got := stream.CachedInfo().Config; !got.AllowAtomicPublish || got.MaxMsgSize != older.MaxMsgSize {
		t.Errorf("the stream is %+v", got)
	}
}
