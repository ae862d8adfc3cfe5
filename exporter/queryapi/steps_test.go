package queryapi

import (
	"fmt"
	"net/http"
	"testing"

	"pgregory.net/rapid"
)

// selectors are the parts of random expressions: series that change at
// different times, and end.
var selectors = []string{
	`tidemark_figure{measure="level",freq="M"}`, `tidemark_figure{indicator="trade_exports"}`, `tidemark_figure{measure="yoy"}`,
	`tidemark_figure_derived{measure="ytd"}`, `tidemark_figure_year_ago{freq="M"}`, `tidemark_figure_revision{freq="A"}`,
	`tidemark_target_verdict == 1`, `tidemark_target_attainment_ratio`, `tidemark_target_path{line="plan"}`,
	`tidemark_figure{as_of="2023-11-01",freq="M"}`, `tidemark_figure{scale="display"}`, `tidemark_release_overdue`, `tidemark_figure{nothing="x"}`,
}

// expression is a random one made of instant selectors.
func expression(t *rapid.T, depth int) string {
	selector := func() string { return rapid.SampledFrom(selectors).Draw(t, "selector") }
	if depth == 0 {
		return selector()
	}
	of := func() string { return expression(t, depth-1) }
	by := rapid.SampledFrom([]string{"indicator", "area", "indicator, area", "freq, measure"}).Draw(t, "by")
	switch rapid.IntRange(0, 8).Draw(t, "form") {
	case 0: // depends on the order of series, which the engine defines only for selectors
		return rapid.SampledFrom([]string{"sum", "avg", "stddev"}).Draw(t, "aggregate") + " by (" + by + ") (" + selector() + ")"
	case 1:
		return "(" + of() + ") " + rapid.SampledFrom([]string{"or", "and on (" + by + ")", "unless on (" + by + ")"}).Draw(t, "set") + " (" + of() + ")"
	case 2:
		return "max by (" + by + ") (" + of() + ") " + rapid.SampledFrom([]string{"+", "-", "*", "/", "> bool", "<"}).Draw(t, "operator") + " on (" + by + ") min by (" + by + ") (" + of() + ")"
	case 3:
		return rapid.SampledFrom([]string{"min", "max", "count", "group"}).Draw(t, "aggregate") + " by (" + by + ") (" + of() + ")"
	case 4:
		return rapid.SampledFrom([]string{"abs", "ceil", "sqrt", "ln", "sgn", "absent", "-"}).Draw(t, "function") + "(" + of() + ")"
	case 5:
		return "scalar(" + of() + ") + vector(1)"
	case 6:
		return "(" + of() + ") " + rapid.SampledFrom([]string{"> 5", "* 2", "% 7", "== 1"}).Draw(t, "constant")
	case 7:
		return `label_replace(` + of() + `, "copy", "$1", "area", "(.*)")`
	}
	return `count_values("value", ` + of() + `)`
}

// A limit of 0 series means none, and makes the engine evaluate every step.
func TestWhatIsEvaluatedWhereItChangesIsWhatIsEvaluatedEverywhere(t *testing.T) {
	api := ofSample()
	rapid.Check(t, func(rt *rapid.T) {
		query := expression(rt, rapid.IntRange(0, 3).Draw(rt, "depth"))
		start := rapid.IntRange(1546300800, 1767225600).Draw(rt, "start")
		step := rapid.SampledFrom([]string{"86400", "604800", "3600.5", "100000.001"}).Draw(rt, "step")
		pairs := []string{"query", query, "start", fmt.Sprint(start), "end", fmt.Sprint(start + rapid.IntRange(0, 30_000_000).Draw(rt, "length")), "step", step}
		status, got := call(t, api, "query_range", pairs...)
		wantStatus, want := call(t, api, "query_range", append(pairs, "limit", "0")...)
		if status != wantStatus || got != want {
			rt.Errorf("%v: %d\n%s\nat every step %d\n%s", pairs, status, differing(got, want), wantStatus, differing(want, got))
		}
		if status != http.StatusOK && status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
			rt.Errorf("%v: %d %s", pairs, status, got)
		}
	})
}
