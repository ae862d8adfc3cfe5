package pending

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// envReleaser makes this test binary a releaser on the NATS server at its URL.
const envReleaser = "TIDEMARK_TEST_RELEASER"

func beReleaser(url string) {
	fail := func(err error) {
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	nc, err := nats.Connect(url)
	fail(err)
	js, err := jetstream.New(nc)
	fail(err)
	r, err := NewReleaser(Config{JS: js, Review: func(string) bool { return false },
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)), Registry: prometheus.NewRegistry()})
	fail(err)
	fail(r.Run(context.Background()))
}

// released counts the submissions that are marked as released.
func (p *Pending) released(t testing.TB) int {
	t.Helper()
	info, err := p.stream.Info(t.Context(), jetstream.WithSubjectFilter(subjectOf("*", "*", string(Released))))
	must(t, err)
	return len(info.State.Subjects)
}

// Releasers are killed again and again while they release, each time after it has
// released a few more, so in the middle of the next one.
func TestKilledReleasersReleaseEverythingOnce(t *testing.T) {
	server := enginetest.NATS(t)
	js := connect(t, server)
	p := open(t, js)
	const submissions, figures = 60, 20
	for i := range submissions {
		s := submission(fmt.Sprint("s", i), figures)
		s.Review = false
		must(t, p.Submit(t.Context(), s))
	}
	over := time.After(limit)
	for kills := 0; p.released(t) < submissions; kills++ {
		before := p.released(t)
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), envReleaser+"="+server.ClientURL())
		must(t, cmd.Start())
		for p.released(t) < min(before+1+kills%5, submissions) {
			select {
			case <-over:
				t.Fatalf("%d of %d are released", p.released(t), submissions)
			default:
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
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
	if len(seen) != submissions*figures {
		t.Errorf("%d figures are stored instead of %d", len(seen), submissions*figures)
	}
}
