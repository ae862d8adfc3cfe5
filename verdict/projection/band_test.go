package projection

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// beyond is the probability that a draw from the normal distribution is
// farther from zero than the farthest of n others times a factor.
func beyond(n int, factor float64) (p float64) {
	within := func(x float64) float64 { return math.Erf(x / math.Sqrt2) }
	const step = 1e-3
	for x := step / 2; x < 9; x += step {
		density := float64(n) * math.Pow(within(x), float64(n-1)) * 2 * math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
		p += step * density * (1 - within(factor*x))
	}
	return p
}

func TestFewErrorsAreWidenedAsNormalOnesNeedIt(t *testing.T) {
	for n := Least; n < len(widened); n++ {
		if p := 1 - beyond(n, widened[n]); math.Abs(p-Level) > 1e-4 {
			t.Errorf("the largest of %d errors, widened by %v, is not exceeded with %.4f, want %v", n, widened[n], p, Level)
		}
	}
	if n := float64(len(widened)); n/(n+1) < Level || (n-1)/n >= Level {
		t.Errorf("%v errors are not the first that can claim %v", n, Level)
	}
}

func TestOneErrorReachesNowhere(t *testing.T) {
	for _, errors := range [][]float64{nil, {3}} {
		if r, ok := Reach(errors); ok {
			t.Errorf("%v reach %v", errors, r)
		}
	}
}

func TestTheReachIsTheQuantileOfTheErrors(t *testing.T) {
	for _, c := range []struct {
		errors []float64
		want   float64
	}{
		{[]float64{1, -2}, 2 * 1.8121},
		{[]float64{-5, 1, 2, 3, 4}, 5 * 1.0519},
		{[]float64{1, 2, 3, -4, 5, 6}, 5.95},               // rank 0.85·7
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, -10}, 9.35},  // rank 0.85·11
		{[]float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0}, // rank 11.05: one in twelve is left out, nearly
	} {
		got, ok := Reach(c.errors)
		if !ok || math.Abs(got-c.want) > 0.051 || len(c.errors) < 12 && math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v reach %v, want %v", c.errors, got, c.want)
		}
	}
}

func TestLargerErrorsReachAtLeastAsFar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		errors := rapid.SliceOfN(rapid.Float64Range(-10, 10), Least, 20).Draw(t, "errors")
		larger := make([]float64, len(errors))
		for i, e := range errors {
			larger[i] = e * rapid.Float64Range(1, 3).Draw(t, "by")
		}
		a, _ := Reach(errors)
		if b, _ := Reach(larger); b < a {
			t.Fatalf("%v reach %v, but %v only %v", errors, a, larger, b)
		}
	})
}

func TestTheClaimGrowsWithTheErrorsUpToTheLevel(t *testing.T) {
	for n, want := range map[int]float64{1: 0.5, 2: 2.0 / 3, 3: 0.75, 5: 5.0 / 6, 6: Level, 100: Level} {
		if got := Claim(n); got != want {
			t.Errorf("%d errors claim %v, want %v", n, got, want)
		}
	}
}
