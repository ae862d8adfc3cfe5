package verdict

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// anyTarget draws a target of any kind on a suitable indicator, as the
// catalogue would accept it.
func anyTarget(t *rapid.T) *catalog.Target {
	kind := rapid.SampledFrom([]catalog.TargetKind{catalog.AnnualTotal, catalog.LevelBy, catalog.Growth, catalog.RankBy,
		catalog.Cumulative, catalog.Multiple, catalog.Floor, catalog.Ceiling}).Draw(t, "kind")
	of := map[catalog.TargetKind][]string{
		catalog.AnnualTotal: {"container_throughput", "gdp", "single_champions_new"}, catalog.LevelBy: {"market_entities", "key_entities"},
		catalog.Growth: {"container_throughput", "gdp"}, catalog.RankBy: {"container_throughput_rank"},
		catalog.Cumulative: {"two_way_investment", "gdp"}, catalog.Multiple: {"key_entities", "trade_exports"},
		catalog.Floor: {"container_throughput", "market_entities"}, catalog.Ceiling: {"unresolved_cases"},
	}[kind]
	i, _ := catalog.Ningbo().Indicator(rapid.SampledFrom(of).Draw(t, "indicator"))
	area, _ := catalog.Ningbo().Area(i.Areas[0])
	target := &catalog.Target{ID: "any", Kind: kind, Indicator: i, Area: area, Category: figure.Total,
		Value:     figure.NewDecimal(rapid.Int64Range(1, 2000).Draw(t, "goal"), rapid.IntRange(-2, 12).Draw(t, "power")),
		EachMonth: rapid.Bool().Draw(t, "each month"), PerDay: rapid.Bool().Draw(t, "per day"), Kept: rapid.Bool().Draw(t, "kept"),
		Record: true}
	if kind == catalog.Growth {
		target.Measure = figure.YoY
	}
	if rapid.Bool().Draw(t, "approximate") {
		target.Tolerance = figure.NewDecimal(5, -2)
	}
	ends := rapid.SampledFrom([]string{"2023", "2021", "2027", "", "2023-06"}).Draw(t, "by")
	if ends == "2023-06" && kind == catalog.AnnualTotal || ends == "" && kind == catalog.Growth {
		ends = "2023"
	}
	if ends != "" {
		target.By, _ = figure.ParsePeriod(ends)
	}
	target.Open = ends == "" && kind != catalog.Floor && kind != catalog.Ceiling
	if rapid.Bool().Draw(t, "from") || kind == catalog.Cumulative {
		target.From = figure.Year(2020)
	}
	if rapid.Bool().Draw(t, "base") || kind == catalog.Multiple {
		target.Base = figure.Year(2020)
	}
	return target
}

func anyHistory(t *rapid.T, i *catalog.Indicator) *derive.History {
	// Mostly a realistic series, with an occasional unusual value.
	f := i.Frequency()
	level := rapid.Float64Range(1, 1e13).Draw(t, "level")
	odd := rapid.SampledFrom([]float64{0, -1, -1e300, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1)})
	var values []derive.Value
	first := figure.PeriodAt(f, time.Date(rapid.IntRange(2015, 2022).Draw(t, "start"), 1, 1, 0, 0, 0, 0, time.UTC))
	for k := range rapid.IntRange(0, 8*f.PerYear()).Draw(t, "periods") {
		v := derive.Value{Period: first.Add(k), Status: figure.Normal,
			Measure: rapid.SampledFrom([]figure.Measure{figure.Level, figure.Level, figure.YTD, figure.YoY, figure.YTDYoY}).Draw(t, "measure"),
			Value:   level * rapid.Float64Range(0.5, 2).Draw(t, "value")}
		if v.Measure.Growth() {
			v.Value = rapid.Float64Range(-20, 20).Draw(t, "growth")
		}
		switch rapid.IntRange(0, 19).Draw(t, "odd") {
		case 0:
			v.Withheld, v.Status, v.Value = true, figure.Suppressed, 0
		case 1:
			v.Value = odd.Draw(t, "odd value")
		case 2:
			v.Status = figure.Imputed
		case 3:
			v.Status = figure.Estimated
		case 4:
			v.Period = figure.Year(v.Period.Year())
		case 5:
			continue
		}
		values = append(values, v)
	}
	return derive.New(i, values...)
}

func anyMoment(t *rapid.T) time.Time {
	return time.Date(2016, 1, 1, 0, 0, 0, 0, catalog.Ningbo().Location()).AddDate(0, 0, rapid.IntRange(0, 5000).Draw(t, "day"))
}

// numbers are all numbers of a state.
func numbers(s State) (all []float64) {
	for _, n := range []Number{s.Goal, s.Least, s.Value, s.Plan, s.Attainment, s.Projection, s.Low, s.High, s.Required, s.Ratio, s.Share, s.Calendar, s.Way, s.LastRest} {
		if n.Known {
			all = append(all, n.Value)
		}
	}
	for _, need := range s.Needs {
		all = append(all, need.Amount, need.Usual, need.Last.Value)
	}
	for _, step := range s.Steps {
		all = append(all, step.Value)
	}
	return append(all, s.Pace.Centre, s.Pace.Low, s.Pace.Top, s.Pace.Half, s.Pace.Error)
}

func TestEveryHistoryHasAVerdictWithAReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		if s.Verdict.Name().ZH == "" || s.Reason.ZH == "" || s.Reason.EN == "" {
			t.Fatalf("verdict %q because %q", s.Verdict, s.Reason)
		}
	})
}

func TestEveryNumberIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		for _, x := range numbers(s) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("%s has a number that is %v: %+v", s.Verdict, x, s)
			}
		}
	})
}

func TestTheBandContainsTheProjection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		if s.Low.Known && (s.Low.Value > s.Projection.Value || s.High.Value < s.Projection.Value) {
			t.Fatalf("%v is outside %v to %v", s.Projection.Value, s.Low.Value, s.High.Value)
		}
	})
}

func TestNothingSlipsWhileTheBandReachesTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		if s.Verdict != Slipping {
			return
		}
		reaches := s.High.Value >= s.Least.Value
		if target.Indicator.LowerIsBetter {
			reaches = s.Low.Value <= s.Least.Value
		}
		if !s.High.Known || reaches || s.Imputed {
			t.Fatalf("slips though the band is %v to %v and %v is enough", s.Low, s.High, s.Least)
		}
	})
}

func TestTheSameFiguresGiveTheSameVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		h, at := anyHistory(t, target.Indicator), anyMoment(t)
		if s, again := Judge(target, h, at), Judge(target, h, at); !reflect.DeepEqual(s, again) {
			t.Fatalf("once %+v, then %+v", s, again)
		}
	})
}

func TestImputedFiguresAloneGiveNoBadVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		var imputed []derive.Value
		for k := range 60 {
			imputed = append(imputed, derive.Value{Measure: figure.Level, Period: figure.Month(2019, 1).Add(k), Status: figure.Imputed,
				Value: rapid.Float64Range(0, 100).Draw(t, "value")})
		}
		s := Judge(target, derive.New(target.Indicator, imputed...), anyMoment(t))
		if s.Verdict == Missed || s.Verdict == Slipping || s.Verdict == Met {
			t.Fatalf("%s by imputed figures: %s", s.Verdict, s.Reason.EN)
		}
	})
}
