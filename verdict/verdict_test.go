package verdict

import (
	"strings"
	"testing"
)

// The targets that most tests use.
const (
	year2024   = "kind: annual_total\nindicator: throughput\nby: 2024\nvalue: "
	monthFloor = "kind: floor\nindicator: throughput\nvalue: 300 万TEU\n"
	cases      = "kind: ceiling\nindicator: cases\nvalue: 10 件\n"
)

// past is a history that is projected with an error of up to 2.3 %.
const past = "level 2020 1000, 2021 1060, 2022 1150, 2023 1210\nytd 2020-06 480, 2021-06 500, 2022-06 560, 2023-06 575\n"

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, target, figures, on string
		want                      Verdict
		because                   string
	}{
		{"the projection reaches the target", year2024 + "1250 万TEU", past + "ytd 2024-06 610", "2024-07-15", OnTrack, "which reaches"},
		{"the better half of the band does", year2024 + "1300 万TEU", past + "ytd 2024-06 610", "2024-07-15", AtRisk, "within the margin"},
		{"no part of the band does, by one release", year2024 + "1330 万TEU", past + "ytd 2024-06 610", "2024-07-15", AtRisk, "later releases decide (the next one is for 2024-07)"},
		{"far from the band one release is enough", year2024 + "1450 万TEU", past + "ytd 2024-06 610", "2024-07-15", Slipping, "no part of the band"},
		{"it depends on imputed figures", year2024 + "1400 万TEU", strings.Replace(past, "2023 1210", "2023 1210 I", 1) + "ytd 2024-06 610", "2024-07-15", AtRisk, "too small to be certain"},
		{"two years allow no test", year2024 + "1330 万TEU", "level 2022 1150, 2023 1210\nytd 2022-06 560, 2023-06 575, 2024-06 610", "2024-07-15", TooEarly, "three full years are needed, two are known"},
		{"January alone", year2024 + "1330 万TEU", past + "level 2024-01 40", "2024-02-15", TooEarly, "together with February"},
		{"reached in July", year2024 + "700 万TEU", past + "ytd 2024-07 711", "2024-08-15", Met, "101.57 %"},
		{"reached by what is enough", year2024 + "700 万TEU\ntolerance: 5 %", past + "ytd 2024-07 670", "2024-08-15", Met, ""},
		{"the final figure reaches it", year2024 + "1300 万TEU", past + "level 2024 1301", "2025-01-15", Met, ""},
		{"the final figure does not", year2024 + "1300 万TEU", past + "level 2024 1299", "2025-01-15", Missed, "short of"},
		{"December's year-to-date is final", year2024 + "1300 万TEU", past + "ytd 2024-12 1299", "2025-01-15", Missed, ""},
		{"an estimate is not", year2024 + "1300 万TEU", past + "level 2024 1299 E", "2025-01-15", AtRisk, "estimated"},
		{"an estimate reaches it", year2024 + "1300 万TEU", past + "level 2024 1301 E", "2025-01-15", OnTrack, "estimated"},
		{"the final figure is withheld", year2024 + "1300 万TEU", past + "level 2024 -", "2025-01-15", NoData, "withheld"},
		{"the final figure is not due yet", year2024 + "1300 万TEU", past + "ytd 2024-06 610", "2024-07-31", AtRisk, ""},
		{"the final figure is overdue", year2024 + "1300 万TEU", past + "ytd 2024-11 1200", "2025-02-25", Overdue, "2024-12"},
		{"the year was cut short and later figures came", year2024 + "1330 万TEU", past + "ytd 2024-06 610, 2025-06 300", "2025-07-15", NoData, "without a figure"},
		{"the final figure never came, later ones did", year2024 + "1300 万TEU", past + "ytd 2025-03 300", "2025-04-15", NoData, "without a figure"},
		{"a month is late by less than its grace", year2024 + "1250 万TEU", past + "ytd 2024-06 610", "2024-08-19", OnTrack, ""},
		{"a month is overdue", year2024 + "1250 万TEU", past + "ytd 2024-06 610", "2024-08-21", Overdue, "before that: 2024 is projected"},
		{"an imputed month is no report", year2024 + "1250 万TEU", past + "ytd 2024-06 610\nlevel 2024-07 100 I", "2024-08-21", Overdue, "2024-07"},
		{"a withheld month is a report", year2024 + "1250 万TEU", past + "ytd 2024-06 610\nlevel 2024-07 -", "2024-08-21", OnTrack, ""},
		{"nothing was ever reported", year2024 + "1300 万TEU", "", "2024-07-15", NoData, "ever reported"},
		{"an earlier year does not count without a base", year2024 + "1200 万TEU", past + "ytd 2024-06 100", "2024-07-15", Slipping, ""},
		{"with a base it does", year2024 + "1200 万TEU\nbase: 2021", past + "ytd 2024-06 610", "2024-07-15", Met, "2023 was"},
		{"the years after it fell below again", "kind: annual_total\nindicator: throughput\nbase: 2020\nby: 2026\nvalue: 1200 万TEU", "level 2020 1000, 2021 1210, 2022 1190, 2023 1150", "2024-02-05", OnTrack, "projected"},
		{"a base of zero", "kind: annual_total\nindicator: throughput\nbase: 2020\nby: 2026\nvalue: 1200 万TEU", "level 2020 0, 2021 1000, 2022 1100", "2023-02-05", NoData, "not positive"},
		{"a base without a figure", "kind: annual_total\nindicator: throughput\nbase: 2020\nby: 2026\nvalue: 1200 万TEU", "level 2022 1100", "2023-02-05", TooEarly, "the base 2020 has no figure"},
		{"a multiple of nothing", "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nby: 2026", "level 2023 5", "2024-02-05", NoData, "the base 2021 has no figure"},
		{"a multiple of zero", "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nby: 2026", "level 2021 0, 2023 5", "2024-02-05", NoData, "not positive"},
		{"a multiple of what the catalogue says", "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nbase_value: 2 万户\nby: 2026", "level 2023 5", "2024-02-05", Met, ""},
		{"a level that falls", "kind: level_by\nindicator: entities\nvalue: 200 万户\nbase: 2019\nby: 2026", "level 2019 130, 2020 128, 2021 125, 2022 124, 2023 121", "2024-02-05", Slipping, "no part of the band"},
		{"growth that is published", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 104\nyoy 2023 6.1", "2024-02-05", Met, ""},
		{"growth that only levels give", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 110", "2024-02-05", NoData, ""},
		{"a place not reached", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2023 3", "2024-02-05", TooEarly, "cannot be projected"},
		{"a place not reached a year before", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2025 3", "2026-02-05", AtRisk, ""},
		{"a place reached early", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2023 2", "2024-02-05", Met, ""},
		{"a place lost at the end", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2025 2, 2026 3", "2027-02-05", Missed, ""},
		{"a place to keep that was lost once", "kind: rank\nindicator: place\nvalue: 1 位\nfrom: 2022\nby: 2026\nkept: true", "level 2022 1, 2023 2, 2024 1", "2025-02-05", Missed, "2023 was not place 1"},
		{"a place to keep that was kept", "kind: rank\nindicator: place\nvalue: 1 位\nfrom: 2022\nby: 2023\nkept: true", "level 2022 1, 2023 1", "2024-02-05", Met, ""},
		{"a sum with a hole", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2021\nby: 2026", "level 2021 70, 2023 80", "2024-02-05", NoData, "2022"},
		{"a sum that is reached", "kind: cumulative\nindicator: throughput\nvalue: 140 万TEU\nfrom: 2021\nby: 2026", "level 2021 70, 2022 72", "2023-02-05", Met, ""},
		{"a sum on its way", "kind: cumulative\nindicator: throughput\nvalue: 6000 万TEU\nfrom: 2022\nby: 2026", past + "ytd 2024-06 610", "2024-07-15", OnTrack, "2026 is projected"},
		{"a sum that will not be enough", "kind: cumulative\nindicator: throughput\nvalue: 8000 万TEU\nfrom: 2022\nby: 2026", past + "ytd 2024-06 610", "2024-07-15", Slipping, ""},
		{"a sum without a full year before", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2024\nby: 2026", "ytd 2024-06 61", "2024-07-15", TooEarly, "no full year"},
		{"a sum that has not begun", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2024\nby: 2026", "ytd 2023-12 61", "2024-01-15", TooEarly, "since 2024"},
		{"a sum without a deadline", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2022\nby: open", "level 2022 70, 2023 80", "2024-02-05", TooEarly, "no deadline"},
		{"a full year that is estimated", year2024 + "1200 万TEU\nbase: 2021", strings.Replace(past, "2023 1210", "2023 1210 E", 1), "2024-02-15", OnTrack, "estimated"},
		{"months that do not add up to the year", year2024 + "1300 万TEU", past + "level 2024-12 110", "2025-01-15", NoData, "do not add up"},
		{"a plan of several years in January", year2024 + "1300 万TEU\nbase: 2021", past + "level 2024-01 40", "2024-02-15", OnTrack, "projected"},
		{"a year that has said nothing yet", year2024 + "1300 万TEU", past, "2024-01-15", TooEarly, "no figure for 2024"},
		{"a sum at its end", "kind: cumulative\nindicator: throughput\nvalue: 150 万TEU\nfrom: 2021\nby: 2022", "level 2021 70, 2022 72", "2023-02-05", Missed, ""},
		{"a floor that is kept", monthFloor, "level 2024-05 346", "2024-06-12", Met, ""},
		{"a floor that is broken", monthFloor, "level 2024-05 299", "2024-06-12", Missed, "below"},
		{"a floor broken by an estimate", monthFloor, "level 2024-05 299 E", "2024-06-12", AtRisk, ""},
		{"a floor broken by a difference of provisional figures", monthFloor, "ytd 2024-04 1300, 2024-05 1590 P", "2024-06-12", AtRisk, "differences"},
		{"a floor broken by a difference", monthFloor, "ytd 2024-04 1300, 2024-05 1590", "2024-06-12", Missed, ""},
		{"a floor and an imputed month", monthFloor, "level 2024-04 301, 2024-05 20 I\nytd_yoy 2024-05 3", "2024-05-12", Met, "2024-04"},
		{"a floor and a withheld month", monthFloor, "level 2024-04 301, 2024-05 -", "2024-06-12", NoData, "withheld"},
		{"a floor in January", monthFloor, "level 2024-01 200", "2024-02-12", TooEarly, "together with February"},
		{"a floor in January keeps what December said", monthFloor, "level 2023-12 310, 2024-01 200", "2024-02-12", Met, "2023-12"},
		{"a floor that only February breaks", monthFloor, "level 2024-01 360, 2024-02 250", "2024-03-12", Met, "2024-01 and 2024-02"},
		{"a floor that both break", monthFloor, "level 2024-01 340, 2024-02 250", "2024-03-12", Missed, ""},
		{"a floor of both from their year-to-date", monthFloor, "ytd 2024-02 590", "2024-03-12", Missed, ""},
		{"a floor a day of both", monthFloor + "per: day", "ytd 2024-02 17999", "2024-03-12", Missed, "a day"},
		{"a floor to the end of a year that was broken once", monthFloor + "from: 2024-04\nby: 2024-12", "level 2024-04 299, 2024-05 310", "2024-06-12", Missed, "2024-04"},
		{"a floor to the end of a year", monthFloor + "from: 2024-04\nby: 2024-12", "level 2024-04 300, 2024-05 310", "2024-06-12", OnTrack, "all 2"},
		{"a floor to the end of a year and an estimate", monthFloor + "from: 2024-04\nby: 2024-12", "level 2024-04 300, 2024-05 299 E", "2024-06-12", AtRisk, "below"},
		{"a floor to the end of a year that was kept", monthFloor + "from: 2024-11\nby: 2024-12", "level 2024-11 300, 2024-12 310", "2025-01-12", Met, ""},
		{"a floor to the end of a year whose end is late", monthFloor + "from: 2024-11\nby: 2024-12", "level 2024-11 300", "2025-01-25", Overdue, "2024-12"},
		{"a ceiling that holds", cases, "level 2024-05 10", "2024-06-12", Met, "not above"},
		{"a ceiling that does not", cases, "level 2024-05 11", "2024-06-12", Missed, "above"},
		{"a ceiling in January alone", cases, "level 2024-01 15", "2024-02-12", TooEarly, ""},
		{"a ceiling of every month", cases + "each_month: true", "level 2024-01 15", "2024-02-12", Missed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := judged(t, c.target, c.figures, c.on)
			if s.Verdict != c.want || !strings.Contains(s.Reason.EN, c.because) {
				t.Errorf("%s: %s; want %s, because … %s …", s.Verdict, s.Reason.EN, c.want, c.because)
			}
		})
	}
}

func TestAFigureOfTheFutureIsNotJudged(t *testing.T) {
	if s := judged(t, monthFloor, "level 2024-05 346, 2024-06 100", "2024-06-12"); s.Verdict != Met {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}
}

func TestTheNextReleaseIsNamed(t *testing.T) {
	s := judged(t, year2024+"1250 万TEU", past+"ytd 2024-06 610", "2024-07-15")
	if got := s.DuePeriod.String() + " " + s.Due.Format("2006-01-02"); got != "2024-07 2024-08-10" {
		t.Errorf("due is %s, want 2024-07 2024-08-10", got)
	}
}

func TestARecordIsReportedWithTheVerdict(t *testing.T) {
	s := judged(t, monthFloor+"record: true", "level 2021-05 300, 2022-05 330, 2023-05 315, 2024-05 346", "2024-06-12")
	if s.Record == nil || s.Record.Before.Period.String() != "2022-05" || !strings.Contains(s.Reason.ZH, "同期新高") {
		t.Errorf("record %+v, because %s", s.Record, s.Reason.ZH)
	}
}

func TestEveryNumberThatWentIntoAVerdictIsAStep(t *testing.T) {
	s := judged(t, year2024+"1300 万TEU", past+"ytd 2024-06 610", "2024-07-15")
	for _, n := range []Number{s.Goal, s.Value, s.Plan, s.Projection, s.Required, s.Attainment, number(s.Pace.Half), number(s.Pace.Error)} {
		found := false
		for _, step := range s.Steps {
			found = found || step.Value == n.Value
		}
		if !found {
			t.Errorf("%v is in no step", n.Value)
		}
	}
}

func TestEveryVerdictHasItsOwnUrgency(t *testing.T) {
	seen := map[int]Verdict{}
	for _, v := range Verdicts() {
		u := v.Urgency()
		if other, taken := seen[u]; taken || u < 1 || u > len(Verdicts()) {
			t.Errorf("%s has the urgency %d, as has %q", v, u, other)
		}
		seen[u] = v
	}
	if u := Verdict("none").Urgency(); u != 0 {
		t.Errorf("an invalid verdict has the urgency %d", u)
	}
}
