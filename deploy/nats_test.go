package deploy_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/crypto/bcrypt"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// site is a real NATS server with the configuration and the passwords from
// docker-compose.yml, after `tidemark init`.
type site struct {
	t         *testing.T
	server    *server.Server
	operator  jetstream.JetStream
	passwords types.Mapping // by their names in .env
}

func newSite(t *testing.T) *site {
	t.Helper()
	project := composetest.Load(t, "..")
	service := project.Services["nats"]
	composetest.Setenv(t, service)
	s := &site{t: t, passwords: project.Environment, server: enginetest.NATSFrom(t, composetest.OnHost(t, service, service.Command[1]))}
	s.operator = s.jetStream("operator")
	_, err := ingest.Setup(t.Context(), s.operator, 1)
	must(t, err)
	return s
}

// connect connects as a user of nats.conf.
func (s *site) connect(user string, options ...nats.Option) *nats.Conn {
	s.t.Helper()
	nc, err := nats.Connect(s.server.ClientURL(), append(options, nats.UserInfo(user, s.passwords["NATS_PASSWORD_"+strings.ToUpper(user)]))...)
	must(s.t, err)
	s.t.Cleanup(nc.Close)
	return nc
}

func (s *site) jetStream(user string, options ...nats.Option) jetstream.JetStream {
	s.t.Helper()
	js, err := jetstream.New(s.connect(user, options...))
	must(s.t, err)
	return js
}

// figures is the stream as the operator sees it.
func (s *site) figures() jetstream.Stream {
	s.t.Helper()
	stream, err := s.operator.Stream(s.t.Context(), ingest.FiguresStream)
	must(s.t, err)
	return stream
}

// senders are the agencies that send figures: all that report an indicator
// which tidemark does not compute itself.
func senders() (codes []string) {
	for _, i := range catalog.Ningbo().Indicators {
		if i.Ratio == nil && !slices.Contains(codes, i.Agency.Code) {
			codes = append(codes, i.Agency.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

func TestEveryAgencyThatSendsHasAnAccountAndNobodyElse(t *testing.T) {
	project := composetest.Load(t, "..")
	service := project.Services["nats"]
	composetest.Setenv(t, service)
	opts, err := server.ProcessConfigFile(composetest.OnHost(t, service, service.Command[1]))
	must(t, err)
	var accounts, users []string
	for _, a := range opts.Accounts {
		if a.Name != "TIDEMARK" {
			accounts = append(accounts, a.Name)
		}
	}
	for _, u := range opts.Users {
		users = append(users, u.Username)
		password := project.Environment["NATS_PASSWORD_"+strings.ToUpper(u.Username)]
		if err := bcrypt.CompareHashAndPassword([]byte(u.Password), []byte(password)); err != nil {
			t.Errorf("the password of %s is not that of $NATS_PASSWORD_%s: %v", u.Username, strings.ToUpper(u.Username), err)
		}
	}
	slices.Sort(accounts)
	slices.Sort(users)
	if want := senders(); !slices.Equal(accounts, want) {
		t.Errorf("accounts are\n%q\nand agencies\n%q", accounts, want)
	}
	if want := slices.Sorted(slices.Values(append(senders(), "desk", "operator", "releaser", "worker"))); !slices.Equal(users, want) {
		t.Errorf("users are\n%q\nand should be\n%q", users, want)
	}
}

func TestASenderCanSendOnlyItsOwnFigures(t *testing.T) {
	s := newSite(t)
	for _, sender := range senders() {
		js := s.jetStream(sender)
		for _, agency := range senders() {
			_, err := js.Publish(t.Context(), "figures."+agency+".test", []byte("{}"), jetstream.WithRetryAttempts(0))
			switch {
			case sender == agency && err != nil:
				t.Errorf("%s cannot send: %v", sender, err)
			case sender != agency && !errors.Is(err, jetstream.ErrNoStreamResponse):
				t.Errorf("%s can send as %s: %v", sender, agency, err)
			}
		}
	}
}

// NATS does not check the reply subject against a user's permissions, so a
// sender could make JetStream store its message under the name of another.
// Accounts confine the reply.
func TestJetStreamStoresNoAnswerInAnothersName(t *testing.T) {
	const theirs = "figures.customs.trade_exports.330200._T.level.2024-05"
	s := newSite(t)
	port := s.connect("port")
	home, err := port.SubscribeSync(theirs)
	must(t, err)
	js, err := jetstream.New(port)
	must(t, err)
	ack, err := js.Publish(t.Context(), "figures.port.forged", []byte("{}"))
	must(t, err)
	must(t, port.PublishRequest("$JS.API.DIRECT.GET.FIGURES", theirs, fmt.Appendf(nil, `{"seq":%d}`, ack.Sequence)))
	msg, err := home.NextMsg(time.Minute)
	if err != nil || string(msg.Data) != "{}" {
		t.Fatalf("the sender did not get the answer: %v", err)
	}
	if _, err := s.figures().GetLastMsgForSubject(t.Context(), theirs); !errors.Is(err, jetstream.ErrMsgNotFound) {
		t.Errorf("there is a figure in the name of customs: %v", err)
	}
}

func TestAWorkerCannotSendFiguresOrChangeStreams(t *testing.T) {
	s := newSite(t)
	for _, subject := range []string{"figures.port.test", "$JS.API.STREAM.DELETE.FIGURES", "$JS.API.STREAM.UPDATE.FIGURES", "$JS.API.STREAM.PURGE.REJECTS"} {
		refused := make(chan error, 1)
		worker := s.connect("worker", nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
		must(t, worker.Publish(subject, nil))
		select {
		case err := <-refused:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("publishing %s: %v", subject, err)
			}
		case <-time.After(patience):
			t.Errorf("a worker may publish %s", subject)
		}
	}
}

func TestNobodyConnectsWithoutTheirPassword(t *testing.T) {
	s := newSite(t)
	for name, options := range map[string][]nats.Option{
		"no user":          nil,
		"a wrong password": {nats.UserInfo("port", "port")},
		"no password":      {nats.UserInfo("operator", "")},
		"another's":        {nats.UserInfo("port", s.passwords["NATS_PASSWORD_CUSTOMS"])},
		"an unknown user":  {nats.UserInfo("mayor", s.passwords["NATS_PASSWORD_PORT"])},
		"the hash of his":  {nats.UserInfo("port", s.passwords["NATS_HASH_PORT"])},
	} {
		if _, err := nats.Connect(s.server.ClientURL(), options...); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

func TestTheHealthCheckOfNATSIsAnswered(t *testing.T) {
	s := newSite(t)
	page := healthPage(composetest.Load(t, "..").Services["nats"])
	resp, err := http.Get("http://" + s.server.MonitorAddr().String() + page.Path)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the answer of %s is %s", page.Path, resp.Status)
	}
}

// From a sender's file to its receipts, with the passwords and permissions of
// the deployment and a worker on a real influxd.
func TestASenderPushesAFileAndGetsItsReceipts(t *testing.T) {
	s := newSite(t)
	figures, err := store.Open(store.Options(enginetest.SharedInflux(t)))
	must(t, err)
	t.Cleanup(figures.Close)
	_, err = figures.Setup(t.Context())
	must(t, err)
	worker, err := worker.New(worker.Config{Conn: s.connect("worker"), Store: figures, Catalog: catalog.Ningbo(),
		Logger: slog.New(slog.DiscardHandler), Registry: exporter.NewRegistry()})
	must(t, err)
	background(t, worker.Run)

	push := func(user, rows string) *sender.Report {
		t.Helper()
		file := "indicator,area,measure,period,value,unit,published\n" + rows
		report, err := sender.Push(t.Context(), sender.Options{Conn: s.connect(user), Catalog: catalog.Ningbo(), Patience: time.Minute},
			[]sender.Input{{Name: "figures.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
		must(t, err)
		return report
	}
	const (
		may     = "container_throughput,NBZS,level,2024-05,346,万TEU,\n"
		june    = "container_throughput,NBZS,level,2024-06,350,万TEU,2024-07-18\n"
		later   = "container_throughput,NBZS,level,2024-06,351,万TEU,2024-08-18\n"
		slipped = "container_throughput,NBZS,level,2024-07,35,万TEU,\n"
	)
	for _, c := range []struct {
		what, rows string
		want       func(*sender.Report) int
		n          int
	}{
		{"new figures are written", may + june, func(r *sender.Report) int { return r.Written }, 2},
		{"sent again they are found", may + june, func(r *sender.Report) int { return r.Unchanged }, 2},
		{"a later publication revises", later, func(r *sender.Report) int { return r.Revised }, 1},
		{"the earlier one is found behind it", june, func(r *sender.Report) int { return r.Unchanged }, 1},
		{"an implausible one is refused", slipped, func(r *sender.Report) int { return r.Refused }, 1},
	} {
		if report := push("port", c.rows); c.want(report) != c.n || report.Submission == "" {
			t.Errorf("%s: %+v", c.what, report)
		}
	}
}
