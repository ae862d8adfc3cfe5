package enginetest

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"

	"github.com/tidemark-stats/tidemark/internal/engines"
)

var promtestPath = once(engines.FindPromtest)

// promtest runs a command of promtest and returns its output.
func promtest(t testing.TB, input []byte, args ...string) []byte {
	t.Helper()
	path, err := promtestPath()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("%v: %s", err, failed.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// Block writes series into one block of the Prometheus store in dir.
func Block(t testing.TB, dir string, series []prompb.TimeSeries) {
	t.Helper()
	input, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	promtest(t, input, "block", dir)
}

// RemoteRead requests one form of answer from an address with Prometheus' own
// client.
func RemoteRead(t testing.TB, url string, form prompb.ReadRequest_ResponseType, query *prompb.Query) *prompb.QueryResult {
	t.Helper()
	input, err := query.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var result prompb.QueryResult
	if err := result.Unmarshal(promtest(t, input, "read", url, form.String())); err != nil {
		t.Fatal(err)
	}
	return &result
}

// TimeIntervals returns the time intervals of an Alertmanager configuration
// that contain each of the times.
func TimeIntervals(t testing.TB, config string, moments ...time.Time) (names [][]string) {
	t.Helper()
	var input bytes.Buffer
	for _, at := range moments {
		input.WriteString(at.Format(time.RFC3339) + "\n")
	}
	for line := range strings.Lines(string(promtest(t, input.Bytes(), "intervals", config))) {
		names = append(names, strings.Fields(line))
	}
	return names
}

// Rules is Prometheus' rule engine running over simulated time.
type Rules struct {
	t   testing.TB
	in  *gob.Encoder
	out *gob.Decoder
}

// Moment is one evaluation of all rules.
type Moment struct {
	At      time.Time
	Scraped map[string]float64 // samples at that time, by series in the text format's notation
	Gone    []string           // series that existed in the Moment before but no longer do
}

// Alert is one that is firing.
type Alert struct{ Labels, Annotations map[string]string }

// StartRules starts the rule engine with the rules of files and an empty store.
// It stops at the end of the test.
func StartRules(t testing.TB, files ...string) *Rules {
	t.Helper()
	path, err := promtestPath()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"rules"}, files...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // makes it exit
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, said.Bytes())
		}
	})
	return &Rules{t, gob.NewEncoder(in), gob.NewDecoder(out)}
}

// Evaluate evaluates all rules and returns the firing alerts. A rule that
// cannot be evaluated fails the test.
func (r *Rules) Evaluate(m Moment) []Alert {
	r.t.Helper()
	var answer struct {
		Error  string
		Alerts []Alert
	}
	if err := errors.Join(r.in.Encode(m), r.out.Decode(&answer)); err != nil {
		r.t.Fatal(err)
	}
	if answer.Error != "" {
		r.t.Fatal(answer.Error)
	}
	return answer.Alerts
}
