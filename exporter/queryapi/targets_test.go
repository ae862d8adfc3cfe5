package queryapi

import (
	"fmt"
	"strings"
	"testing"
)

const exports = "area=330200 category=_T indicator=trade_exports "

func TestAVerdictIsThatOfItsDay(t *testing.T) {
	a := answerer{t, ofSample()}
	for day, want := range map[string]string{
		"2024-04-20": "verdict=on_track", "2024-06-12": "verdict=overdue", // due by the calendar, but nothing was published
		"2026-11-23": "verdict=overdue",
		"2030-01-01": "verdict=overdue", // the future is judged as now
	} {
		a.at(day, `tidemark_target_verdict{target="exports_2026"} == 1`, exports+"target=exports_2026 "+want+" 1")
	}
}

func TestATargetIsJudgedAsOfADay(t *testing.T) {
	a := answerer{t, ofSample()}
	a.at("2026-11-23", `tidemark_target_verdict{target="exports_2026",as_of="2024-04-20"} == 1`,
		"area=330200 as_of=2024-04-20 category=_T indicator=trade_exports target=exports_2026 verdict=on_track 1")
	a.at("2026-11-23", `tidemark_target_verdict{target="exports_2026",as_of="1999-12-31"} == 1`,
		"area=330200 as_of=1999-12-31 category=_T indicator=trade_exports target=exports_2026 verdict=no_data 1")
	a.at("2026-11-23", `tidemark_target_plan{target="exports_2026",as_of="1999-12-31"}`, "")
}

func TestAVerdictBecomesOverdueOnItsDay(t *testing.T) {
	got := ranged(t, ofSample(), "2024-05-25", "2024-06-02", "1d", `tidemark_target_verdict{target="exports_2026"} == 1`)
	// Due on 2024-05-18 in Shanghai, with twelve days of grace.
	if !strings.Contains(got, "verdict=on_track 2024-05-25:1 2024-05-26:1 2024-05-27:1 2024-05-28:1 2024-05-29:1\n") ||
		!strings.Contains(got, "verdict=overdue 2024-05-30:1 2024-05-31:1 2024-06-01:1 2024-06-02:1") {
		t.Error(got)
	}
}

func TestAmountsOfTargetsHaveTheUnitPeopleRead(t *testing.T) {
	a := answerer{t, ofSample()}
	for query, want := range map[string]string{
		`tidemark_target_goal{target="exports_2026",scale="display"}`:                   exports + "scale=display target=exports_2026 unit=亿元 10000",
		`tidemark_target_goal{target="new_enterprises_daily",scale="display"}`:          "area=330200 category=_T indicator=new_enterprises scale=display target=new_enterprises_daily unit=家/d 190",
		`tidemark_target_goal{target="gdp_growth_2016",scale="display"}`:                "area=330200 category=_T indicator=gdp scale=display target=gdp_growth_2016 unit=% 7.5",
		`tidemark_target_attainment_ratio{target="exports_2026",scale="display"}`:       exports + "scale=display target=exports_2026 0.82306",
		`count by (unit) (tidemark_target_info{target="exports_2026",scale="display"})`: "unit=亿元 1",
	} {
		a.at("2024-04-20", query, want)
	}
}

// Both languages are equally precise; what is counted, and ranks, have decimals
// only in a larger unit.
func TestAllAmountsInAUnitHaveTheSameDecimals(t *testing.T) {
	a := answerer{t, ofSample()}
	for _, c := range []struct{ target, scale, want string }{
		{"exports_2026", "display", "goal=10,000.0 plan=8,046.5 projection=11,174.1 required_per_period=442.4 unit=亿元 value=8,230.6"},
		{"exports_2026", "display_en", "goal=1,000.00 plan=804.65 projection=1,117.41 required_per_period=44.23 unit=billion yuan value=823.06"},
		{"port_2027_containers", "display_en", "goal=40.000 plan=34.585 projection=44.314 required_per_period=1.175 unit=million TEU value=35.301"},
		{"single_champions", "display_en", "goal=20 plan=20 projection=– required_per_period=– unit=enterprises value=20"},
		{"container_rank_2026", "display_en", "goal=2 plan=– projection=– required_per_period=– unit=place value=3"},
		{"new_enterprises_daily", "display_en", "goal=190.0 plan=– projection=– required_per_period=– unit=enterprises/d value=–"},
		{"gdp_growth_2016", "display", "goal=7.5 plan=– projection=– required_per_period=– unit=% value=–"},
	} {
		selector := fmt.Sprintf(`tidemark_target_amounts_info{target=%q,scale=%q}`, c.target, c.scale)
		a.at("2024-04-20", "max by (goal, plan, projection, required_per_period, unit, value) ("+selector+")", c.want+" 1")
	}
}

func TestAPathLeadsFromTheNewestFigureToTheDeadline(t *testing.T) {
	a := answerer{t, ofSample()}
	path := "area=330200 as_of=2023-11-23 category=_T freq=A indicator=trade_exports line=%s measure=level scale=display target=exports_2026 unit=亿元 "
	a.at("2027-01-01", `round(last_over_time(tidemark_target_path{target="exports_2026",line="plan",as_of="2023-11-23",scale="display"}[1y1d]))`,
		strings.ReplaceAll(path, "%s", "plan")+"10000")
	got := instant(t, a.api, "2027-01-01", `tidemark_target_path{target="exports_2026",line="projection",as_of="2023-11-23",scale="display"}[10y]`)
	if !strings.HasPrefix(got, strings.ReplaceAll(path, "%s", "projection")+"2022-01-01:8230.6 ") || !strings.Contains(got, " 2026-01-01:") {
		t.Error(got)
	}
}

func TestEveryTargetHasExactlyOneVerdict(t *testing.T) {
	if got := instant(t, ofSample(), "2024-04-20", `sum by (target) (tidemark_target_verdict) != 1`); got != "" {
		t.Errorf("these do not have exactly one:\n%s", got)
	}
}

func TestEveryTargetHasExactlyOneSentenceOnEveryDay(t *testing.T) {
	for _, query := range []string{
		`count by (target, category) (tidemark_target_sentence_info) != 1`,
		`count by (target, category) (tidemark_target_verdict == 1) unless on (target, category) tidemark_target_sentence_info`,
	} {
		if got := ranged(t, ofSample(), "2023-01-01", "2026-11-22", "5d", query); got != "" {
			t.Errorf("%s:\n%s", query, got)
		}
	}
}

func TestASentenceChangesOnlyWithItsNumbers(t *testing.T) {
	got := ranged(t, ofSample(), "2024-05-25", "2024-06-02", "1d", `tidemark_target_sentence_info{target="exports_2026"}`)
	if lines := strings.Split(got, "\n"); len(lines) != 2 ||
		!strings.Contains(lines[0], "sentence_en=2022: ") || !strings.HasSuffix(lines[0], "2024-05-28:1 2024-05-29:1") ||
		!strings.Contains(lines[1], "sentence_en=The figures for April 2024 have been overdue since 30 May 2024; 2022: ") {
		t.Errorf("these are\n%s", got)
	}
}

func TestAReachedValueHasThePeriodAndTheBasisOfItsVerdict(t *testing.T) {
	for _, query := range []string{
		`count by (target, category) (tidemark_target_reached_info) != 1`,
		`count by (target, category) (tidemark_target_value) unless on (target, category) tidemark_target_reached_info`,
	} {
		if got := ranged(t, ofSample(), "2023-01-01", "2026-11-22", "5d", query); got != "" {
			t.Errorf("%s:\n%s", query, got)
		}
	}
	if got := instant(t, ofSample(), "2024-05-29", `tidemark_target_reached_info{target="exports_2026"}`); !strings.Contains(got, "period=2022 period_en=2022 period_zh=2022年 rests_on=derived") {
		t.Errorf("got %s", got)
	}
}

// The plan of a floor would be its goal, at any time.
func TestAFloorHasAGoalAndNoPlan(t *testing.T) {
	a := answerer{t, ofSample()}
	a.at("2026-11-23", `count by (line) (last_over_time(tidemark_target_path{target="container_month_floor",line=~"goal|plan"}[10y]))`, "line=goal 1")
	a.at("2026-11-23", `count by (line) (last_over_time(tidemark_target_path{target="exports_2026",line="plan"}[10y]))`, "line=plan 1")
}
