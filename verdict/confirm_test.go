package verdict

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
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
	return target + strconv.FormatFloat(goal, 'f', 3, 64) + " " + unit
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
			quarters + "ytd 2024-09 855\n", "ytd 2024-06 900", "ytd 2024-06 560", "2024-10-15"},
		{"growth", "kind: growth\nindicator: throughput\nby: 2024\nvalue: ", "%",
			"yoy 2020 4, 2021 8.2, 2022 7.3, 2023 5.9\nytd_yoy 2020-06 4.5, 2021-06 7.6, 2022-06 7.7, 2023-06 6.3, 2020-09 4.3, 2021-09 7.9, 2022-09 7.5, 2023-09 6.2\nytd_yoy 2024-09 6.1\n",
			"ytd_yoy 2024-06 8", "ytd_yoy 2024-06 5", "2024-10-15"},
		{"a path to a later year", "kind: annual_total\nindicator: throughput\nbase: 2019\nby: 2026\nvalue: 136 万TEU", "", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
		{"a multiple", "kind: multiple\nindicator: entities\nbase: 2019\nby: 2026\nvalue: 1.36", "", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
		{"a level by a date", "kind: level_by\nindicator: entities\nbase: 2019\nby: 2026\nvalue: 136 万户", "", years,
			"level 2022 114, 2023 104", "level 2022 104, 2023 106", "2024-02-15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			with := func(before string) State {
				target := c.target
				if c.unit != "" {
					target = beyond(t, slightly, target, c.unit, c.figures+before, c.on)
				}
				return judged(t, target, c.figures+before, c.on)
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
