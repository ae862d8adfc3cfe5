package plausible

import (
	"math"
	"testing"
)

// BenchmarkJudge judges the newest figure of a monthly series, as a worker mostly
// does: a usual one, and one so far off that every check runs.
func BenchmarkJudge(b *testing.B) {
	q := Question{PerYear: 12, MaxJump: 2.5, Adds: true, Period: 36}
	for i := range int32(36) {
		season := 1 + 0.1*math.Sin(float64(i)*math.Pi/6)
		q.Points = append(q.Points, Point{i, 300 * season * math.Pow(1.004, float64(i))})
	}
	for name, value := range map[string]float64{"usual": q.Points[35].Value * 1.02, "looked at": 300 * 1.35} {
		b.Run(name, func(b *testing.B) {
			q.Value = value
			b.ReportAllocs()
			for b.Loop() {
				Judge(&q)
			}
		})
	}
}
