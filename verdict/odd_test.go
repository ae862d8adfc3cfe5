package verdict

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// wave is the months of a year around a mean, as many as asked for.
func wave(year int, mean float64, months int) string {
	return monthly("level", year, waveOf(mean)[:months]...)
}

func waveOf(mean float64) []float64 {
	values := []float64{0.8, 0.7, 1, 1.05, 1.1, 1, 0.95, 1, 1.05, 1.1, 1.1, 1.15}
	for i := range values {
		values[i] *= mean
	}
	return values
}

// without is waves with one month of 2022 known only together with the next,
// by the year to date.
func without(month int) string {
	var b strings.Builder
	for line := range strings.Lines(waves()) {
		if !strings.Contains(line, "2022-") {
			b.WriteString(line)
		}
	}
	toDate := 0.0
	for i, v := range waveOf(100 * 1.05 * 1.05 * 1.05) {
		switch toDate += v; i + 1 {
		case month:
		case month + 1:
			fmt.Fprintf(&b, "ytd 2022-%02d %g\n", i+1, toDate)
		default:
			fmt.Fprintf(&b, "level 2022-%02d %g\n", i+1, v)
		}
	}
	return b.String()
}

// waves are full years that grow by 5 %, from 2019 to 2023.
func waves() string {
	var b strings.Builder
	mean := 100.0
	for year := 2019; year < 2024; year++ {
		b.WriteString(wave(year, mean, 12))
		mean *= 1.05
	}
	return b.String()
}

const oddGoal = year2024 + "1500 万TEU"

func parts(s State) string {
	var names []string
	for _, p := range s.Pace.Parts {
		names = append(names, string(p.Method))
	}
	return strings.Join(names, " ")
}

// expect compares the verdict and the methods of a series.
func expect(t *testing.T, figures, methods string, want Verdict, because string) State {
	t.Helper()
	s := judged(t, oddGoal, figures, "2024-07-15")
	if parts(s) != methods || s.Verdict != want || !strings.Contains(s.Reason.EN, because) {
		t.Errorf("%s by %q: %s; want %s by %q, because … %s …", s.Verdict, parts(s), s.Reason.EN, want, methods, because)
	}
	return s
}

const allMethods = "theta mean_share damped"

func TestASeriesWithoutOdditiesIsProjectedByAllMethods(t *testing.T) {
	s := expect(t, waves()+wave(2024, 127.6, 6), allMethods, OnTrack, "projected at")
	if total := 127.6 * 12; s.Projection.Value < 0.99e4*total || s.Projection.Value > 1.01e4*total {
		t.Errorf("the projection is %v, the year on its way to %v", s.Projection.Value, 1e4*total)
	}
}

func TestAYearToDateOfZeroIsTooEarly(t *testing.T) {
	expect(t, waves()+monthly("level", 2024, 0, 0, 0, 0, 0, 0), "", TooEarly, "the year to date is not positive")
}

func TestAYearWithMonthsOfZeroIsProjectedWithoutTheta(t *testing.T) {
	figures := ""
	for n, level := range []float64{100, 112, 108, 125, 121} { // nothing is built in winter
		figures += monthly("level", 2019+n, 0, 0, level, 1.5*level, 1.4*level, 1.5*level, 1.5*level, 1.6*level, 1.5*level, 1.4*level, level+float64(5*n), 0)
	}
	s := expect(t, figures+monthly("level", 2024, 0, 0, 120, 180, 180, 180), "mean_share damped", OnTrack, "projected at")
	if s.Low.Value < s.Value.Value {
		t.Errorf("the band begins at %v, below the %v so far", s.Low.Value, s.Value.Value)
	}
}

func TestANegativeYearToDateIsTooEarly(t *testing.T) {
	expect(t, waves()+monthly("level", 2024, 10, -30, -5, 1, 1, 1), "", TooEarly, "the year to date is not positive")
}

func TestPastYearsThatAreNotPositiveAreNoEvidence(t *testing.T) {
	figures := ""
	for year := 2019; year < 2024; year++ {
		figures += monthly("level", year, 10, -20, 5, -9, 3, -8, 2, -8, 1, -8, 1, -8)
	}
	expect(t, figures+wave(2024, 127.6, 6), "", TooEarly, "the figures of earlier years do not allow a test")
}

func TestAShortSeriesIsTooEarlyUntilThreeYearsAreKnown(t *testing.T) {
	for years, want := range map[int]string{1: "", 2: "", 3: allMethods, 4: allMethods} {
		figures := wave(2024, 127.6, 6)
		for year := 2024 - years; year < 2024; year++ {
			figures += wave(year, 100+5*float64(year-2019), 12)
		}
		s := judged(t, oddGoal, figures, "2024-07-15")
		if parts(s) != want || (s.Verdict == TooEarly) != (want == "") {
			t.Errorf("%d past years: %s by %q: %s", years, s.Verdict, parts(s), s.Reason.EN)
		}
		if want != "" && s.Pace.Cases != years-1 {
			t.Errorf("%d past years: tested on %d", years, s.Pace.Cases)
		}
	}
}

func TestABrokenSeriesIsTooEarlyUntilThreeYearsAreKnownAfterTheBreak(t *testing.T) {
	mark := func(year int) string { // status B follows the value
		var b strings.Builder
		for line := range strings.Lines(waves()) {
			first, rest, _ := strings.Cut(line, ",")
			if strings.Contains(first, fmt.Sprintf("%d-01", year)) {
				first += " B"
			}
			b.WriteString(first + "," + rest)
		}
		return b.String()
	}
	expect(t, mark(2022)+wave(2024, 127.6, 6), "", TooEarly, "the series breaks at 2022-01")
	expect(t, mark(2021)+wave(2024, 127.6, 6), allMethods, OnTrack, "projected at")
}

func TestASeriesWithAYearMissingIsProjectedByTheMeanShare(t *testing.T) {
	var kept []string
	for line := range strings.Lines(waves()) {
		if !strings.Contains(line, "2023-") {
			kept = append(kept, line)
		}
	}
	expect(t, strings.Join(kept, "")+wave(2024, 127.6, 6), "mean_share", OnTrack, "projected at")
}

func TestASeriesWithAMonthMissingIsProjectedByTheSumsAroundIt(t *testing.T) {
	whole := judged(t, oddGoal, waves()+wave(2024, 127.6, 6), "2024-07-15")
	s := expect(t, without(9)+wave(2024, 127.6, 6), allMethods, OnTrack, "projected at")
	if gap := s.Projection.Value/whole.Projection.Value - 1; gap < -0.01 || gap > 0.01 || s.Pace.Cases != whole.Pace.Cases {
		t.Errorf("without a month the year is %v, with it %v", s.Projection.Value, whole.Projection.Value)
	}
}

func TestAnImputedMonthOfAPastYearDoesNotTaintAProjection(t *testing.T) {
	s := expect(t, without(9)+"level 2022-09 100 I\n"+wave(2024, 127.6, 6), allMethods, OnTrack, "projected at")
	if s.Imputed {
		t.Error("the projection is called imputed")
	}
}

func TestAnImputedMonthOfThisYearLeavesTheYearToDateBeforeIt(t *testing.T) {
	figures := strings.TrimSuffix(wave(2024, 127.6, 4), "\n") + ", 2024-05 140 I, 2024-06 127.6\n"
	if s := judged(t, oddGoal, waves()+figures, "2024-07-15"); s.Period.Number() != 4 || s.Imputed {
		t.Errorf("judged by the year to %s, imputed %t; want April, the last without an imputed month", s.Period, s.Imputed)
	}
}

func TestAWithheldMonthOfThisYearLeavesTheYearToDateBeforeIt(t *testing.T) {
	figures := strings.TrimSuffix(wave(2024, 127.6, 4), "\n") + ", 2024-05 -, 2024-06 127.6\n"
	if s := judged(t, oddGoal, waves()+figures, "2024-07-15"); s.Period.Number() != 4 || !s.Low.Known {
		t.Errorf("judged by the year to %s: %s", s.Period, s.Reason.EN)
	}
}

func TestJanuaryAndFebruaryTogetherAreProjectedByAllMethods(t *testing.T) {
	figures := ""
	for line := range strings.Lines(waves() + wave(2024, 127.6, 6)) {
		year := line[len("level "):len("level 2019")]
		january, rest, _ := strings.Cut(line, ", ")
		february, rest, _ := strings.Cut(rest, ", ")
		toDate := 0.0
		for _, month := range []string{january, february} {
			v, err := strconv.ParseFloat(month[strings.LastIndex(month, " ")+1:], 64)
			if err != nil {
				t.Fatal(err)
			}
			toDate += v
		}
		figures += fmt.Sprintf("ytd %s-02 %g\nlevel %s", year, toDate, rest)
	}
	expect(t, figures, allMethods, OnTrack, "projected at")
}
