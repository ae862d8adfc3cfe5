package deploy_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/history"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestASenderCannotChangeAnything(t *testing.T) {
	s := newSite(t)
	js := s.jetStream("port")
	for what, err := range map[string]error{
		"delete a stream": js.DeleteStream(t.Context(), ingest.FiguresStream),
		"make a stream": func() error {
			_, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "OWN", Subjects: []string{"own"}})
			return err
		}(),
		"delete the workers' consumer": js.DeleteConsumer(t.Context(), ingest.FiguresStream, ingest.WorkerConsumer),
		"read figures by a consumer": func() error {
			_, err := js.OrderedConsumer(t.Context(), ingest.FiguresStream, jetstream.OrderedConsumerConfig{})
			return err
		}(),
	} {
		if err == nil {
			t.Errorf("a sender can %s", what)
		}
	}
	if _, err := s.operator.Consumer(t.Context(), ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		t.Errorf("the workers' consumer: %v", err)
	}
}

// streams are those of tidemark.
var streams = []string{ingest.FiguresStream, ingest.RejectsStream, ingest.ReceiptsStream, ingest.PendingStream, ledger.Stream}

// A consumer delivers where its creator says and in the account of the stream.
// One that delivers receipts into a request of the workers makes NATS deliver
// the figures to nobody, and the workers get none.
func TestASenderCannotCreateAConsumerThatTakesFiguresFromTheWorkers(t *testing.T) {
	s := newSite(t)
	port := s.connect("port")
	theft := []byte(`{"stream_name":"RECEIPTS","config":{"name":"thief","durable_name":"thief","deliver_policy":"all","ack_policy":"explicit",` +
		`"deliver_subject":"$JS.API.CONSUMER.MSG.NEXT.FIGURES.ingest"}}`)
	for _, stream := range streams {
		for _, request := range []string{"CREATE." + stream, "CREATE." + stream + ".thief", "CREATE." + stream + ".thief.receipts.>", "DURABLE.CREATE." + stream + ".thief"} {
			for _, api := range []string{"$JS.API", "api"} { // see the mapping in nats.conf
				body := strings.Replace(string(theft), "RECEIPTS", stream, 1)
				if answer, err := port.Request(api+".CONSUMER."+request, []byte(body), time.Minute); !errors.Is(err, nats.ErrNoResponders) {
					t.Errorf("%s.CONSUMER.%s is answered: %v %+v", api, request, err, answer)
				}
			}
		}
	}
	worker, customs := s.jetStream("worker"), s.jetStream("customs")
	const sent = 3
	for range sent {
		_, err := customs.Publish(t.Context(), "figures.customs.test", []byte("{}"))
		must(t, err)
		_, err = worker.Publish(t.Context(), "receipts.test", []byte("{}"))
		must(t, err)
	}
	for _, stream := range streams {
		if got := s.consumers(stream); stream == ingest.FiguresStream && !slices.Equal(got, []string{ingest.WorkerConsumer}) || stream != ingest.FiguresStream && len(got) > 0 {
			t.Errorf("%s has the consumers %q", stream, got)
		}
	}
	consumer, err := worker.Consumer(t.Context(), ingest.FiguresStream, ingest.WorkerConsumer)
	must(t, err)
	batch, err := consumer.Fetch(sent, jetstream.FetchMaxWait(10*time.Second))
	must(t, err)
	got := 0
	for range batch.Messages() {
		got++
	}
	if got != sent {
		t.Errorf("a worker receives only %d of %d figures", got, sent)
	}
}

// consumers are the names of a stream's consumers.
func (s *site) consumers(stream string) (names []string) {
	s.t.Helper()
	of, err := s.operator.Stream(s.t.Context(), stream)
	must(s.t, err)
	all := of.ConsumerNames(s.t.Context())
	for name := range all.Name() {
		names = append(names, name)
	}
	must(s.t, all.Err())
	return names
}

func TestASenderCanLookUpOnlyItsOwnFiguresAndRejects(t *testing.T) {
	s := newSite(t)
	for _, agency := range senders() {
		for _, subject := range []string{"figures." + agency + ".test", "rejects." + agency + ".test.1"} {
			_, err := s.operator.Publish(t.Context(), subject, []byte("{}"))
			must(t, err)
		}
	}
	for _, sender := range senders() {
		js := s.jetStream(sender)
		figures, err := js.Stream(t.Context(), ingest.FiguresStream)
		must(t, err)
		rejects, err := js.Stream(t.Context(), ingest.RejectsStream)
		must(t, err)
		for _, agency := range senders() {
			_, figure := figures.GetLastMsgForSubject(t.Context(), "figures."+agency+".test")
			_, reject := rejects.GetLastMsgForSubject(t.Context(), "rejects."+agency+".test.1")
			switch {
			case sender == agency && (figure != nil || reject != nil):
				t.Errorf("%s does not find its own: %v, %v", sender, figure, reject)
			case sender != agency && !(errors.Is(figure, nats.ErrNoResponders) && errors.Is(reject, nats.ErrNoResponders)):
				t.Errorf("%s can look up data of %s: %v, %v", sender, agency, figure, reject)
			}
		}
		if _, err := rejects.GetMsg(t.Context(), 1); !errors.Is(err, nats.ErrNoResponders) {
			t.Errorf("%s can look up a reject by its sequence: %v", sender, err)
		}
	}
}

// A sender reads all decisions with one request, and can change none of them.
func TestASenderCanReadWhatIsStoredButDecideNothing(t *testing.T) {
	s := newSite(t)
	const entries = 600 // more than a page
	l, err := ledger.Open(t.Context(), s.operator)
	must(t, err)
	for seq := range uint64(entries) {
		draft := l.Draft(ledger.Range)
		draft.Floor = seq + 1
		draft.Add(ledger.Decision{Seq: seq + 1, Outcome: ledger.Written, Vintage: store.Vintage{Cell: figure.Cell{Indicator: "container_throughput", Area: "NBZS",
			Category: figure.Total, Measure: figure.Level, Period: figure.Month(1990, 1).Add(int(seq))}, Agency: "port", Status: figure.Normal, Value: float64(seq) * 1e4, Moment: 1, Seq: seq + 1}})
		if stored, err := l.Append(t.Context(), draft); err != nil || !stored {
			t.Fatalf("entry %d: %t, %v", seq, stored, err)
		}
	}
	for _, agency := range senders() {
		h, err := sender.OpenHoldings(t.Context(), s.connect(agency), catalog.Ningbo())
		must(t, err)
		last := figure.Cell{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total, Measure: figure.Level, Period: figure.Month(1990, 1).Add(entries - 1)}
		if got := h.Of(last, "万TEU"); got == nil || got.Value.String() != "599" {
			t.Errorf("%s reads %+v", agency, got)
		}
		if _, err := s.jetStream(agency).Publish(t.Context(), ledger.Subject, nil, jetstream.WithRetryAttempts(0)); !errors.Is(err, jetstream.ErrNoStreamResponse) {
			t.Errorf("%s can decide: %v", agency, err)
		}
	}
}

func TestAPushForAnotherAgencyNamesThoseForWhichTheAccountMaySend(t *testing.T) {
	s := newSite(t)
	file := "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-05,346,万TEU\ntrade_exports,330200,level,2024-05,700,亿元\n"
	_, err := sender.Push(t.Context(), sender.Options{Conn: s.connect("port"), Catalog: catalog.Ningbo(), Patience: time.Minute},
		[]sender.Input{{Name: "mixed.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
	if err == nil || !strings.Contains(err.Error(), "mixed.csv:3: this account may not send for agency customs; it may send for port: ") {
		t.Errorf("it says %v", err)
	}
	info, err := s.figures().Info(t.Context())
	must(t, err)
	if info.State.Msgs != 0 {
		t.Errorf("%d messages are in the stream", info.State.Msgs)
	}
}

// What a check against the servers says is what a push would meet.
func TestACheckNamesTheFiguresThatTheAccountMayNotSend(t *testing.T) {
	s := newSite(t)
	h, err := sender.OpenHoldings(t.Context(), s.connect("port"), catalog.Ningbo())
	must(t, err)
	file := "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-05,346,万TEU\ntrade_exports,330200,level,2024-05,700,亿元\n"
	report, err := sender.Inspection{Catalog: catalog.Ningbo(), Against: h}.Check(t.Context(),
		[]sender.Input{{Name: "mixed.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
	must(t, err)
	if report.Refused != 1 || report.Compared.New != 1 || len(report.Findings) != 1 {
		t.Fatalf("it says %+v", report)
	}
	want := `mixed.csv:3:A figure/foreign-agency: indicator is for customs to send, for which this account may not send; it may send for port; use that agency's account, or leave its figures to it`
	if got := report.Findings[0].Where + " " + report.Findings[0].Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A server whose configuration is older than the comparison lets nobody read the
// decisions: that is said at once.
func TestAServerWhoseSendersMayNotReadDecisionsSaysSo(t *testing.T) {
	project := composetest.Load(t, "..")
	service := project.Services["nats"]
	composetest.Setenv(t, service)
	text, err := os.ReadFile(composetest.OnHost(t, service, service.Command[1]))
	must(t, err)
	older := filepath.Join(t.TempDir(), "nats.conf")
	must(t, os.WriteFile(older, []byte(strings.NewReplacer(", $DECISIONS", "", "\nDECISIONS:", "\n#").Replace(string(text))), 0o600))
	s := &site{t: t, passwords: project.Environment, server: enginetest.NATSFrom(t, older)}
	s.operator = s.jetStream("operator")
	_, err = ingest.Setup(t.Context(), s.operator, 1)
	must(t, err)
	_, err = sender.OpenHoldings(t.Context(), s.connect("port"), catalog.Ningbo())
	if err == nil || !strings.Contains(err.Error(), "read stream DECISIONS: ") || !strings.Contains(err.Error(), "may this user read DECISIONS?") {
		t.Errorf("it says %v", err)
	}
}

func TestASenderHasLimits(t *testing.T) {
	s := newSite(t)
	port := s.connect("port")
	must(t, port.Flush()) // NATS reports the limit only after the connection is accepted
	if err := port.Publish("figures.port.test", make([]byte, 64<<10+1)); !errors.Is(err, nats.ErrMaxPayload) {
		t.Errorf("a message of more than 64 KB: %v", err)
	}
	for range 31 {
		s.connect("port")
	}
	_, err := nats.Connect(s.server.ClientURL(), nats.UserInfo("port", port.Opts.Password))
	if err == nil || !strings.Contains(err.Error(), "maximum account active connections exceeded") {
		t.Errorf("a connection too many: %v", err)
	}
	s.connect("customs") // is not affected by that limit
}

func TestSendingForAnotherAgencyIsRefusedWithTheFix(t *testing.T) {
	s := newSite(t)
	p, err := sender.NewSubmission(context.WithoutCancel(t.Context()), s.connect("port"), func(int64, ingest.Outcome, *figure.Problem) {})
	must(t, err)
	defer p.Close()
	exports, ok := catalog.Ningbo().Indicator("trade_exports")
	if !ok {
		t.Fatal("the catalogue has no exports")
	}
	f := figure.Figure{Cell: figure.Cell{Indicator: exports.Code, Area: "330200", Category: figure.Total, Measure: figure.Level, Period: figure.Month(2024, 5)},
		Unit: "亿元", Status: figure.Normal}
	must(t, p.Send(t.Context(), &f, exports.Agency.Code, 1, ""))
	want := "NATS did not store the figure on " + f.Subject("customs") + ": this account may not send for agency customs: use that agency's account, or leave its figures to it"
	if err := p.Flush(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// NATS does not answer a user without a permission at all.
func TestAHistoryNeedsAnOperatorAndSaysSo(t *testing.T) {
	s := newSite(t)
	cell, err := figure.ParseCell("figures.port.container_throughput.NBZS._T.level.2024-05")
	must(t, err)
	_, err = s.operator.Publish(t.Context(), cell.Subject("port"), []byte("{}"))
	must(t, err)
	for _, user := range []string{"port", "desk"} {
		_, err := history.Of(t.Context(), s.jetStream(user), cell)
		if err == nil || !strings.HasSuffix(err.Error(), "; does NATS run, and has this user the rights of an operator?") {
			t.Errorf("%s: %v", user, err)
		}
	}
}
