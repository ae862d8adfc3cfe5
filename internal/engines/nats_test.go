package engines_test

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestAStreamSurvivesARestart(t *testing.T) {
	opts := engines.NATSOptions{Dir: t.TempDir(), DontListen: true}
	server := startNATS(t, opts)
	js := jetStream(t, server)
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "FIGURES", Subjects: []string{"figures.>"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "figures.port", []byte("346")); err != nil {
		t.Fatal(err)
	}
	server.Shutdown()

	stream, err := jetStream(t, startNATS(t, opts)).Stream(t.Context(), "FIGURES")
	if err != nil {
		t.Fatal(err)
	}
	message, err := stream.GetMsg(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if string(message.Data) != "346" {
		t.Errorf("the stream holds %q", message.Data)
	}
}

func TestEveryNATSServerTakesAFreePort(t *testing.T) {
	one, other := enginetest.NATS(t).ClientURL(), enginetest.NATS(t).ClientURL()
	if one == other || !strings.HasPrefix(one, "nats://127.0.0.1:") {
		t.Errorf("the servers are at %s and %s", one, other)
	}
}

func TestTheClientURLCanBeConnectedTo(t *testing.T) {
	nc, err := nats.Connect(enginetest.NATS(t).ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

func TestWithoutAListenerThereIsNoURL(t *testing.T) {
	server := startNATS(t, engines.NATSOptions{Dir: t.TempDir(), DontListen: true})
	if got := server.ClientURL(); got != "" {
		t.Errorf("the URL is %s", got)
	}
}

func TestAQuietNATSServerLogsNothing(t *testing.T) {
	var log bytes.Buffer
	server := startNATS(t, engines.NATSOptions{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	jetStream(t, server)
	server.Shutdown()
	if log.Len() > 0 {
		t.Errorf("it logs %s", &log)
	}
}

func TestANATSServerThatCannotStartSaysWhy(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address, dir := taken.Addr().String(), t.TempDir()
	used := t.TempDir()
	startNATS(t, engines.NATSOptions{Dir: used, DontListen: true})
	for name, c := range map[string]struct {
		opts engines.NATSOptions
		want string
	}{
		"an address in use": {
			engines.NATSOptions{Dir: dir, Listen: address},
			"starting the NATS server on " + address + " with its streams in " + dir + ": Error listening on port: " + address + `, "listen tcp ` + address + `: bind: address already in use"`,
		},
		"a directory in use": {
			engines.NATSOptions{Dir: used},
			"another NATS server runs in " + used + ": " + used + " is in use by another process: still locked after 1s; stop it, or choose another directory",
		},
		"no directory": {
			engines.NATSOptions{},
			"the NATS server needs a directory for its streams: NATSOptions.Dir is empty",
		},
		"an invalid port": {
			engines.NATSOptions{Dir: dir, Listen: "127.0.0.1:70000"},
			`address of the NATS server "127.0.0.1:70000" is not HOST:PORT: port "70000" is not a number from 0 to 65535`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := engines.StartNATS(c.opts)
			if err == nil {
				t.Fatal("the server was started")
			}
			if err.Error() != c.want {
				t.Errorf("error is\n%s\nand not\n%s", err, c.want)
			}
		})
	}
}

func startNATS(t *testing.T, opts engines.NATSOptions) *engines.NATS {
	t.Helper()
	server, err := engines.StartNATS(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	return server
}

func jetStream(t *testing.T, server *engines.NATS) jetstream.JetStream {
	t.Helper()
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}
