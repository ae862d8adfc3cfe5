package figure_test

import (
	"encoding/json"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

var benchBody = []byte(`{"indicator":"container_throughput","area":"NBZS","category":"_T","measure":"level","period":"2023-01",` +
	`"value":"346.08","unit":"万TEU","status":"P","note":"港口快报"}`)

// BenchmarkDecode reads one body with Decode, and with encoding/json into
// plain fields, which checks nothing.
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

// BenchmarkAppendJSON writes one body into a reused buffer.
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

// BenchmarkFloat64 converts a value in 万 and one that needs the slow path.
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
