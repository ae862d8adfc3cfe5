package store

import (
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// figures returns n figures of monthly history, 250 months per series.
func figures(n int) []Vintage {
	out := make([]Vintage, n)
	for i := range out {
		series, month := i/250, i%250
		out[i] = Vintage{
			Cell: figure.Cell{
				Indicator: fmt.Sprintf("indicator_%d", series%40), Area: "330200",
				Category: fmt.Sprintf("c%d", series/40), Period: figure.Month(2000, 1).Add(month),
			},
			Agency: "port", Status: figure.Normal, Value: float64(27260800 + i), Moment: 1_700_000_000_000 + int64(i),
			Submission: "0123456789abcdef", Seq: uint64(i),
		}
	}
	return out
}

func openForBench(b *testing.B) *Store {
	b.Helper()
	opts := Options(enginetest.SharedInflux(b))
	opts.Timeout = time.Minute
	s, err := Open(opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	if _, err := s.Setup(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{1000, 2000, 5000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := openForBench(b)
			all := figures(200_000)
			at := 0
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Write(b.Context(), all[at:at+size]); err != nil {
					b.Fatal(err)
				}
				if at += size; at == len(all) {
					at = 0
				}
			}
			b.ReportMetric(float64(b.N)*float64(size)/b.Elapsed().Seconds(), "figures/s")
		})
	}
}

// loaded is a bucket with many figures, filled once.
var loaded struct {
	sync.Once
	s *Store
}

const loadedFigures = 200_000

func loadForBench(b *testing.B) *Store {
	b.Helper()
	loaded.Do(func() {
		loaded.s = openForBench(b)
		all := figures(loadedFigures)
		for at := 0; at < len(all); at += 5000 {
			if err := loaded.s.Write(b.Context(), all[at:at+5000]); err != nil {
				b.Fatal(err)
			}
		}
	})
	return loaded.s
}

// BenchmarkScan alternately reads all figures, and the same response without
// parsing it. discard/scan is the ratio of the two times: 1 would be a reader
// without any cost.
func BenchmarkScan(b *testing.B) {
	s := loadForBench(b)
	var scan, discard time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		n := 0
		for _, err := range s.Vintages(b.Context(), Selection{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != loadedFigures {
			b.Fatalf("%d figures came back", n)
		}
		scan += time.Since(start)
		start = time.Now()
		discardAll(b, s)
		discard += time.Since(start)
	}
	b.ReportMetric(float64(b.N)*loadedFigures/scan.Seconds(), "figures/s")
	b.ReportMetric(discard.Seconds()/scan.Seconds(), "discard/scan")
}

// BenchmarkDiscard measures how fast InfluxDB delivers its figures.
func BenchmarkDiscard(b *testing.B) {
	s := loadForBench(b)
	for b.Loop() {
		discardAll(b, s)
	}
	b.ReportMetric(float64(b.N)*loadedFigures/b.Elapsed().Seconds(), "figures/s")
}

func discardAll(b *testing.B, s *Store) {
	b.Helper()
	flux, _ := Selection{}.flux(s.opts.Bucket, []string{fieldValue, fieldMissing})
	answer, err := s.ask(b.Context(), flux)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Close()
	if _, err := io.Copy(io.Discard, answer); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPoll measures what a Follower costs while nothing changes.
func BenchmarkPoll(b *testing.B) {
	s := loadForBench(b)
	f := s.Follow()
	f.loaded = time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if changed, err := f.Poll(b.Context(), nil); changed || err != nil {
			b.Fatal(changed, err)
		}
	}
}
