package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// pending opens what is pending as a user.
func (s *site) pending(user string) *pending.Pending {
	s.t.Helper()
	p, err := pending.Open(s.t.Context(), s.jetStream(user))
	must(s.t, err)
	return p
}

// push pushes a figure of the port as its user and returns the submission in which
// it is held back.
func (s *site) push(cat *catalog.Catalog, releaseAt time.Time) sender.Held {
	s.t.Helper()
	const file = "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-05,346,万TEU\n"
	report, err := sender.Push(s.t.Context(), sender.Options{Conn: s.connect("port"), Catalog: cat, Sender: "Li", ReleaseAt: releaseAt, Patience: time.Minute},
		[]sender.Input{{Name: "port.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
	must(s.t, err)
	if len(report.Pending) != 1 || report.Held != 1 || report.Submission != "" {
		s.t.Fatalf("it is not held back: %+v", report)
	}
	return report.Pending[0]
}

// release runs a releaser as its user.
func (s *site) release(cat *catalog.Catalog) {
	s.t.Helper()
	r, err := pending.NewReleaser(pending.Config{JS: s.jetStream("releaser"), Review: cat.Reviewed,
		Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	must(s.t, err)
	background(s.t, r.Run)
}

// awaitStage waits until a submission is at a stage.
func (s *site) awaitStage(id string, stage pending.Stage) {
	s.t.Helper()
	p := s.pending("port")
	over := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if got, err := p.Find(s.t.Context(), id); err == nil && got.Stage == stage {
			return
		}
		select {
		case <-tick.C:
		case <-over:
			s.t.Fatalf("%s is not %s", id, stage)
		}
	}
}

func (s *site) wantFigures(n uint64) {
	s.t.Helper()
	info, err := s.figures().Info(s.t.Context())
	must(s.t, err)
	if info.State.Msgs != n {
		s.t.Errorf("%d figures are published instead of %d", info.State.Msgs, n)
	}
}

func TestAnEmbargoedFigureIsReadOnlyByItsAgencyTheReleaserAndOperators(t *testing.T) {
	s := newSite(t)
	held := s.push(catalog.Ningbo(), time.Now().Add(time.Hour))
	part := fmt.Sprintf("pending.port.%s.figures.0", held.Submission)
	for _, user := range []string{"port", "releaser", "operator"} {
		p := s.pending(user)
		state, err := p.Find(t.Context(), held.Submission)
		must(t, err)
		if figures, err := p.Figures(t.Context(), state); err != nil || len(figures) != 1 || !strings.Contains(string(figures[0].Body), "346") {
			t.Errorf("%s cannot read it: %s, %v", user, figures, err)
		}
	}
	reads := map[string]string{
		"$JS.API.DIRECT.GET.PENDING." + part:            "",
		"$JS.API.DIRECT.GET.PENDING":                    `{"seq":1}`,
		"$JS.API.DIRECT.GET.PENDING.pending.>":          "",
		"$JS.API.STREAM.MSG.GET.PENDING":                `{"seq":1}`,
		"$JS.API.CONSUMER.CREATE.PENDING":               `{"stream_name":"PENDING","config":{"deliver_subject":"x","ack_policy":"none"}}`,
		"$JS.API.CONSUMER.CREATE.PENDING.x":             `{"stream_name":"PENDING","config":{"name":"x","ack_policy":"none"}}`,
		"$JS.API.CONSUMER.MSG.NEXT.PENDING.x":           "",
		"$JS.API.STREAM.SNAPSHOT.PENDING":               `{"deliver_subject":"x"}`,
		"$JS.API.STREAM.CREATE.MIRROR":                  `{"name":"MIRROR","mirror":{"name":"PENDING"}}`,
		"$JS.API.STREAM.UPDATE.PENDING":                 `{"name":"PENDING","subjects":["pending.>"],"republish":{"src":">","dest":"figures.port.x"}}`,
		"$JS.API.STREAM.PURGE.PENDING":                  "",
		"$JS.API.STREAM.MSG.DELETE.PENDING":             `{"seq":1}`,
		"pending.port." + held.Submission + ".approved": `{"by":"Mallory"}`,
	}
	for _, user := range []string{"customs", "statistics"} {
		nc := s.connect(user)
		for subject, body := range reads {
			for _, asked := range []string{subject, strings.Replace(subject, "$JS.API.", "api.", 1)} {
				if answer, err := nc.Request(asked, []byte(body), patience); !errors.Is(err, nats.ErrNoResponders) {
					t.Errorf("%s gets an answer on %s: %+v, %v", user, asked, answer, err)
				}
			}
		}
		if all, err := s.pending(user).List(t.Context(), ""); err != nil || len(all) > 0 {
			t.Errorf("%s sees %+v, %v", user, all, err)
		}
	}
	for subject, body := range reads {
		s.wantDenied("worker", subject, body)
	}
	s.wantFigures(0)
}

// wantDenied asserts that NATS refuses what a user publishes.
func (s *site) wantDenied(user, subject, body string) {
	s.t.Helper()
	refused := make(chan error, 8)
	nc := s.connect(user, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	must(s.t, nc.Publish(subject, []byte(body)))
	select {
	case err := <-refused:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			s.t.Errorf("%s publishes %s: %v", user, subject, err)
		}
	case <-time.After(patience):
		s.t.Errorf("%s may publish %s", user, subject)
	}
}

func TestAnEmbargoedFigureIsReleasedAtItsMoment(t *testing.T) {
	s := newSite(t)
	s.release(catalog.Ningbo())
	at := time.Now().Add(3 * time.Second)
	held := s.push(catalog.Ningbo(), at)
	s.awaitStage(held.Submission, pending.Released)
	msg, err := s.figures().GetMsg(t.Context(), 1)
	must(t, err)
	if msg.Subject != "figures.port.container_throughput.NBZS._T.level.2024-05" || msg.Time.Before(at) ||
		msg.Header.Get(ingest.HeaderSubmission) != held.Submission || msg.Header.Get(ingest.HeaderSender) != "Li" {
		t.Errorf("%s was published at %s, not before %s, with %v", msg.Subject, msg.Time, at, msg.Header)
	}
}

func TestTheReleaserCanDoNothingElse(t *testing.T) {
	s := newSite(t)
	for _, subject := range []string{"pending.port.x.submitted", "pending.port.x.approved", "pending.port.x.withdrawn", "rejects.x", "decisions", "receipts.x",
		"$JS.API.STREAM.DELETE.FIGURES", "$JS.API.STREAM.PURGE.PENDING", "$JS.API.STREAM.UPDATE.FIGURES", "$JS.API.CONSUMER.CREATE.PENDING"} {
		s.wantDenied("releaser", subject, "{}")
	}
}

// newReviewedSite is a site on which the port is changed as docs/release.md says. The
// reviewer has the password of customs.
func newReviewedSite(t *testing.T) *site {
	t.Helper()
	page, err := os.ReadFile("../docs/release.md")
	must(t, err)
	users := regexp.MustCompile("(?s)```\nport \\{\n(.*?)```").FindSubmatch(page)
	project := composetest.Load(t, "..")
	service := project.Services["nats"]
	composetest.Setenv(t, service)
	config := composetest.OnHost(t, service, service.Command[1])
	text, err := os.ReadFile(config)
	must(t, err)
	changed := string(text)
	for before, after := range map[string]string{
		"    users: [{ user: port, password: $NATS_HASH_PORT }]\n":                string(users[1]),
		"      { service: { account: TIDEMARK, subject: \"figures.port.>\" } }\n": "",
	} {
		if strings.Count(changed, before) != 1 {
			t.Fatalf("nats.conf does not have %q once", before)
		}
		changed = strings.Replace(changed, before, after, 1)
	}
	t.Setenv("NATS_HASH_PORT_REVIEW", project.Environment["NATS_HASH_CUSTOMS"])
	reviewed := filepath.Join(t.TempDir(), "nats.conf")
	must(t, os.WriteFile(reviewed, []byte(changed), 0o600))
	s := &site{t: t, passwords: project.Environment, server: enginetest.NATSFrom(t, reviewed)}
	s.passwords["NATS_PASSWORD_PORT_REVIEW"] = s.passwords["NATS_PASSWORD_CUSTOMS"]
	s.operator = s.jetStream("operator")
	_, err = ingest.Setup(t.Context(), s.operator, 1)
	must(t, err)
	return s
}

func reviewedCatalogue(t *testing.T) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile("../catalog/ningbo.yaml")
	must(t, err)
	cat, err := catalog.Parse("reviewed.yaml", []byte(strings.Replace(string(text), "{code: port, ", "{code: port, review: true, ", 1)))
	must(t, err)
	return cat
}

func TestAReviewedAgencyCannotGoRoundTheReview(t *testing.T) {
	s, cat := newReviewedSite(t), reviewedCatalogue(t)
	s.release(cat)
	held := s.push(cat, time.Time{})
	if !held.Review {
		t.Errorf("it needs no review: %+v", held)
	}
	port := s.jetStream("port")
	if _, err := port.Publish(t.Context(), "figures.port.test", []byte("{}"), jetstream.WithRetryAttempts(0)); !errors.Is(err, jetstream.ErrNoStreamResponse) {
		t.Errorf("it can send without review: %v", err)
	}
	if err := s.pending("port").Approve(t.Context(), held.Submission, "Wang", ""); err == nil || !strings.HasSuffix(err.Error(), "this account may not do that") {
		t.Errorf("it can approve: %v", err)
	}
	// An approval in a message that it may send counts as little.
	_, err := port.Publish(t.Context(), "pending.port."+held.Submission+".releasing", []byte(`{"by":"Wang"}`))
	must(t, err)
	s.wantDenied("port_review", "pending.port.x.submitted", "{}")
	s.wantDenied("port_review", "pending.port.x.withdrawn", "{}")
	s.wantFigures(0)
	second := s.push(cat, time.Time{})
	must(t, s.pending("port_review").Approve(t.Context(), second.Submission, "Wang", ""))
	s.awaitStage(second.Submission, pending.Released)
	s.wantFigures(1)
}

// Permissions do not cover the subject to which NATS answers: a sender could have it
// store an answer, whose body the sender has chosen, as somebody's approval.
func TestNoAnswerOfNATSBecomesAnApproval(t *testing.T) {
	s, cat := newReviewedSite(t), reviewedCatalogue(t)
	held := s.push(cat, time.Time{})
	port := s.connect("port")
	js := s.jetStream("port")
	_, err := js.Publish(t.Context(), "pending.port.forged.figures.0", []byte(`{"by":"Wang"}`))
	must(t, err)
	approval := "pending.port." + held.Submission + ".approved"
	for _, request := range []string{"$JS.API.DIRECT.GET.PENDING.pending.port.forged.figures.0", "pending.port.forged.figures.1"} {
		must(t, port.PublishRequest(request, approval, nil))
	}
	// What the server has done with them is done when it has stored this.
	for i := range 20 {
		_, err = js.Publish(t.Context(), fmt.Sprintf("pending.port.forged.figures.%d", i+2), []byte("{}"))
		must(t, err)
	}
	state, err := s.pending("port").Find(t.Context(), held.Submission)
	must(t, err)
	if state.Stage != pending.Submitted {
		t.Errorf("it is %s: %+v", state.Stage, state.Steps)
	}
}

// An embargo has to hold through a crash of NATS and a restart of everything else.
func TestAReviewAndAnEmbargoSurviveARestart(t *testing.T) {
	s, cat := newSite(t), reviewedCatalogue(t)
	at := time.Now().Add(4 * time.Second)
	held := s.push(cat, at)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := pending.NewReleaser(pending.Config{JS: s.jetStream("releaser"), Review: cat.Reviewed,
		Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	must(t, err)
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	cancel()
	must(t, <-done)
	must(t, s.pending("port").Approve(t.Context(), held.Submission, "Wang", ""))
	s.release(cat)
	s.awaitStage(held.Submission, pending.Released)
	msg, err := s.figures().GetMsg(t.Context(), 1)
	must(t, err)
	if msg.Time.Before(at) {
		t.Errorf("it was published at %s, before %s", msg.Time, at)
	}
}
