//go:build linux && !race

// The race detector takes several times the memory that is measured here, and
// only Linux reports the peak memory of a process.

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// watched is an exporter process whose memory is measured.
type watched struct {
	url  string
	pid  int
	most int // bytes that it may take: a little less than its container has, whose kernel counts sockets too
}

// watchedExporter runs an exporter on that many series of ten years each, with
// the memory that docker-compose.yml gives it.
func watchedExporter(t testing.TB, series int) *watched {
	t.Helper()
	bucket := enginetest.SharedInflux(t)
	s, err := store.Open(store.Options(bucket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	i, _ := catalog.Ningbo().Indicator("container_throughput")
	for from := 0; from < series; from += 50 {
		var vintages []store.Vintage
		for n := from; n < min(from+50, series); n++ {
			for m := range 120 {
				p := figure.Month(2023, 12).Add(-m)
				vintages = append(vintages, store.Vintage{
					Cell:   figure.Cell{Indicator: i.Code, Area: i.Areas[n%len(i.Areas)], Category: fmt.Sprintf("C%05d", n), Measure: figure.Level, Period: p},
					Agency: "port", Status: figure.Normal, Value: float64(1000000+(n*7919+m*104729)%500000) / 7, Moment: p.End().AddDate(0, 0, 10).UnixMilli()})
			}
		}
		if err := s.Write(t.Context(), vintages); err != nil {
			t.Fatal(err)
		}
	}
	service := composetest.Load(t, "../..").Services["exporter"]
	url, process, stop, err := launchProcess(append(site("", bucket), "GOMEMLIMIT="+*service.Environment["GOMEMLIMIT"]), "exporter")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if watch(ctx, 20*time.Millisecond, func() bool { _, err := get(ctx, url+"/-/ready"); return err == nil }) != nil {
		t.Fatal("it is not ready")
	}
	return &watched{url, process.Pid, int(service.MemLimit) / 20 * 19}
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peak returns the process's peak memory since the last call, in bytes.
func (w *watched) peak(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid))
	if err != nil {
		t.Fatal(err)
	}
	found := highWater.FindSubmatch(status)
	if found == nil {
		t.Fatalf("no peak in\n%s", status)
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", w.pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// question is a request; packed asks for a gzip answer.
type question struct {
	path   string
	form   url.Values
	body   []byte // instead of a form
	packed bool
}

// ask returns the status of the answer and its size in bytes as sent.
func (w *watched) ask(t testing.TB, q question) (status int, size int64) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+q.path, strings.NewReader(q.form.Encode()))
	if q.body != nil {
		r, err = http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+q.path, bytes.NewReader(q.body))
	}
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Encoding", map[bool]string{true: "gzip", false: "identity"}[q.packed])
	if q.path == "/metrics" {
		r.Method = http.MethodGet
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	defer resp.Body.Close()
	size, err = io.Copy(io.Discard, resp.Body)
	if err != nil {
		t.Errorf("%s: after %d bytes: %v", q.path, size, err)
	}
	return resp.StatusCode, size
}

// over asks for 11,000 steps, of so many series as a regular expression or a
// limit of steps leaves.
func over(query string, steps int) question {
	return question{path: "/api/v1/query_range", form: url.Values{"query": {query},
		"start": {"1400000000"}, "end": {fmt.Sprint(1400000000 + 20000*(steps-1))}, "step": {"20000"}}}
}

func instantly(query string, _ int) question {
	return question{path: "/api/v1/query", form: url.Values{"query": {query}, "time": {"1700000000"}}}
}

func listed(match string) question {
	return question{path: "/api/v1/series", form: url.Values{"match[]": {match}}}
}

// read is a remote read of metrics; as a stream when it is chunked.
func read(t testing.TB, pattern string, chunked bool) question {
	query := prompb.ReadRequest{Queries: []*prompb.Query{{EndTimestampMs: 1800000000000, Matchers: []*prompb.LabelMatcher{
		{Type: prompb.LabelMatcher_EQ, Name: "__name__", Value: "tidemark_figure_cell"}, {Type: prompb.LabelMatcher_RE, Name: "category", Value: pattern}}}}}
	if chunked {
		query.AcceptedResponseTypes = []prompb.ReadRequest_ResponseType{prompb.ReadRequest_STREAMED_XOR_CHUNKS}
	}
	body, err := query.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return question{path: "/api/v1/read", body: snappy.Encode(nil, body)}
}

// permitted finds the largest question of a kind that is answered, starting from one
// that is too large.
func (w *watched) permitted(t testing.TB, from int, kind func(n int) question) (q question, size int64) {
	t.Helper()
	for n := from; n > 0; n = n * 15 / 16 {
		q = kind(n)
		status, size := w.ask(t, q)
		if status == http.StatusOK {
			return q, size
		}
		if status != http.StatusUnprocessableEntity {
			t.Fatalf("%s of %d: %d", q.path, n, status)
		}
	}
	t.Fatal("nothing is answered")
	return q, 0
}

// together sends all requests at the same time.
func (w *watched) together(t testing.TB, all ...question) {
	var asked sync.WaitGroup
	for _, q := range all {
		asked.Go(func() {
			if status, _ := w.ask(t, q); status != http.StatusOK {
				t.Errorf("%s among %d: %d", q.path, len(all), status)
			}
		})
	}
	asked.Wait()
}

// smallRanges returns as many range queries as may run concurrently, each near the limit
// of samples.
func smallRanges() (all []question) {
	for range 20 {
		all = append(all, over(`(tidemark_figure{category=~"C0000[0-9]|C0001[0-4]"} offset 1ms) * pi()`, 10_500))
	}
	return all
}

func TestTheLargestAnswersFitTheContainer(t *testing.T) {
	w := watchedExporter(t, 600)
	large, size := w.permitted(t, 10_900, func(n int) question { return over("tidemark_figure offset 1ms", n) })
	if size < 150<<20 {
		t.Errorf("the largest answer has %d bytes", size)
	}
	w.together(t, append(smallRanges(), large, question{path: "/metrics"}, listed(`tidemark_figure_cell{category=~"C000[01]."}`), read(t, "C000[01].", false), read(t, "C000[01].", true))...)
	if peak := w.peak(t); peak > w.most {
		t.Errorf("they took %d MiB of %d", peak>>20, w.most>>20)
	} else {
		t.Logf("they took %d MiB of %d", peak>>20, w.most>>20)
	}
}

// some are 600 series: 11,000 steps of them are too many.
const some = `{category=~"C00[0-5].."}`

// largeKinds are the kinds of large questions, with a number of steps or series
// that is too much.
var largeKinds = []struct {
	name string
	from int
	kind func(n int) question
}{
	{"range", 10_900, func(n int) question { return over("tidemark_figure"+some, n) }},
	{"offset", 10_900, func(n int) question { return over("tidemark_figure"+some+" offset 1ms", n) }},
	{"product", 6_500, func(n int) question { return over("(tidemark_figure"+some+" offset 1ms) * pi()", n) }},
	{"quotient", 4_000, func(n int) question {
		return over("(tidemark_figure"+some+" offset 1ms) / (tidemark_figure"+some+" offset 2ms)", n)
	}},
	{"windows", 10_900, func(n int) question { return over("sum_over_time(tidemark_figure"+some+"[10y]) * pi()", n) }},
	{"subquery", 1_500, func(n int) question {
		return instantly(fmt.Sprintf("(tidemark_figure%s * pi())[%dh:1h]", some, 8*n), n)
	}},
	{"months", 8_334, func(n int) question {
		return instantly(fmt.Sprintf(`tidemark_figure{category=~"%s"}[20y]`, upTo(n)), n)
	}},
	{"cells", 3_500, func(n int) question {
		return instantly(fmt.Sprintf(`tidemark_figure_cell{category=~"%s"}`, upTo(n)), n)
	}},
	{"sorted cells", 3_500, func(n int) question {
		return instantly(fmt.Sprintf(`sort(tidemark_figure_cell{category=~"%s"} * 2)`, upTo(n)), n)
	}},
	{"long labels", 550, func(n int) question {
		return instantly(fmt.Sprintf(`label_replace(tidemark_figure_cell{category=~"%s"}, "x", "%s", "", "")`, upTo(n), strings.Repeat("x", 9_000)), n)
	}},
	{"patterns", 2_200, func(n int) question {
		return instantly(fmt.Sprintf(`label_replace(tidemark_figure_cell{category=~"%s"}, "x", "$1$1$1$1", "category", "(%s.*)")`, upTo(n), strings.Repeat("[^a-z]?", 400)), n)
	}},
}

// BenchmarkLargestAnswers asks for the largest answers that are permitted, of
// every kind, by a book of a million figures, and prints what the process took
// at the most. peak-ratio is that by what it may take, and is to be below 1.
func BenchmarkLargestAnswers(b *testing.B) {
	const series = 8_334 // a million figures
	w := watchedExporter(b, series)
	report := func(name string, ask func() int64) {
		b.Run(name, func(b *testing.B) {
			size := int64(0)
			w.peak(b)
			for b.Loop() {
				size = ask()
			}
			peak := w.peak(b)
			b.ReportMetric(float64(peak)/float64(w.most), "peak-ratio")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(size)/(1<<20), "answer-MiB")
		})
	}
	report("figures alone", func() int64 { return 0 })
	var largest []question
	for _, c := range largeKinds {
		report(c.name, func() int64 {
			q, size := w.permitted(b, c.from, c.kind)
			packed := q
			packed.packed = true
			w.together(b, packed)
			w.together(b, q, packed, q)
			largest = append(largest, q, packed)
			return size
		})
	}
	var small []question
	for _, c := range []struct {
		name string
		kind func(n int) question
	}{
		{"series", func(n int) question { return listed(fmt.Sprintf(`tidemark_figure_cell{category=~"%s"}`, upTo(n))) }},
		{"read", func(n int) question { return read(b, upTo(n), false) }},
		{"read in chunks", func(n int) question { return read(b, upTo(n), true) }},
	} {
		report(c.name, func() int64 {
			q, size := w.permitted(b, 400, c.kind)
			packed := q
			packed.packed = true
			var many []question
			for range 10 {
				many = append(many, q, packed)
			}
			w.together(b, many...)
			small = append(small, q)
			return size
		})
	}
	report("small ranges", func() int64 {
		ranges := smallRanges()
		small = append(small, ranges...)
		w.together(b, ranges...)
		return 0
	})
	report("all together", func() int64 {
		all := append([]question{{path: "/metrics"}, {path: "/metrics", packed: true}}, largest...)
		w.together(b, append(all, small...)...)
		return 0
	})
}

// upTo matches the first categories.
func upTo(n int) string {
	var all []string
	for place, d := range []byte(fmt.Sprintf("%05d", n)) {
		if d > '0' {
			all = append(all, fmt.Sprintf("C%s[0-%c]%s", fmt.Sprintf("%05d", n)[:place], d-1, strings.Repeat("[0-9]", 4-place)))
		}
	}
	return strings.Join(all, "|")
}
