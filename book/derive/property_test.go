package derive

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
)

// anyFigures draws figures of three years, of any measure and frequency.
func anyFigures(t *rapid.T, withheld bool) []Value {
	value := rapid.OneOf(rapid.Float64Range(0, 1e6), rapid.SampledFrom([]float64{0, -1, 1e300, -1e300, math.MaxFloat64, math.SmallestNonzeroFloat64}))
	one := rapid.Custom(func(t *rapid.T) Value {
		f := rapid.SampledFrom([]figure.Frequency{figure.Monthly, figure.Monthly, figure.Quarterly, figure.Annual}).Draw(t, "frequency")
		v := Value{
			Measure: rapid.SampledFrom(figure.Measures()).Draw(t, "measure"),
			Period:  period(f, rapid.IntRange(2021, 2023).Draw(t, "year"), rapid.IntRange(1, f.PerYear()).Draw(t, "number")),
			Value:   value.Draw(t, "value"),
			Status:  rapid.SampledFrom([]figure.Status{'A', 'A', 'P', 'E', 'I', 'W', 'K'}).Draw(t, "status"),
		}
		if withheld && rapid.IntRange(0, 5).Draw(t, "withheld") == 0 {
			v.Withheld, v.Status, v.Value = true, figure.Suppressed, 0
		}
		return v
	})
	return rapid.SliceOfN(one, 0, 60).Draw(t, "figures")
}

func everything(h *History) (all []Value) {
	for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
		for _, k := range Kinds() {
			all = slices.AppendSeq(all, h.Series(k, f))
		}
	}
	return all
}

func TestMonthsFromYearToDatesAddUpToThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		months := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 12, 12).Draw(t, "months")
		var toDate []Value
		total := int64(0)
		for m, x := range months {
			total += x
			toDate = append(toDate, Value{Measure: figure.YTD, Period: figure.Month(2023, m+1), Value: float64(total)})
		}
		var derived []Value
		for v := range New(flow, toDate...).Figures(figure.Level, figure.Monthly) {
			if v.Value != float64(months[v.Period.Number()-1]) || !v.Derived {
				t.Fatalf("%s is %v (derived %t), want %d", v.Period, v.Value, v.Derived, months[v.Period.Number()-1])
			}
			v.Status = figure.Normal
			derived = append(derived, v)
		}
		again := slices.Collect(New(flow, derived...).Figures(figure.YTD, figure.Monthly))
		for i, v := range again {
			if v.Value != toDate[i].Value {
				t.Fatalf("%s adds up to %v, want %v", v.Period, v.Value, toDate[i].Value)
			}
		}
		if len(again) != 12 {
			t.Fatalf("%d of 12 year-to-dates are recovered", len(again))
		}
	})
}

func TestPublishedIsNeverOverwritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyFigures(t, true)
		h := New(flow, all...)
		for c, v := range h.given {
			got, ok := h.At(c.measure, c.period)
			published := v.Withheld || v.Status != figure.Imputed
			if !ok || published && (got.Value != v.Value || got.Withheld != v.Withheld || got.Derived) {
				t.Fatalf("%v %s was published as %v and is shown as %v", c.measure, c.period, v, got)
			}
		}
	})
}

func TestWhatIsNotPublishedIsMarkedDerived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New(flow, anyFigures(t, true)...)
		for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
			for _, m := range figure.Measures() {
				for v := range h.Figures(m, f) {
					given, known := h.given[cell{m, v.Period}]
					if !v.Derived && (!known || given.Value != v.Value) {
						t.Fatalf("%s %s is %v and not marked as derived", m, v.Period, v.Value)
					}
					if v.Derived && (v.Formula() == "" || v.Withheld) {
						t.Fatalf("%s %s is derived from nothing", m, v.Period)
					}
				}
			}
		}
	})
}

func TestValuesThatDependOnImputedFiguresAreMarked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New(flow, anyFigures(t, false)...)
		for _, v := range everything(h) {
			for _, term := range v.Terms() {
				if given, ok := h.given[cell{term.Measure, term.Period}]; ok && given.Imputed && given.Value == term.Value && !v.Imputed {
					if other, _ := h.At(term.Measure, term.Period); other.Imputed {
						t.Fatalf("%s %s = %s depends on %s, which is imputed", v.Measure, v.Period, v.Formula(), term)
					}
				}
			}
		}
	})
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyFigures(t, true)
		want := everything(New(flow, all...))
		got := everything(New(flow, rapid.Permutation(all).Draw(t, "order")...))
		if len(got) != len(want) {
			t.Fatalf("%d values in one order, %d in another", len(want), len(got))
		}
		for i := range got {
			if text(got[i], true) != text(want[i], true) {
				t.Fatalf("%s is %s in one order and %s in another", got[i].Period, text(want[i], true), text(got[i], true))
			}
		}
	})
}

func TestEveryValueIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range everything(New(flow, anyFigures(t, true)...)) {
			if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
				t.Fatalf("%s %s = %s is %v", v.Measure, v.Period, v.Formula(), v.Value)
			}
		}
	})
}

func TestADerivedFigureGivesWayToThePublishedOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyFigures(t, false)
		h := New(flow, all...)
		for v := range h.Figures(figure.Level, figure.Monthly) {
			if !v.Derived {
				continue
			}
			published := Value{Measure: figure.Level, Period: v.Period, Value: v.Value + 1, Status: figure.Normal,
				Published: v.Period.End().AddDate(0, 1, 0)}
			if got, _ := New(flow, append(slices.Clone(all), published)...).At(figure.Level, v.Period); got.Derived || got.Value != v.Value+1 {
				t.Fatalf("%s stays %v when %v is published", v.Period, got.Value, v.Value+1)
			}
		}
	})
}
