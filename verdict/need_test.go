package verdict

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestTheRemainingMonthsNeedTheirUsualSharesOfWhatIsMissing(t *testing.T) {
	// November has a tenth of both years, December a fifth.
	s := judged(t, year2024+"1300 万TEU", "ytd 2022-10 700, 2022-11 800, 2022-12 1000, 2023-10 840, 2023-11 960, 2023-12 1200, 2024-10 1000", "2024-11-15")
	if len(s.Needs) != 2 {
		t.Fatalf("%d months need something: %+v", len(s.Needs), s.Needs)
	}
	for n, want := range []struct {
		period       string
		amount, last float64
	}{{"2024-11", 100e4, 120e4}, {"2024-12", 200e4, 240e4}} {
		got := s.Needs[n]
		if got.Period.String() != want.period || math.Abs(got.Amount-want.amount) > 1e-3 || math.Abs(got.Last.Value-want.last) > 1e-3 {
			t.Errorf("%s needs %v after %v, want %+v", got.Period, got.Amount, got.Last.Value, want)
		}
	}
}

func TestTheRemainingMonthsOfAnAverageNeedTheMeanTheyNeedTogether(t *testing.T) {
	s := judged(t, "kind: level_by\nindicator: prices\nvalue: 103 点\nby: 2024", monthsOfPrices, "2024-07-15")
	sum := 0.0
	for _, need := range s.Needs {
		sum += need.Amount
	}
	if len(s.Needs) != 6 || math.Abs(sum/6-s.Required.Value) > 1e-9 {
		t.Errorf("%d months need %v on average, want 6 with %v", len(s.Needs), sum/float64(len(s.Needs)), s.Required.Value)
	}
}

func TestGrowthOfTheRemainingMonthsMakesTheYearsGrowth(t *testing.T) {
	s := judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024",
		growths+"ytd 2023-09 900, 2023-12 1200\nytd_yoy 2024-09 5", "2024-10-15")
	if !s.Required.Known || math.Abs(s.Required.Value-9) > 1e-9 { // 1272 − 945 after 300
		t.Errorf("the rest needs growth of %v, want 9", s.Required)
	}
}

func TestWhatIsNeededAddsUpToWhatIsMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		if s.Method == "" || len(s.Needs) == 0 || s.Needs[0].Usual == 0 || target.From.Year() != 0 && target.Kind == "cumulative" {
			return
		}
		sum := 0.0
		for _, need := range s.Needs {
			sum += need.Amount
		}
		if missing := s.Required.Value * float64(s.Remaining); math.Abs(sum-missing) > 1e-9*math.Abs(missing) {
			t.Fatalf("%v is missing and %v needed", missing, sum)
		}
	})
}
