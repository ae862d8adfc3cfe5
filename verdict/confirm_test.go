package verdict

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// quarters is a history of which each quarter is known as its year to date.
const quarters = "level 2019 1000, 2020 1050, 2021 1090, 2022 1160, 2023 1210\n" +
	"ytd 2019-03 240, 2020-03 245, 2021-03 268, 2022-03 275, 2023-03 297\n" +
	"ytd 2019-06 485, 2020-06 500, 2021-06 540, 2022-06 560, 2023-06 595\n" +
	"ytd 2019-09 735, 2020-09 765, 2021-09 810, 2022-09 850, 2023-09 890\n"

// beyond is the target with its goal at a distance from the projection of these
// figures, in margins: more than 1 slips by two releases, more than farMargin by
// one.
func beyond(t *testing.T, margins float64, target, unit, figures, on string) string {
	t.Helper()
	s := judged(t, target+"999999999999 "+unit, figures, on)
	if !s.High.Known {
		t.Fatalf("%s: %s", s.Verdict, s.Reason.EN)
	}
	j := judge{t: s.Target, s: s, rests: s.Newest}
	goal := s.Projection.Value + margins*j.margin()*(s.High.Value-s.Projection.Value)
	if s.Target.Kind == catalog.Multiple {
		goal *= s.Target.Value.Float64() / s.Goal.Value
	}
	return target + strconv.FormatFloat(goal, 'f', 6, 64) + " " + unit
}

const (
	slightly = (1 + farMargin) / 2 // beyond the margin
	far      = farMargin * 1.1
)

func TestATargetSlipsByTwoReleases(t *testing.T) {
	steel := strings.Replace(year2024, "throughput", "steel", 1)
	for _, c := range []struct {
		name    string
		margins float64
		figures string
		want    Verdict
		because string
	}{
		{"the first release falls short", slightly, "ytd 2024-06 580", AtRisk, "only the newest release says so: the next release decides"},
		{"the second one agrees", slightly, "ytd 2024-03 280, 2024-06 580", Slipping, "no part of the band"},
		{"the first one did not fall short", slightly, "ytd 2024-03 450, 2024-06 580", AtRisk, "only the newest release"},
		{"the first one is withheld", slightly, "ytd 2024-03 -, 2024-06 580", AtRisk, "only the newest release"},
		{"the second one is withheld", slightly, "ytd 2024-06 580\nlevel 2024-07 -", AtRisk, "only the newest release"},
		{"the second one is imputed", slightly, "ytd 2024-06 580\nlevel 2024-07 90 I", AtRisk, "only the newest release"},
		{"the first one is far off", far, "ytd 2024-06 580", Slipping, "no part of the band"},
		{"it is far off and estimated", far, "ytd 2024-06 580 E", AtRisk, "too small to be certain"},
		{"it is within the margin", 0.9, "ytd 2024-03 280, 2024-06 580", AtRisk, "so much of the year to come: later releases decide"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := beyond(t, c.margins, steel, "TEU", quarters+c.figures, "2024-09-15")
			s := judged(t, target, quarters+c.figures, "2024-09-15")
			if s.Verdict != c.want || !strings.Contains(s.Reason.EN, c.because) {
				t.Errorf("%s: %s; want %s, because … %s …", s.Verdict, s.Reason.EN, c.want, c.because)
			}
		})
	}
}

func TestEveryKindThatSlipsNeedsTwoReleases(t *testing.T) {
	const years = "level 2014 82, 2015 86, 2016 90, 2017 95, 2018 96, 2019 100, 2020 106, 2021 110\n"
	for _, c := range []struct{ name, target, unit, figures, good, bad, on string }{
		{"a year's total", year2024, "TEU", quarters + "ytd 2024-06 580\n", "ytd 2024-03 450", "ytd 2024-03 280", "2024-07-15"},
		{"a sum of years", "kind: cumulative\nindicator: throughput\nfrom: 2023\nby: 2025\nvalue: ", "TEU",
			quarters + "ytd 2024-09 855\n", "ytd 2024-06 900", "ytd 2024-06 480", "2024-10-15"},
		{"growth", "kind: growth\nindicator: throughput\nby: 2024\nvalue: ", "%",
			"yoy 2020 4, 2021 8.2, 2022 7.3, 2023 5.9\nytd_yoy 2020-06 4.5, 2021-06 7.6, 2022-06 7.7, 2023-06 6.3, 2020-09 4.3, 2021-09 7.9, 2022-09 7.5, 2023-09 6.2\nytd_yoy 2024-09 6.1\n",
			"ytd_yoy 2024-06 8", "ytd_yoy 2024-06 5", "2024-10-15"},
		{"a path to a later year", "kind: annual_total\nindicator: throughput\nbase: 2019\nby: 2026\nvalue: ", "TEU", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
		{"a multiple", "kind: multiple\nindicator: entities\nbase: 2019\nby: 2026\nvalue: ", "", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
		{"a level by a date", "kind: level_by\nindicator: entities\nbase: 2019\nby: 2026\nvalue: ", "户", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			with := func(before string) State {
				return judged(t, beyond(t, slightly, c.target, c.unit, c.figures+before, c.on), c.figures+before, c.on)
			}
			good, bad := with(c.good), with(c.bad)
			if good.Verdict != AtRisk || !strings.Contains(good.Reason.EN, "the next release decides") || bad.Verdict != Slipping {
				t.Errorf("by one release %s (%s), by two %s (%s)", good.Verdict, good.Reason.EN, bad.Verdict, bad.Reason.EN)
			}
		})
	}
}

func TestAReleaseDoesNotAgreeWithItselfLater(t *testing.T) {
	steel := strings.Replace(year2024, "throughput", "steel", 1)
	target := beyond(t, slightly, steel, "TEU", quarters+"ytd 2024-06 580", "2024-07-15")
	for _, on := range []string{"2024-07-15", "2024-10-15", "2024-12-31"} {
		if s := judged(t, target, quarters+"ytd 2024-06 580", on); s.Verdict != AtRisk {
			t.Errorf("on %s the only release gives %s: %s", on, s.Verdict, s.Reason.EN)
		}
	}
}

func TestAnAlarmStandsUntilTheBandReachesTheGoal(t *testing.T) {
	for _, c := range []struct {
		march   string
		margins float64 // of the goal in June; the band reaches it up to a third
		want    Verdict
	}{{"150", 0.8, Slipping}, {"290", 0.8, AtRisk}, {"150", 0.3, AtRisk}} {
		figures := quarters + "ytd 2024-06 580, 2024-03 " + c.march
		s := judged(t, beyond(t, c.margins, year2024, "TEU", figures, "2024-07-15"), figures, "2024-07-15")
		if s.Verdict != c.want {
			t.Errorf("after %s in March June is %s: %s", c.march, s.Verdict, s.Reason.EN)
		}
	}
}

func TestTwoReleasesDecideWhateverTheOrderOfJudging(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		h, at := anyHistory(t, target.Indicator), anyMoment(t)
		s := Judge(target, h, at)
		if s.Verdict != Slipping {
			return
		}
		// Some release raised the alarm, alone or with the one before it, and by all
		// later ones no part of the band reaches the goal.
		j := &judge{t: s.Target, all: h, at: at, s: State{Target: s.Target, At: at, Deadline: s.Target.By}}
		j.h, j.broken = comparable(s.Target, h, at)
		if j.setGoal() {
			j.kind()
		}
		for now := j; ; now = now.before() {
			if now.s.Verdict != Slipping {
				t.Fatalf("no release raised the alarm: %s", s.Reason.EN)
			}
			if now.distance() > farMargin*now.margin() {
				return
			}
			if before := now.before().s.Verdict; now.distance() > now.margin() && before == Slipping {
				return
			}
		}
	})
}

// grownBy are the values of years from 2016 on that grow by about 3 %.
func grownBy(measure, suffix string, from float64, years int) string {
	var b strings.Builder
	for n := range years {
		fmt.Fprintf(&b, "%s %d%s %.2f\n", measure, 2016+n, suffix, from)
		from *= 1.03 + 0.004*float64(n%3-1)
	}
	return b.String()
}

func TestACollapseToHalfSlipsWithinTwoReleasesWhateverTheKind(t *testing.T) {
	months, shops, prices := "", "", ""
	for y := 2016; y < 2024; y++ {
		for k := 1; k <= 12; k++ {
			level := math.Pow(1.03, float64(y-2016)+float64(k)/12) * (1 + 0.01*float64((7*k+y)%3-1))
			months += fmt.Sprintf("level %d-%02d %.2f\n", y, k, 80*level)
			shops += fmt.Sprintf("level %d-%02d %.2f\n", y, k, 100*level)
			prices += fmt.Sprintf("level %d-%02d %.2f\n", y, k, 300/level)
		}
	}
	spring := months + monthly("level", 2024, 50, 50, 50, 50)
	growth := grownBy("yoy", "", 5, 8) + grownBy("ytd_yoy", "-03", 5.4, 8) + grownBy("ytd_yoy", "-04", 4.7, 8)
	annual := grownBy("level", "", 100, 8)
	for _, c := range []struct{ name, target, figures, on string }{
		{"a year's total", "kind: annual_total\nindicator: throughput\nvalue: 1200 万TEU\nby: 2024", spring, "2024-05-15"},
		{"a path of totals", "kind: annual_total\nindicator: throughput\nbase: 2021\nvalue: 1300 万TEU\nby: 2026", spring, "2024-05-15"},
		{"a path of totals without a figure of its base", "kind: annual_total\nindicator: throughput\nbase: 2010\nvalue: 1300 万TEU\nby: 2026", spring, "2024-05-15"},
		{"a multiple of totals", "kind: multiple\nindicator: throughput\nbase: 2021\nvalue: 1.2\nby: 2026", spring, "2024-05-15"},
		{"a sum of years", "kind: cumulative\nindicator: throughput\nfrom: 2022\nvalue: 6000 万TEU\nby: 2026", spring, "2024-05-15"},
		{"a mean that is to fall", "kind: level_by\nindicator: prices\nvalue: 240 点\nby: 2024", prices + monthly("level", 2024, 480, 480, 480, 480), "2024-05-15"},
		{"growth", "kind: growth\nindicator: throughput\nvalue: 5 %\nby: 2024", growth + "ytd_yoy 2024-03 -50\nytd_yoy 2024-04 -50", "2024-05-15"},
		{"a level by the end of the year", "kind: level_by\nindicator: shops\nbase: 2020\nvalue: 130 万户\nby: 2024", shops + monthly("level", 2024, 64, 64), "2024-03-15"},
		{"a level by a later year", "kind: level_by\nindicator: shops\nbase: 2020\nvalue: 140 万户\nby: 2026", shops + monthly("level", 2024, 64, 64), "2024-03-15"},
		{"a yearly level", "kind: level_by\nindicator: entities\nbase: 2020\nvalue: 140 万户\nby: 2026", annual + "level 2024 64", "2025-02-15"},
		{"a yearly level without a base", "kind: level_by\nindicator: entities\nvalue: 140 万户\nby: 2026", annual + "level 2024 64", "2025-02-15"},
		{"a multiple of levels", "kind: multiple\nindicator: entities\nbase: 2020\nvalue: 1.2\nby: 2026", annual + "level 2024 64", "2025-02-15"},
		{"a backlog that is to vanish", "kind: level_by\nindicator: backlog\nvalue: 0 件\nbase: 2020\nby: 2025", "level 2018 121, 2019 110, 2020 100, 2021 82, 2022 61, 2023 122", "2024-02-05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s := judged(t, c.target, c.figures, c.on); s.Verdict != Slipping {
				t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
			}
		})
	}
}

func TestWhatIsOpenWidensTheMarginOnlyInTheYearOfTheDeadline(t *testing.T) {
	for _, c := range []struct {
		target, rests string
		want          float64
	}{
		{"kind: annual_total\nindicator: throughput\nvalue: 1000 万TEU\nby: 2024", "2024-06", 2.5},
		{"kind: annual_total\nindicator: throughput\nvalue: 1000 万TEU\nbase: 2021\nby: 2026", "2024-06", 1},
		{"kind: cumulative\nindicator: throughput\nvalue: 1000 万TEU\nfrom: 2022\nby: 2024", "2024-06", 2.5},
		{"kind: cumulative\nindicator: throughput\nvalue: 1000 万TEU\nfrom: 2022\nby: 2026", "2024-06", 1},
		{"kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", "2024-06", 2.5},
		{"kind: level_by\nindicator: prices\nvalue: 100 点\nby: 2024", "2024-06", 2.5},
		{"kind: level_by\nindicator: shops\nvalue: 100 万户\nby: 2024", "2024-06", 1},
		{"kind: level_by\nindicator: shops\nvalue: 100 万户\nby: 2024-12", "2024-06", 1},
		{"kind: level_by\nindicator: entities\nvalue: 100 万户\nby: 2026", "2023", 1},
	} {
		p, err := figure.ParsePeriod(c.rests)
		if err != nil {
			t.Fatal(err)
		}
		j := judge{t: parsed(t, c.target), rests: p}
		if got := j.margin(); got != c.want {
			t.Errorf("%s: with the figure of %s the margin is %v, want %v", c.target, c.rests, got, c.want)
		}
	}
}
