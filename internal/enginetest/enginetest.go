// Package enginetest gives tests the real engines: NATS, InfluxDB, Prometheus
// and Alertmanager for each test, one influxd shared by a test binary, and a
// proxy that injects faults in front of InfluxDB.
package enginetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/engines"
)

// limit fails a test whose engine does not start or stop. It allows for the
// first build of influxd on a slow machine.
const limit = 10 * time.Minute

// executable builds influxd once per test binary.
var executable = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return engines.FindInfluxd(ctx, func(line string) { fmt.Fprintln(os.Stderr, line) })
})

// Influx starts an influxd with an empty directory, for tests that stop or kill
// it. It is stopped at the end of the test. Each of changes may alter the
// options before the start.
func Influx(t testing.TB, changes ...func(*engines.InfluxOptions)) *engines.Influx {
	t.Helper()
	influx, err := startInflux(t.TempDir(), changes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := influx.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return influx
}

// WithoutFlux makes Influx start an influxd without Flux: in a fraction of a
// second, for tests that start it often and use InfluxQL or no queries at all.
func WithoutFlux(opts *engines.InfluxOptions) { opts.WithoutFlux = true }

// Authenticated makes Influx start an influxd that requires users and
// passwords.
func Authenticated(opts *engines.InfluxOptions) { opts.Authenticated = true }

func startInflux(dir string, changes ...func(*engines.InfluxOptions)) (*engines.Influx, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	opts := engines.InfluxOptions{Dir: dir, Executable: path}
	for _, change := range changes {
		change(&opts)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return engines.StartInflux(ctx, opts)
}

// NATS starts a NATS server with an empty directory. It is shut down at the end
// of the test.
func NATS(t testing.TB) *engines.NATS {
	t.Helper()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	return server
}

// shared is the influxd of this test binary. Main removes it.
var shared struct {
	main    atomic.Bool
	start   sync.Once
	err     error
	dir     string
	influx  *engines.Influx
	buckets atomic.Int64
}

// Bucket describes a bucket that no other test uses and that does not exist
// yet. It can be converted to store.Options; it is a type of its own because
// the tests of store itself need it.
type Bucket struct {
	URL     string
	Token   string
	Org     string
	Bucket  string
	Timeout time.Duration
}

// These variables name an InfluxDB 2.x to run tests against: its address, an
// organisation and a token with all permissions in it.
const (
	envURL   = "TIDEMARK_TEST_INFLUX_URL"
	envOrg   = "TIDEMARK_TEST_INFLUX_ORG"
	envToken = "TIDEMARK_TEST_INFLUX_TOKEN"
)

// SharedInflux returns a bucket in the InfluxDB that the environment names, or
// else in a local influxd 1.8 like SharedDatabase. A test must not stop it.
func SharedInflux(t testing.TB) Bucket {
	t.Helper()
	if url := os.Getenv(envURL); url != "" {
		return Bucket{URL: url, Token: os.Getenv(envToken), Org: os.Getenv(envOrg), Bucket: "test_" + rand.Text()}
	}
	return SharedDatabase(t)
}

// SharedDatabase returns a database in a local influxd 1.8 with Flux that all
// tests of the binary share, whatever the environment says: for what only 1.8
// has, InfluxQL and its error texts. It saves the seconds that a start takes; a
// test must not stop it. The package's TestMain must be Main.
func SharedDatabase(t testing.TB) Bucket {
	t.Helper()
	if !shared.main.Load() {
		t.Fatal("nothing would stop the shared influxd: add `func TestMain(m *testing.M) { enginetest.Main(m) }` to the package's tests")
	}
	shared.start.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "tidemark-influx-"); shared.err == nil {
			shared.influx, shared.err = startInflux(shared.dir)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return Bucket{URL: shared.influx.URL(), Bucket: fmt.Sprintf("test_%d", shared.buckets.Add(1))}
}

// Main runs the tests of a package that uses SharedInflux or SharedDatabase,
// and cleans up after them:
//
//	func TestMain(m *testing.M) { enginetest.Main(m) }
//
// The testing package itself uses the exit code.
func Main(m *testing.M) { Tests{m}.Run() }

// Tests are the tests to run, for a TestMain that wraps them.
type Tests struct{ *testing.M }

// Run does what Main does; it returns the exit code.
func (t Tests) Run() int {
	shared.main.Store(true)
	defer func() {
		if shared.influx != nil {
			shared.influx.Kill() // nobody reads its data any more
		}
		if shared.dir != "" {
			_ = os.RemoveAll(shared.dir) // temporary anyway
		}
	}()
	return t.M.Run()
}

// Get requests a page and returns its status and body.
func Get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}
