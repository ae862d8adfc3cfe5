package sender

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest"
)

// startNATS starts a NATS server with the options and creates the streams.
func startNATS(t *testing.T, opts *server.Options, admin ...nats.Option) *server.Server {
	t.Helper()
	opts.Host, opts.Port, opts.JetStream, opts.StoreDir, opts.NoSigs, opts.NoLog = "127.0.0.1", server.RANDOM_PORT, true, t.TempDir(), true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server is not ready within a minute")
	}
	js, err := jetstream.New(dial(t, s, admin...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Setup(t.Context(), js, 1); err != nil {
		t.Fatal(err)
	}
	return s
}

func dial(t *testing.T, s *server.Server, options ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(s.ClientURL(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// pushRows pushes one file of the rows without waiting for receipts.
func pushRows(t *testing.T, nc *nats.Conn, rows string) error {
	t.Helper()
	file := "indicator,area,measure,period,value,unit\n" + rows
	_, err := Push(t.Context(), Options{Conn: nc, Catalog: catalog.Ningbo(), NoWait: true},
		[]Input{{Name: "figures.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
	return err
}

const may2024 = "container_throughput,NBZS,level,2024-05,346,万TEU\n"

func TestAFullStoreIsCalledFull(t *testing.T) {
	s := startNATS(t, &server.Options{JetStreamMaxStore: 1})
	err := pushRows(t, dial(t, s), may2024)
	for err == nil { // what is already stored counts towards the limit
		err = pushRows(t, dial(t, s), strings.Replace(may2024, "2024-05", "2024-06", 1))
	}
	if !strings.Contains(err.Error(), "the store of NATS is full: make room") {
		t.Errorf("it says %v", err)
	}
}

func TestAUserWhoseFiguresNATSRefusesIsToldForWhomHeMaySend(t *testing.T) {
	admin := nats.UserInfo("admin", "a")
	s := startNATS(t, &server.Options{Users: []*server.User{
		{Username: "admin", Password: "a"},
		{Username: "port", Password: "p", Permissions: &server.Permissions{Publish: &server.SubjectPermission{Allow: []string{"figures.port.>", "$JS.API.>"}}}},
	}}, admin)
	quiet := nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { t.Errorf("the user is also told: %v", err) })
	err := pushRows(t, dial(t, s, nats.UserInfo("port", "p"), quiet), may2024+"trade_exports,330200,level,2024-05,700,亿元\n")
	if err == nil || !strings.Contains(err.Error(), "figures.csv:3: this account may not send for agency customs; it may send for port: ") {
		t.Errorf("it says %v", err)
	}
}
