package figure_test

import (
	"encoding/json"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

var benchBody = []byte(`{"indicator":"container_throughput","area":"NBZS","category":"_T","measure":"level","period":"2023-01",` +
	`"value":"346.08","unit":"万TEU","status":"P","note":"港口快报"}`)

// BenchmarkDecode is one body read by Decode, and by encoding/json into plain
// fields, which checks nothing.
func BenchmarkDecode(b *testing.B) {
	b.Run("tidemark", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := figure.Decode(benchBody); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var f struct {
				Indicator, Area, Category, Measure, Period string
				Value, Unit, Status, Note, Published       string
				Confirmed                                  bool
			}
			if err := json.Unmarshal(benchBody, &f); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAppendJSON is one body written into a buffer that is used again.
func BenchmarkAppendJSON(b *testing.B) {
	f, err := figure.Decode(benchBody)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	buf := make([]byte, 0, 512)
	for b.Loop() {
		buf = f.AppendJSON(buf[:0])
	}
}

// BenchmarkFloat64 is the last step of a value of 万 and of one that needs
// the slow way.
func BenchmarkFloat64(b *testing.B) {
	for _, text := range []string{"2726.08", "123456789012345678"} {
		d := decimal(b, text)
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Float64()
			}
		})
	}
}
