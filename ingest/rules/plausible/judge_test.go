package plausible

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// months returns a Question about a figure after (or among) known months, which
// start in January.
func months(value float64, at int32, known ...float64) *Question {
	q := &Question{Period: at, Value: value, PerYear: 12, MaxJump: 2.5, Adds: true}
	for i, v := range known {
		if int32(i) != at && !math.IsNaN(v) {
			q.Points = append(q.Points, Point{int32(i), v})
		}
	}
	return q
}

func TestAFigureIsDoubtedForWhatIsWrongWithIt(t *testing.T) {
	steady := []float64{300, 302, 301, 305, 304, 307, 306, 309, 310, 308, 311, 312}
	around := []float64{-40, 25, -31, 38, -22, 19, -36, 27, 33, -28, 24, -30}
	deficit := []float64{-3100, -2900, -3300, -3050, -2800, -3200, -3150, -2950, -3250, -3000, -3100, -3020}
	sparse := []float64{0, 0, 5000, 0, 0, 0, 7000, 0, 0, 3000, 0, 0}
	counts := []float64{2, 1, 3, 1, 2, 4, 1, 2, 3, 2, 1, 2}
	for _, c := range []struct {
		name  string
		q     *Question
		level Level
		doubt Doubt
		power int
	}{
		{"as expected", months(313, 12, steady...), Fine, 0, 0},
		{"a tenth", months(31, 12, steady...), Refusal, Slip, -1},
		{"ten thousand times", months(3.1e6, 12, steady...), Refusal, Slip, 4},
		{"three times", months(940, 12, steady...), Refusal, Jump, 0},
		{"a third more", months(410, 12, steady...), Warning, Jump, 0},
		{"zero", months(0, 12, steady...), Refusal, Zero, 0},
		{"the first below zero", months(-310, 12, steady...), Refusal, Sign, 0},
		{"once more", months(312, 12, steady...), Warning, Copy, 0},
		{"the year so far", months(1520, 4, steady[:4]...), Refusal, SumOf, 0},
		{"zero of what is counted on fingers", months(0, 12, counts...), Warning, Zero, 0},
		{"a deficit as usual", months(-3080, 12, deficit...), Fine, 0, 0},
		{"a deficit of a thousandth", months(-3.08, 12, deficit...), Refusal, Slip, -3},
		{"a deficit without its sign", months(3080, 12, deficit...), Refusal, Sign, 0},
		{"around zero as usual", months(29, 12, around...), Fine, 0, 0},
		{"zero around zero", months(0, 12, around...), Fine, 0, 0},
		{"around zero, a thousand times", months(-29000, 12, around...), Refusal, Slip, 3},
		{"around zero, far out", months(900, 12, around...), Refusal, Slip, 1},
		{"mostly zero, as usual", months(4000, 12, sparse...), Fine, 0, 0},
		{"mostly zero, a thousand times", months(4e6, 12, sparse...), Refusal, Slip, 3},
		{"one is known", months(3, 1, 300), Fine, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Judge(c.q)
			if v.Level != c.level || v.Level != Fine && (v.Doubt != c.doubt || v.Power != c.power) {
				t.Errorf("got %+v", v)
			}
		})
	}
}

func TestTheYearSoFarIsJudgedByItsMeanPeriod(t *testing.T) {
	q := months(1530, 4, 300, 602, 903, 1208)
	q.ToDate, q.Adds = true, false
	if v := Judge(q); v.Level != Fine {
		t.Errorf("got %+v", v)
	}
	q.Value = 310 // the month alone
	if v := Judge(q); v.Level != Refusal {
		t.Errorf("got %+v", v)
	}
}

func TestAStrongSeasonIsExpected(t *testing.T) {
	q := &Question{Period: 36, PerYear: 12, MaxJump: 4, Adds: true}
	summer := []float64{1, 1.1, 1.5, 2.4, 4, 7, 11, 12, 6, 3, 1.4, 1.1}
	for i := range int32(36) {
		q.Points = append(q.Points, Point{i, 1000 * summer[i%12] * math.Pow(1.03, float64(i/12))})
	}
	for month := range int32(12) {
		q.Period, q.Value = 36+month, 1000*summer[month]*math.Pow(1.03, 3)
		if v := Judge(q); v.Level != Fine {
			t.Errorf("month %d: %+v", month+1, v)
		}
		q.Points = append(q.Points, Point{q.Period, q.Value})
	}
}

func TestOneAgreeingNeighbourBeatsDistantOnes(t *testing.T) {
	// The level has tripled, and each side of the step supports itself.
	known := []float64{300, 302, 298, 305, 301, 299, 303, 910, 905, 920, 915, 908}
	for i, v := range known {
		if got := Judge(months(v, int32(i), known...)); got.Level == Refusal {
			t.Errorf("period %d is refused: %+v", i, got)
		}
	}
}

func TestOfFiguresThatComeTogetherTheFewerThatAreAPowerOfTenOffAreAskedAbout(t *testing.T) {
	known := []float64{300, 302, 298, 305, 301, 299, 30.3, 30.1, 29.5, 30.2}
	for i, v := range known {
		q := months(v, int32(i), known...)
		q.Whole = true
		got := Judge(q)
		if wrong := i >= 6; (got.Level == Refusal) != wrong || wrong && (got.Doubt != Slip || got.Power != -1) {
			t.Errorf("period %d: %+v", i, got)
		}
	}
}

func TestARateIsHeldAgainstTheRatesBesideIt(t *testing.T) {
	ask := func(value float64, known ...float64) Verdict {
		q := months(value, int32(len(known)), known...)
		q.Rate = true
		return Judge(q)
	}
	rates := []float64{5.2, 4.8, 6.1, 5.5, 7.0, 6.4}
	for _, c := range []struct {
		value float64
		level Level
		doubt Doubt
	}{{5.9, Fine, 0}, {1.5, Fine, 0}, {105.9, Refusal, AsIndex}, {59, Refusal, Slip}, {22, Warning, Jump}} {
		if v := ask(c.value, rates...); v.Level != c.level || c.level != Fine && v.Doubt != c.doubt {
			t.Errorf("%g: %+v", c.value, v)
		}
	}
}

func TestARateIsHeldAgainstItsLevelsForHowItIsWritten(t *testing.T) {
	for _, c := range []struct {
		rate, level, before float64
		want                Level
		doubt               Doubt
	}{
		{8.79, 43.3, 39.8, Fine, 0},
		{0.0879, 43.3, 39.8, Refusal, AsShare},
		{110.49, 45.3, 41.0, Refusal, AsIndex},
		{115.3, 46.1, 40.0, Refusal, AsIndex},
		{-8.79, 43.3, 39.8, Warning, Jump},
		{6.5, 43.3, 39.8, Fine, 0}, // on another basis
		{0.2, 100.3, 100, Fine, 0}, // too small a difference
		{-3.2, 2528.7, 2684.2, Fine, 0},
		{5, 100, 0, Fine, 0},
	} {
		if v := JudgeGrowth(c.rate, c.level, c.before); v.Level != c.want || c.want != Fine && v.Doubt != c.doubt {
			t.Errorf("%g of %g after %g: %+v", c.rate, c.level, c.before, v)
		}
	}
}

func TestWhateverIsAskedThereIsAnAnswer(t *testing.T) {
	value := rapid.OneOf(rapid.Float64Range(-1e15, 1e15), rapid.SampledFrom([]float64{0, 1, -1, 1e-12, 300}))
	rapid.Check(t, func(t *rapid.T) {
		q := &Question{Period: rapid.Int32Range(0, 200).Draw(t, "period"), Value: value.Draw(t, "value"),
			PerYear: rapid.SampledFrom([]int32{1, 4, 12}).Draw(t, "per year"), MaxJump: rapid.Float64Range(1.01, 1000).Draw(t, "jump"),
			ToDate: rapid.Bool().Draw(t, "to date"), Adds: rapid.Bool().Draw(t, "adds"), Rank: rapid.Bool().Draw(t, "rank"),
			Rate: rapid.Bool().Draw(t, "rate"), Whole: rapid.Bool().Draw(t, "whole")}
		for p := range int32(200) {
			if p != q.Period && rapid.IntRange(0, 5).Draw(t, "there") == 0 {
				q.Points = append(q.Points, Point{p, value.Draw(t, "known")})
			}
		}
		if v := Judge(q); math.IsNaN(v.Expected) || v.Level == Fine && v != (Verdict{}) {
			t.Fatalf("%+v", v)
		}
	})
}

func TestTheUnitDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := months(0, 14, rapid.SliceOfN(rapid.Float64Range(-50, 400), 30, 30).Draw(t, "known")...)
		q.Value = rapid.Float64Range(-500, 5000).Draw(t, "value")
		scaled := *q
		scaled.Value, scaled.Points = q.Value*1024, nil
		for _, p := range q.Points {
			scaled.Points = append(scaled.Points, Point{p.Period, p.Value * 1024})
		}
		if a, b := Judge(q), Judge(&scaled); a.Level != b.Level || a.Doubt != b.Doubt {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}
