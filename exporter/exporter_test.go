package exporter

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample has one of everything that is rendered differently on the page.
func sample() []store.Vintage {
	growth := published("boxes", "2023-02", 4.5, "2023-03-10")
	growth.Measure = figure.YoY
	elsewhere := published("boxes", "2023-01", 310000, "2023-02-10")
	elsewhere.Area = "H2"
	return []store.Vintage{
		published("boxes", "2023-01", 2726080.5, "2023-02-10"),
		published("boxes", "2023-02", 2500000, "2023-03-10"),
		published("boxes", "2023-02", 2510000, "2023-04-10"),
		published("boxes", "2022", 33351000, "2023-01-20"),
		growth,
		elsewhere,
		withheld(published("people", "2022", 0, "2023-02-20")),
		published("ships", "2023-01", 7, "2023-02-10"),
	}
}

// changing matches the lines whose values differ between runs.
var changing = regexp.MustCompile(`(?m)^(tidemark_exporter_(?:build_info|last_sync_timestamp_seconds|sync_duration_seconds_(?:bucket|sum|count)).*) \S+$`)

var buildLabels = regexp.MustCompile(`tidemark_exporter_build_info\{.*\}`)

func TestTheWholePage(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, sample()...)
	e, served := run(t, open(t, opts), io.Discard)
	e.targets.now = func() time.Time { return time.Date(2023, 5, 1, 9, 0, 0, 0, time.UTC) }
	await(t, served+"/-/ready", "ready\n", patience)
	await(t, served+"/metrics", "tidemark_target_record_outcome{", patience)
	page := await(t, served+"/metrics", "tidemark_exporter_influxdb_up 1", patience)

	got := changing.ReplaceAllString(tidemarks(page), "$1 …")
	got = buildLabels.ReplaceAllString(got, "tidemark_exporter_build_info{…}")
	const golden = "testdata/metrics.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page differs from %s; if it should, run go test ./exporter -update. Got\n%s", golden, got)
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestARevisionReplacesAndALateOldVintageDoesNot(t *testing.T) {
	opts, writer := bucket(t)
	_, served := run(t, open(t, opts), io.Discard)
	steps := []struct {
		written store.Vintage
		want    string
	}{
		{published("boxes", "2023-02", 2500000, "2023-03-10"), "tidemark_figure" + boxesOfH1 + " 2500000\n"},
		{published("boxes", "2023-02", 2510000, "2023-05-10"), "tidemark_figure" + boxesOfH1 + " 2510000\n"},
		{withheld(published("boxes", "2023-02", 0, "2023-06-10")), "tidemark_figure_withheld" + boxesOfH1 + " 1\n"},
		{published("boxes", "2023-02", 2520000, "2023-07-10"), "tidemark_figure" + boxesOfH1 + " 2520000\n"},
	}
	for _, step := range steps {
		write(t, writer, step.written)
		await(t, served+"/metrics", step.want, patience)
	}
	write(t, writer, published("boxes", "2023-02", 1, "2023-04-10"))
	page := await(t, served+"/metrics", "tidemark_exporter_book_vintages 5\n", patience)
	if want := "tidemark_figure" + boxesOfH1 + " 2520000\n"; !strings.Contains(page, want) {
		t.Errorf("the late vintage is shown:\n%s", tidemarks(page))
	}
}

func TestWhileInfluxDBIsAwayTheLastFiguresAreServed(t *testing.T) {
	influx := enginetest.Influx(t)
	opts := store.Options{URL: influx.URL(), Bucket: "figures"}
	writer := open(t, opts)
	if _, err := writer.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, writer, published("boxes", "2023-01", 1, "2023-02-10"))
	_, served := run(t, open(t, opts), io.Discard)
	await(t, served+"/metrics", boxesOfH1+" 1\n", patience)

	if err := influx.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := await(t, served+"/metrics", "tidemark_exporter_influxdb_up 0\n", patience)
	if !strings.Contains(page, boxesOfH1+" 1\n") || strings.Contains(page, "tidemark_exporter_sync_errors_total 0\n") {
		t.Errorf("without InfluxDB the page is\n%s", tidemarks(page))
	}
	if status, body := enginetest.Get(t, served+"/-/ready"); status != http.StatusOK {
		t.Errorf("without InfluxDB /-/ready says %d %s", status, body)
	}

	if err := influx.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, writer, published("boxes", "2023-02", 2, "2023-03-10"))
	await(t, served+"/metrics", boxesOfH1+" 2\n", patience)
	// The figures are on the page before the check that read them has ended.
	await(t, served+"/metrics", "tidemark_exporter_influxdb_up 1\n", patience)
}

// endsWith runs an exporter that must stop by itself and compares its error
// with the whole text.
func endsWith(t *testing.T, opts store.Options, want string) {
	t.Helper()
	var log logBuffer
	e := New(Options{Catalog: city(t), Store: open(t, opts), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err := e.Run(t.Context()); err == nil || err.Error() != want {
		t.Errorf("the exporter stopped with %v", err)
	}
	if log := log.String(); log != "" {
		t.Errorf("an error that Run returns is also logged: %s", log)
	}
}

func TestABucketThatIsMissingEndsTheExporter(t *testing.T) {
	opts := store.Options(enginetest.SharedDatabase(t))
	endsWith(t, opts, "could not read from InfluxDB: InfluxDB answers 500: failed to initialize execute state: no database (check organisation and bucket, or run tidemark init)")
}

func TestAJournalEntryInTheFutureIsReported(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2023-01", 1, "2023-02-10"))
	future := time.Now().Add(24 * time.Hour)
	writeLines(t, opts, fmt.Sprintf("journal,indicator=boxes,slot=7 periods=\"2023-01-01/2023-01-01/somebody\" %d", future.UnixNano()))
	_, served := run(t, open(t, opts), io.Discard)
	await(t, served+"/metrics", boxesOfH1+" 1\n", patience)
	// The figures of a check are on the page before its outcome is.
	ahead := regexp.MustCompile(`\ntidemark_exporter_journal_ahead_seconds 8(6[34]|5\d)\d\d`) // a day, less the time passed since
	awaitThat(t, served+"/metrics", "the journal is a day ahead", patience, ahead.MatchString)
	if _, health := enginetest.Get(t, served+"/-/healthy"); !regexp.MustCompile(`^healthy\nthe newest entry of InfluxDB's journal is (24h0m0s|23h5\dm\d+s) ahead of InfluxDB's clock; was the clock set back\?\n$`).MatchString(health) {
		t.Errorf("/-/healthy says %s", health)
	}
	write(t, writer, published("boxes", "2023-02", 2, "2023-03-10"))
	await(t, served+"/metrics", boxesOfH1+" 2\n", patience)
}

func TestBeforeTheFirstLoadThereIsHealthOnly(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2023-01", 1, "2023-02-10"))
	proxy := enginetest.Proxy(t, opts.URL)
	proxy.Refuse()
	opts.URL = proxy.URL()
	_, served := run(t, open(t, opts), io.Discard)

	page := await(t, served+"/metrics", "tidemark_exporter_influxdb_up 0\n", patience)
	if strings.Contains(page, "tidemark_figure") || strings.Contains(page, "tidemark_indicator_info") {
		t.Errorf("figures before the first load:\n%s", tidemarks(page))
	}
	await(t, served+"/-/ready", "not ready: InfluxDB cannot be read; the log says why\n", patience)
	if status, _ := enginetest.Get(t, served+"/-/ready"); status != http.StatusServiceUnavailable {
		t.Errorf("/-/ready gives %d", status)
	}
	if status, _ := enginetest.Get(t, served+"/-/healthy"); status != http.StatusOK {
		t.Errorf("/-/healthy gives %d", status)
	}

	proxy.Allow()
	await(t, served+"/metrics", boxesOfH1+" 1\n", patience)
	await(t, served+"/-/ready", "ready\n", patience)
}

func TestAFailureIsLoggedOnceAndSoIsItsEnd(t *testing.T) {
	opts, _ := bucket(t)
	proxy := enginetest.Proxy(t, opts.URL)
	proxy.Respond(http.StatusServiceUnavailable, nil)
	var log logBuffer
	opts.URL = proxy.URL()
	_, served := run(t, open(t, opts), &log)
	once := regexp.MustCompile(`(?m)^tidemark_exporter_sync_errors_total [01]$`) // more may have failed since
	awaitThat(t, served+"/metrics", "it has failed twice", patience, func(body string) bool { return !once.MatchString(body) })
	proxy.Allow()
	await(t, served+"/-/ready", "ready\n", patience)
	log.await(t, "InfluxDB is back")
	if failed := strings.Count(log.String(), "figures cannot be read"); failed != 1 {
		t.Errorf("logged %d times:\n%s", failed, log.String())
	}
	if back := strings.Count(log.String(), "InfluxDB is back"); back != 1 {
		t.Errorf("its end is logged %d times:\n%s", back, log.String())
	}
}

func TestThePausesGrowWhileInfluxDBIsAway(t *testing.T) {
	e := New(Options{Catalog: city(t)})
	away := errors.New("away")
	busy := func(after time.Duration) error { return &store.UnavailableError{After: after, Err: away} }
	const s = time.Second
	for _, c := range []struct {
		name       string
		last, want time.Duration
		err        error
	}{
		{"all is well", 500 * time.Millisecond, 500 * time.Millisecond, nil},
		{"the first failure", 500 * time.Millisecond, s, away},
		{"more of them", 2 * s, 4 * s, away},
		{"many", 5 * s, 5 * s, busy(0)},
		{"InfluxDB asks for time", s, 30 * s, busy(30 * s)},
		{"InfluxDB asks for too much", s, 60 * s, busy(time.Hour)},
		{"back", 5 * s, 500 * time.Millisecond, nil},
	} {
		if got := e.pause(c.last, c.err); got != c.want {
			t.Errorf("%s: after %s comes %s, want %s", c.name, c.last, got, c.want)
		}
	}
}

func TestCredentialsAppearNowhere(t *testing.T) {
	opts, _ := bucket(t)
	proxy := enginetest.Proxy(t, opts.URL)
	proxy.Respond(http.StatusUnauthorized, nil)
	s, err := store.Open(store.Options{URL: strings.Replace(proxy.URL(), "://", "://user:hush1@", 1), Token: "user:hush2", Bucket: opts.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var log logBuffer
	_, served := run(t, s, &log)
	// Before the first check InfluxDB counts as unreachable too, so only the
	// log shows that it was queried and what it answered.
	log.await(t, "figures cannot be read")
	all := log.String()
	for _, path := range []string{"/", "/-/ready", "/metrics"} {
		_, body := enginetest.Get(t, served+path)
		all += body
	}
	if strings.Contains(all, "hush") {
		t.Errorf("a password is shown:\n%s", tidemarks(all))
	}
}

// logBuffer is written by the exporter and read by the test.
type logBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next write; nil while nobody waits
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.b.Write(p)
}

// await waits until the log contains the text.
func (l *logBuffer) await(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		l.mu.Lock()
		if strings.Contains(l.b.String(), text) {
			l.mu.Unlock()
			return
		}
		if l.written == nil {
			l.written = make(chan struct{})
		}
		written := l.written
		l.mu.Unlock()
		select {
		case <-written:
		case <-deadline:
			t.Fatalf("after %s there is still no %q in the log:\n%s", patience, text, l.String())
		}
	}
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
