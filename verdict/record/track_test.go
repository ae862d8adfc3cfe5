package record

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// said is a history of verdicts, one a month from March 2024 on; a final one has
// an exclamation mark.
func said(verdicts ...verdict.Verdict) (all []Judgement) {
	for n, v := range verdicts {
		j := Judgement{At: time.Date(2024, time.Month(3+n), 10, 0, 0, 0, 0, time.UTC), Verdict: v}
		switch v {
		case metForGood:
			j.Verdict, j.settles = verdict.Met, Met
		case missedForGood:
			j.Verdict, j.settles = verdict.Missed, Missed
		}
		all = append(all, j)
	}
	return all
}

const metForGood, missedForGood verdict.Verdict = "met!", "missed!"

// concluded is the track of a target for 2024 after such a history.
func concluded(all []Judgement, outcome Outcome) *Track {
	t := &catalog.Target{Kind: catalog.AnnualTotal, By: figure.Year(2024), Indicator: &catalog.Indicator{Kind: catalog.Flow, Unit: &catalog.Unit{Code: "TEU"}}}
	k := &Track{Target: t, Said: all}
	k.conclude(&verdict.State{Target: t, At: day("2025-06-01"), Deadline: t.By, Period: t.By, Value: verdict.Number{Value: 100, Known: true}}, outcome)
	return k
}

const (
	onTrack  = verdict.OnTrack
	atRisk   = verdict.AtRisk
	slipping = verdict.Slipping
	tooEarly = verdict.TooEarly
	overdue  = verdict.Overdue
	met      = verdict.Met
	missed   = verdict.Missed
)

func TestAlarmsAreCountedAndSoAreThoseThatWentAway(t *testing.T) {
	for name, tt := range map[string]struct {
		said              []Judgement
		outcome           Outcome
		alarms, withdrawn int
		slipping          string // since when; empty if it is not
	}{
		"none":                                {said(onTrack, atRisk, metForGood), Met, 0, 0, ""},
		"one that stayed":                     {said(onTrack, slipping, slipping, missedForGood), Missed, 1, 0, "2024-04-10"},
		"one that became a risk":              {said(slipping, atRisk, onTrack, metForGood), Met, 1, 1, ""},
		"one that went away and came back":    {said(slipping, onTrack, slipping, missedForGood), Missed, 2, 1, "2024-05-10"},
		"one that was wrong to the end":       {said(slipping, slipping, metForGood), Met, 1, 1, ""},
		"what says nothing does not end one":  {said(slipping, overdue, tooEarly, slipping, missedForGood), Missed, 1, 0, "2024-03-10"},
		"one that a revision followed":        {said(slipping, missed, onTrack, metForGood), Met, 1, 1, ""},
		"a miss without warning is no alarm":  {said(onTrack, missedForGood), Missed, 0, 0, ""},
		"one that stands while it is open":    {said(onTrack, slipping), Open, 1, 0, "2024-04-10"},
		"one that ended while it is open":     {said(slipping, onTrack), Open, 1, 1, ""},
		"a miss that a revision interrupted":  {said(slipping, missedForGood, met, missedForGood), Missed, 1, 1, ""},
		"one that came back after a revision": {said(slipping, met, slipping, missedForGood), Missed, 2, 1, "2024-05-10"},
	} {
		t.Run(name, func(t *testing.T) {
			k := concluded(tt.said, tt.outcome)
			since := ""
			if !k.Slipping.IsZero() {
				since = k.Slipping.Format(time.DateOnly)
			}
			if k.Alarms != tt.alarms || k.Withdrawn != tt.withdrawn || since != tt.slipping {
				t.Errorf("%d alarms, %d went away, slipping since %q; want %d, %d, %q", k.Alarms, k.Withdrawn, since, tt.alarms, tt.withdrawn, tt.slipping)
			}
		})
	}
}

func TestAWarningIsMeasuredToTheDeadlineAndToTheFigureThatSettledIt(t *testing.T) {
	k := concluded(said(onTrack, slipping, slipping, missedForGood, missedForGood), Missed)
	want := Warning{true, day("2025-01-01").Sub(day("2024-04-10")), day("2024-06-10").Sub(day("2024-04-10"))}
	if k.Warning != want || !k.Settled.Equal(day("2024-06-10")) {
		t.Errorf("got %v, settled %s; want %v", k.Warning, k.Settled, want)
	}
	for _, o := range []Outcome{Met, Open} {
		if k := concluded(said(onTrack, slipping), o); k.Warning.Known {
			t.Errorf("a target that is %s has the warning %v", o, k.Warning)
		}
	}
}

func TestOnlyWhatWasSaidBeforeTheOutcomeIsCounted(t *testing.T) {
	for name, tt := range map[string]struct {
		said []Judgement
		want map[verdict.Verdict]int
	}{
		"releases after it":                {said(tooEarly, onTrack, atRisk, metForGood, metForGood), map[verdict.Verdict]int{onTrack: 1, atRisk: 1}},
		"it was met, then a revision":      {said(metForGood, onTrack, metForGood), map[verdict.Verdict]int{met: 1, onTrack: 1}},
		"nothing was said":                 {said(tooEarly, tooEarly, metForGood), map[verdict.Verdict]int{}},
		"nothing was said in the middle":   {said(onTrack, tooEarly, metForGood), map[verdict.Verdict]int{onTrack: 1, tooEarly: 1}},
		"a miss that a revision put right": {said(onTrack, missedForGood, metForGood), map[verdict.Verdict]int{onTrack: 1, missed: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := concluded(tt.said, Met).Verdicts
			for _, v := range verdict.Verdicts() {
				if got[v] != tt.want[v] {
					t.Errorf("%s: %d, want %d", v, got[v], tt.want[v])
				}
			}
		})
	}
}

func number(v float64) verdict.Number { return verdict.Number{Value: v, Known: true} }

func TestABandHoldsIfTheOutcomeIsInIt(t *testing.T) {
	all := said(onTrack, onTrack, onTrack, onTrack, metForGood)
	for n, low := range []float64{90, 100, 101} {
		all[n].Projection, all[n].Low, all[n].High = number(low+5), number(low), number(low+10)
	}
	k := concluded(all, Met)
	if k.Bands != 3 || k.Held != 2 || len(k.Widths) != 3 || k.HeldRatio() != number(2.0/3) {
		t.Errorf("%d of %d held, widths %v", k.Held, k.Bands, k.Widths)
	}
	if w := k.Width(); w != number(10.0/105) {
		t.Errorf("the median width is %v", w)
	}
	if k := concluded(all[:4], Open); k.Bands != 0 || len(k.Widths) != 3 || k.HeldRatio().Known {
		t.Errorf("while it is open, %d of %d held, widths %v", k.Held, k.Bands, k.Widths)
	}
}

func TestTracksAddUp(t *testing.T) {
	s := Together([]*Track{
		concluded(said(onTrack, atRisk, metForGood), Met),
		concluded(said(slipping, onTrack, metForGood), Met),
		concluded(said(atRisk, slipping, missedForGood), Missed),
		concluded(said(onTrack, missedForGood), Missed),
		concluded(said(onTrack), Open),
	})
	if s.Targets[Met] != 2 || s.Targets[Missed] != 2 || s.Targets[Open] != 1 || s.Uncalled != 1 || s.Alarms != 2 || s.Withdrawn != 1 {
		t.Errorf("got %+v", s)
	}
	for v, want := range map[verdict.Verdict]map[Outcome]int{
		onTrack: {Met: 2, Missed: 1, Open: 1}, atRisk: {Met: 1, Missed: 1}, slipping: {Met: 1, Missed: 1},
	} {
		for _, o := range Outcomes() {
			if got := s.Verdicts[v][o]; got != want[o] {
				t.Errorf("%s before %s: %d, want %d", v, o, got, want[o])
			}
		}
	}
	if want := day("2025-01-01").Sub(day("2024-04-10")); len(s.ToDeadline) != 1 || s.ToDeadline[0] != want {
		t.Errorf("the warnings are %v, want %v", s.ToDeadline, want)
	}
}

func TestTargetsThatRepeatAreGrouped(t *testing.T) {
	year := func(area string, kind catalog.TargetKind, outcome Outcome) *Track {
		k := concluded(said(onTrack), outcome)
		of := *k.Target
		of.Kind, of.Area = kind, &catalog.Area{Code: area}
		k.Target = &of
		return k
	}
	groups := Alike([]*Track{
		year("H1", catalog.AnnualTotal, Met), year("H2", catalog.AnnualTotal, Met), year("H1", catalog.Growth, Missed),
		year("H1", catalog.AnnualTotal, Missed), year("H2", catalog.AnnualTotal, Open),
	})
	if len(groups) != 1 || len(groups[0]) != 2 || groups[0][0].Outcome != Met || groups[0][1].Outcome != Missed {
		t.Errorf("got %v", groups)
	}
}
