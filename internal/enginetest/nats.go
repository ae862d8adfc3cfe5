package enginetest

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// NATSFrom starts a NATS server with a configuration file unchanged except for
// where it listens and keeps its streams: free ports of this machine and an
// empty directory. It is shut down at the end of the test. Variables in the
// file are those of this process.
func NATSFrom(t testing.TB, configFile string) *server.Server {
	t.Helper()
	opts, err := server.ProcessConfigFile(configFile)
	if err != nil {
		t.Fatal(err)
	}
	opts.Host, opts.Port = "127.0.0.1", server.RANDOM_PORT
	opts.HTTPHost, opts.HTTPPort = "127.0.0.1", server.RANDOM_PORT
	opts.StoreDir = t.TempDir()
	opts.NoSigs, opts.NoLog = true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(time.Minute) {
		t.Fatalf("the NATS server with %s is not ready within a minute", configFile)
	}
	return s
}
