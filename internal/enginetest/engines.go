package enginetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/engines"
)

// buildLimit allows for the first build of Prometheus on a slow machine. Most
// of its packages have been compiled with the tests by then.
const buildLimit = 30 * time.Minute

var (
	prometheusPath   = once(engines.FindPrometheus)
	alertmanagerPath = once(engines.FindAlertmanager)
)

// once builds an engine once per test binary.
func once(find func(context.Context, func(string)) (string, error)) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
		defer cancel()
		return find(ctx, func(line string) { fmt.Fprintln(os.Stderr, line) })
	})
}

// Prometheus starts a Prometheus with an empty store and the given
// configuration. It is killed at the end of the test, when nobody reads its
// data any more.
func Prometheus(t testing.TB, configFile string, flags ...string) *engines.Prometheus {
	t.Helper()
	return PrometheusIn(t, t.TempDir(), configFile, flags...)
}

// PrometheusIn starts a Prometheus whose store is the folder data in dir, which
// may already hold blocks.
func PrometheusIn(t testing.TB, dir, configFile string, flags ...string) *engines.Prometheus {
	t.Helper()
	path, err := prometheusPath()
	if err != nil {
		t.Fatal(err)
	}
	p, err := engines.StartPrometheus(t.Context(), engines.PrometheusOptions{
		Dir: dir, ConfigFile: configFile, Executable: path, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// Alertmanager starts an Alertmanager with an empty store and the given
// configuration. It is killed at the end of the test.
func Alertmanager(t testing.TB, configFile string, flags ...string) *engines.Alertmanager {
	t.Helper()
	path, err := alertmanagerPath()
	if err != nil {
		t.Fatal(err)
	}
	a, err := engines.StartAlertmanager(t.Context(), engines.AlertmanagerOptions{
		Dir: t.TempDir(), ConfigFile: configFile, Executable: path, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Kill)
	return a
}
