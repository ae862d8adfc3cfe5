package projection

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// year is a year of months that are all known and firm.
func year(months ...float64) []Sum {
	sums := make([]Sum, 13)
	total := 0.0
	for m, v := range months {
		total += v
		sums[m+1] = Sum{Value: total, Known: true, Firm: true}
	}
	return sums
}

// seasonal are years that grow by a factor from one to the next, all with the
// same seasons.
func seasonal(count int, growth float64) (years [][]Sum) {
	level := 100.0
	for range count {
		months := make([]float64, 12)
		for m := range months {
			months[m] = level * (1 + 0.3*math.Sin(float64(m)))
		}
		years = append(years, year(months...))
		level *= growth
	}
	return years
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }

func project(t *testing.T, years [][]Sum, k int) Projection {
	t.Helper()
	p, ok := New(12, 2, years).Project(k)
	if !ok {
		t.Fatalf("there is no projection after %d months of %d years", k, len(years))
	}
	return p
}

// endsOf are the ends of the seasons of the last year after k months.
func endsOf(years [][]Sum, k int) []int {
	s := New(12, 2, years)
	return s.grid(s.seasons(len(years)-1, k)).ends
}

func methodsOf(p Projection) (all []Method) {
	for _, part := range p.Parts {
		all = append(all, part.Method)
	}
	return all
}

func TestAYearLikeAllOthersIsProjectedExactly(t *testing.T) {
	years := seasonal(6, 1)
	total := years[5][12].Value
	for k := 1; k <= 12; k++ {
		if p := project(t, years, k); !near(p.Value, total) || !near(p.Low, total) && p.Low < total*(1-1e-6) || p.High > total*(1+1e-6) {
			t.Errorf("after month %d the year is %v (%v to %v), want %v", k, p.Value, p.Low, p.High, total)
		}
	}
}

func TestTheThetaMethodContinuesWithHalfTheTrend(t *testing.T) {
	months := make([]float64, 48) // ln x = t/100, without seasons
	for i := range months {
		months[i] = math.Exp(float64(i) / 100)
	}
	years := [][]Sum{year(months[:12]...), year(months[12:24]...), year(months[24:36]...), year(months[36:]...)}
	s := New(12, 2, years)
	rest := s.theta(3, 10)
	growth := 0.005 // half the slope, from a level that smoothing has followed closely
	first := rest / (1 + math.Exp(growth))
	if math.Abs(first/months[46]-1) > 0.01 {
		t.Errorf("November is forecast at %v, want about %v", first, months[46])
	}
}

func TestTheThetaMethodNeedsTwoFullYearsOfPositiveMonths(t *testing.T) {
	zero := seasonal(4, 1.1)
	for k := 5; k <= 12; k++ {
		zero[1][k].Value -= zero[1][5].Value - zero[1][4].Value
	}
	for name, c := range map[string]struct {
		years   [][]Sum
		applies bool
	}{
		"one full year": {seasonal(2, 1.1), false}, "two full years": {seasonal(3, 1.1), true}, "a month of zero": {zero, false},
	} {
		s := New(12, 2, c.years)
		if got := !math.IsNaN(s.theta(len(c.years)-1, 6)); got != c.applies {
			t.Errorf("%s: applies %t, want %t", name, got, c.applies)
		}
	}
}

func TestJanuaryAndFebruaryAreOneSeason(t *testing.T) {
	together := seasonal(6, 1.07)
	for y := range together {
		together[y][1] = Sum{}
	}
	if ends := endsOf(seasonal(6, 1.07), 4); !slices.Equal(ends, []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
		t.Errorf("the seasons end at %v", ends)
	}
	for k := 2; k <= 12; k++ {
		p, q := project(t, together, k), project(t, seasonal(6, 1.07), k)
		if p.Value != q.Value || p.Low != q.Low || len(p.Parts) != 3 {
			t.Errorf("after month %d the year is %v without January, with it %v", k, p.Value, q.Value)
		}
	}
}

func TestAfterOnePeriodTheFirstIsASeasonOfItsOwn(t *testing.T) {
	if ends := endsOf(seasonal(6, 1.07), 1); len(ends) != 12 {
		t.Errorf("the seasons end at %v", ends)
	}
}

func TestAYearLikeNoOtherDoesNotBecomeASeason(t *testing.T) {
	years := seasonal(7, 1.05)
	usual := project(t, years, 9).Parts[0].Value
	lost := years[3][11].Value - years[3][10].Value
	for k := 11; k <= 12; k++ { // a November without trade
		years[3][k].Value -= 0.9 * lost
	}
	if odd := project(t, years, 9).Parts[0]; odd.Method != Theta || math.Abs(odd.Value/usual-1) > 0.01 {
		t.Errorf("after one November without trade the year is %v by %s, otherwise %v", odd.Value, odd.Method, usual)
	}
}

func TestAnImputedMonthIsOneSeasonWithTheNext(t *testing.T) {
	years := seasonal(6, 1.07)
	years[4][7].Firm, years[4][7].Imputed = false, true
	p := project(t, years, 4)
	if ends := endsOf(years, 4); slices.Contains(ends, 7) || p.Imputed || len(p.Parts) != 3 {
		t.Errorf("the seasons end at %v, the projection by %v is imputed: %t", ends, methodsOf(p), p.Imputed)
	}
}

func TestAfterAGapOfAYearOnlyTheMeanShareIsLeft(t *testing.T) {
	years := seasonal(7, 1.07)
	years[5] = make([]Sum, 13)
	if p := project(t, years, 6); !slices.Equal(methodsOf(p), []Method{MeanShare}) || p.Years < 3 {
		t.Errorf("projected by %v, tested on %d years", methodsOf(p), p.Years)
	}
}

func TestAnImputedYearIsNoEvidenceButIsUsed(t *testing.T) {
	years := seasonal(6, 1.07)
	for k := range years[4] {
		years[4][k].Firm, years[4][k].Imputed = false, true
	}
	p, firm := project(t, years, 6), project(t, seasonal(6, 1.07), 6)
	if !p.Imputed || p.Years != firm.Years-1 {
		t.Errorf("imputed %t, tested on %d years, without it on %d", p.Imputed, p.Years, firm.Years)
	}
}

func TestAYearToDateOfZeroOrLessIsNotProjected(t *testing.T) {
	for _, now := range []float64{0, -1} {
		years := append(seasonal(5, 1), year(now/2, now/2))
		if p, ok := New(12, 2, years).Project(2); ok {
			t.Errorf("%v to February is projected to %v", now, p.Value)
		}
	}
}

func TestTwoPastYearsGiveNoBand(t *testing.T) {
	for past, want := range map[int]bool{0: false, 1: false, 2: false, 3: true} {
		if _, ok := New(12, 2, seasonal(past+1, 1.1)).Project(6); ok != want {
			t.Errorf("%d past years: a band %t, want %t", past, ok, want)
		}
	}
}

// anyYears draws years as they are, with gaps, zeros and odd values.
func anyYears(t *rapid.T) (years [][]Sum) {
	level := rapid.Float64Range(1e-3, 1e12).Draw(t, "level")
	odd := rapid.SampledFrom([]float64{0, -1, 1e300, -1e300, math.MaxFloat64, math.SmallestNonzeroFloat64})
	for range rapid.IntRange(0, 16).Draw(t, "years") {
		months := make([]float64, 12)
		for m := range months {
			months[m] = level * rapid.Float64Range(0.5, 2).Draw(t, "month")
			if rapid.IntRange(0, 40).Draw(t, "odd") == 0 {
				months[m] = odd.Draw(t, "value")
			}
		}
		sums := year(months...)
		for k := range sums {
			switch rapid.IntRange(0, 30).Draw(t, "state") {
			case 0:
				sums[k] = Sum{}
			case 1:
				sums[k].Firm = false
			case 2:
				sums[k].Firm, sums[k].Imputed = false, true
			}
		}
		years = append(years, sums)
	}
	return years
}

func TestEveryProjectionIsFiniteAndWithinItsBand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years, k := anyYears(t), rapid.IntRange(0, 13).Draw(t, "k")
		p, ok := New(12, 2, years).Project(k)
		if !ok {
			return
		}
		weights := 0.0
		for _, part := range p.Parts {
			weights += part.Weight
			if !finite(part.Value) || !finite(part.Error) || part.Weight < 0 {
				t.Fatalf("the part %+v", part)
			}
		}
		now := years[len(years)-1][k].Value
		if !finite(p.Value) || !finite(p.Low) || !finite(p.High) || !finite(p.Error) || p.Low > p.Value || p.High < p.Value || p.Low < min(now, p.Value) || !near(weights, 1) {
			t.Fatalf("%+v, %v so far", p, now)
		}
	})
}

// positive draws years without gaps.
func positive(t *rapid.T) (years [][]Sum) {
	for range rapid.IntRange(4, 10).Draw(t, "years") {
		months := make([]float64, 12)
		for m := range months {
			months[m] = rapid.Float64Range(50, 150).Draw(t, "month")
		}
		years = append(years, year(months...))
	}
	return years
}

func scaled(years [][]Sum, by float64) (all [][]Sum) {
	for _, sums := range years {
		sums = slices.Clone(sums)
		for k := range sums {
			sums[k].Value *= by
		}
		all = append(all, sums)
	}
	return all
}

func TestTheUnitOfTheFiguresMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years, k, by := positive(t), rapid.IntRange(1, 12).Draw(t, "k"), rapid.SampledFrom([]float64{1e-6, 0.3, 1e4, 1e12}).Draw(t, "by")
		p, ok := New(12, 2, years).Project(k)
		q, known := New(12, 2, scaled(years, by)).Project(k)
		for _, v := range [][2]float64{{p.Value, q.Value / by}, {p.Low, q.Low / by}, {p.High, q.High / by}} {
			if ok != known || math.Abs(v[0]-v[1]) > 1e-6*v[0] {
				t.Fatalf("%+v becomes %+v", p, q)
			}
		}
	})
}

func TestWhatCameLaterMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years, k := positive(t), rapid.IntRange(1, 11).Draw(t, "k")
		p, _ := New(12, 2, years).Project(k)
		last := slices.Clone(years[len(years)-1])
		for later := k + 1; later <= 12; later++ {
			last[later] = Sum{Value: rapid.Float64Range(-1e6, 1e6).Draw(t, "later"), Known: rapid.Bool().Draw(t, "known")}
		}
		q, _ := New(12, 2, append(slices.Clone(years[:len(years)-1]), last)).Project(k)
		if p.Value != q.Value || p.Low != q.Low || p.High != q.High {
			t.Fatalf("%+v becomes %+v", p, q)
		}
	})
}

func TestMoreToDateGivesAHigherProjectionByShareAndGrowth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years, k := positive(t), rapid.IntRange(1, 11).Draw(t, "k")
		last := len(years) - 1
		more := slices.Clone(years)
		more[last] = scaled(years[last:], rapid.Float64Range(1.001, 2).Draw(t, "by"))[0]
		for _, m := range []Method{MeanShare, Damped} {
			if a, b := New(12, 2, years).apply(m, last, k), New(12, 2, more).apply(m, last, k); b.value <= a.value {
				t.Fatalf("%s: %v falls to %v", m, a.value, b.value)
			}
		}
	})
}

func FuzzProject(f *testing.F) {
	f.Add([]byte("123456789012345678901234567890123456789012345678901234567890"), 6)
	f.Fuzz(func(t *testing.T, data []byte, k int) {
		var years [][]Sum
		for len(data) > 0 {
			months := make([]float64, 0, 12)
			for _, b := range data[:min(12, len(data))] {
				months = append(months, math.Ldexp(float64(int8(b)), int(b)%64))
			}
			years = append(years, year(months...))
			data = data[len(months):]
		}
		for _, s := range []*Series{New(12, 2, years), Falling(12, 2, years)} {
			if p, ok := s.Project(k); ok && (!finite(p.Value) || p.Low > p.Value || p.High < p.Value) {
				t.Errorf("%+v", p)
			}
		}
	})
}

func BenchmarkProject(b *testing.B) {
	years := seasonal(9, 1.05)
	for b.Loop() {
		New(12, 2, years).Project(6)
	}
}

func TestASeriesThatMayFallHasItsErrorOnBothSides(t *testing.T) {
	years := seasonal(7, 1.02)
	for y := range years {
		if y%2 == 0 {
			years[y][12].Value = years[y][11].Value * 0.7
		}
	}
	p, ok := Falling(12, 2, years).Project(11)
	if now := years[6][11].Value; !ok || p.Low >= now || p.High <= now {
		t.Errorf("%v (%v to %v) after %v", p.Value, p.Low, p.High, now)
	}
	if q, ok := New(12, 2, years).Project(11); ok && q.Low < years[6][11].Value {
		t.Errorf("what cannot fall is projected to %v to %v", q.Low, q.High)
	}
}

func TestASeriesThatCrossedZeroIsNotProjected(t *testing.T) {
	for _, k := range []int{6, 12} {
		years := seasonal(6, 1.05)
		years[2][k].Value = -1
		if p, ok := Falling(12, 2, years).Project(6); ok {
			t.Errorf("with a sum of %d months below zero the projection is %+v", k, p)
		}
		if _, ok := Falling(12, 2, years).Project(9); ok != (k == 6) {
			t.Errorf("a sum of %d months below zero: projected after nine months: %t", k, ok)
		}
	}
}
