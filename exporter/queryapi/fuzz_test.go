package queryapi

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func seconds(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// remarkable are floats at a limit: of milliseconds, of nanoseconds, of years,
// of floats.
var remarkable = []float64{0, -0.5, 1e-320, 1.7e9, 95617584000, 1764000000000000, -9223372036854775, 9223372036, 9223372036.854775,
	9e15, -9e15, 9.1e15, 1 << 62, -1 << 63, 1e300, -62135596800, 253402300800}

// allMetrics selects every metric of the API.
const allMetrics = `{__name__=~"tidemark.+"}`

// FuzzTimes queries every path at any time, given as a number or as text.
func FuzzTimes(f *testing.F) {
	for i, at := range remarkable {
		f.Add(at, "", uint8(i))
	}
	for i, text := range strange {
		f.Add(0.0, text, uint8(i))
	}
	api := small(f)
	f.Fuzz(func(t *testing.T, number float64, text string, path uint8) {
		at := text
		if at == "" {
			at = seconds(number)
		}
		questions := []func() *http.Request{
			func() *http.Request { return get("query", "query", allMetrics, "time", at) },
			func() *http.Request { return get("query", "query", allMetrics+" @ "+at) },
			func() *http.Request { return get("query", "query", "count_over_time("+allMetrics+"[1y:30d] @ "+at+")") },
			func() *http.Request { return get("series", "match[]", allMetrics, "start", at) },
			func() *http.Request { return get("series", "match[]", allMetrics, "end", at) },
			func() *http.Request { return get("labels", "match[]", allMetrics, "start", at, "end", at) },
			func() *http.Request { return get("label/period/values", "match[]", allMetrics, "end", at) },
		}
		asking(t, api, questions[int(path)%len(questions)]())
	})
}

// ranges are queries that are each evaluated in a different way.
var ranges = []string{allMetrics, "tidemark_target_verdict", "count(" + allMetrics + ")", allMetrics + " offset 100y", allMetrics + " offset -100y",
	"rate(tidemark_target_verdict[1y])", "count_over_time(" + allMetrics + "[1y])", "max_over_time(tidemark_target_progress[2y:30d])",
	allMetrics + " @ end()", "sum_over_time(time()[1y:30d] @ start())", "timestamp(tidemark_figure)", "absent(tidemark_nothing)", "day_of_month()"}

// FuzzRanges queries any range with any step.
func FuzzRanges(f *testing.F) {
	for i, from := range remarkable {
		to := remarkable[(i*7+3)%len(remarkable)]
		f.Add(min(from, to), max(from, to), 86400.0, uint8(i))
		f.Add(min(from, to), max(from, to), (max(from, to)-min(from, to))/1e4, uint8(i))
	}
	api := small(f)
	f.Fuzz(func(t *testing.T, from, to, step float64, query uint8) {
		asking(t, api, get("query_range", "query", ranges[int(query)%len(ranges)],
			"start", seconds(from), "end", seconds(to), "step", seconds(step)))
	})
}

// FuzzSteps queries up to the maximum number of steps, at any start and with
// any step.
func FuzzSteps(f *testing.F) {
	for i, step := range append(remarkable, 1e-3, 1e-9, 60, 86400) {
		f.Add(1.7e9, step, uint16(11_000), uint8(i))
		f.Add(-step*100, step, uint16(200), uint8(i))
	}
	api := small(f)
	f.Fuzz(func(t *testing.T, from, step float64, count uint16, query uint8) {
		asking(t, api, get("query_range", "query", ranges[int(query)%len(ranges)],
			"start", seconds(from), "end", seconds(from+step*float64(count)), "step", seconds(step)))
	})
}

// FuzzAsOf queries figures as they were known at any time.
func FuzzAsOf(f *testing.F) {
	for i, text := range append(strange, "2023-03-01", "2023-02-30", "0001-01-01T00:00:00Z", "9999-12-31", "2024-03-01T09:00:00+08:00", "") {
		f.Add(text, remarkable[i%len(remarkable)], i%2 == 0)
	}
	api := small(f)
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	f.Fuzz(func(t *testing.T, text string, at float64, ranged bool) {
		known := `{__name__=~"tidemark.+",as_of="` + quote.Replace(text) + `"}`
		if ranged {
			asking(t, api, get("query_range", "query", known, "start", seconds(at-1e9), "end", seconds(at), "step", "1e7"))
			return
		}
		asking(t, api, get("query", "query", known, "time", seconds(at)))
		asking(t, api, get("series", "match[]", known, "start", seconds(at)))
	})
}
