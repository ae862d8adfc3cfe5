package store_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// empty returns the options of a bucket that is set up and empty.
func empty(t testing.TB) store.Options {
	t.Helper()
	opts := store.Options(enginetest.SharedInflux(t))
	if _, err := open(t, opts).Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	return opts
}

func open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// vintage is a vintage for which a test sets only the relevant fields.
func vintage(indicator string, p figure.Period, value float64) store.Vintage {
	return store.Vintage{
		Cell:   figure.Cell{Indicator: indicator, Area: "330200", Category: figure.Total, Period: p},
		Agency: "port", Status: figure.Normal, Value: value, Moment: 1_700_000_000_000,
	}
}

func write(t testing.TB, s *store.Store, vintages ...store.Vintage) {
	t.Helper()
	if err := s.Write(t.Context(), vintages); err != nil {
		t.Fatal(err)
	}
}

// read returns the selected vintages in a fixed order.
func read(t testing.TB, s *store.Store, sel store.Selection) []store.Vintage {
	t.Helper()
	var out []store.Vintage
	for v, err := range s.Vintages(t.Context(), sel) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, *v)
	}
	return sorted(out)
}

func sorted(vintages []store.Vintage) []store.Vintage {
	slices.SortFunc(vintages, func(a, b store.Vintage) int { return strings.Compare(describe(a), describe(b)) })
	return vintages
}

// describe writes everything that is read back of a vintage.
func describe(v store.Vintage) string {
	return fmt.Sprintf("%s %s %s %v %v %d", v.Cell, v.Agency, v.Status, v.Value, v.Withheld, v.Moment)
}

func check(t testing.TB, got []store.Vintage, want ...store.Vintage) {
	t.Helper()
	for i := range want {
		want[i].Submission, want[i].Seq = "", 0 // not read back
	}
	if want = sorted(want); !slices.Equal(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

// refused checks the complete text of an error.
func refused(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("there is no error, want\n%s", want)
	}
	if err.Error() != want {
		t.Errorf("\n got %s\nwant %s", err, want)
	}
}

// post sends what the store itself never would.
func post(t testing.TB, opts store.Options, path string, query url.Values, body string) string {
	t.Helper()
	return string(exchange(t, opts, http.MethodPost, path+"?"+query.Encode(), strings.NewReader(body)))
}

// exchange returns InfluxDB's response, which must be successful.
func exchange(t testing.TB, opts store.Options, method, path string, body io.Reader) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, opts.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+opts.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%s answers %s: %s %v", path, resp.Status, answer, err)
	}
	return answer
}

func influxQL(t testing.TB, opts store.Options, statement string) string {
	t.Helper()
	return post(t, opts, "/query", url.Values{"q": {statement}, "db": {opts.Bucket}, "epoch": {"ns"}}, "")
}

func writeLines(t testing.TB, opts store.Options, lines string) {
	t.Helper()
	post(t, opts, "/api/v2/write", url.Values{"org": {opts.Org}, "bucket": {opts.Bucket}}, lines)
}

// vintages draws every vintage that can be stored.
func vintages() *rapid.Generator[store.Vintage] {
	names := rapid.OneOf(rapid.StringMatching(`[a-z0-9_]{1,20}`), rapid.StringMatching(`[一-龥]{1,8}`),
		rapid.SampledFrom([]string{`"`, `a "b", c`, `a\ b`, `a=b,c`, " ", "${x}", "error", "result", "é"}))
	return rapid.Custom(func(t *rapid.T) store.Vintage {
		v := store.Vintage{
			Cell: figure.Cell{
				Indicator: names.Draw(t, "indicator"), Area: names.Draw(t, "area"), Category: names.Draw(t, "category"),
				Measure: rapid.SampledFrom(figure.Measures()).Draw(t, "measure"),
				Period:  periods().Draw(t, "period"),
			},
			Agency:     names.Draw(t, "agency"),
			Status:     rapid.SampledFrom(figure.Statuses()).Draw(t, "status"),
			Moment:     rapid.OneOf(rapid.Int64Range(0, time.Now().UnixMilli()), rapid.SampledFrom([]int64{0, 1, store.MaxMoment})).Draw(t, "moment"),
			Submission: rapid.OneOf(rapid.Just(""), names).Draw(t, "submission"),
			Seq:        rapid.Uint64().Draw(t, "seq"),
			Withheld:   rapid.Bool().Draw(t, "withheld"),
		}
		if !v.Withheld {
			v.Value = rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, -1, 27260800, 0.1,
				math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64})).Draw(t, "value")
		}
		return v
	})
}

func periods() *rapid.Generator[figure.Period] {
	return rapid.Custom(func(t *rapid.T) figure.Period {
		year := rapid.IntRange(1800, 2199).Draw(t, "year")
		switch rapid.IntRange(0, 2).Draw(t, "frequency") {
		case 0:
			return figure.Year(year)
		case 1:
			return figure.Quarter(year, rapid.IntRange(1, 4).Draw(t, "quarter"))
		}
		return figure.Month(year, rapid.IntRange(1, 12).Draw(t, "month"))
	})
}
