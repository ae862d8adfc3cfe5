package dashboardstest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

func row(indicator, name string) string {
	return dashboardstest.Row("", map[string]string{"name_en": name, "indicator": indicator, "area": "H1"}, 1, time.UnixMilli(1000))
}

func TestARowIsWrittenAsGrafanaWritesIt(t *testing.T) {
	if got, want := row("boxes", "containers"), `{area="H1",indicator="boxes",name_en="containers"} 1 1000`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPeopleSeeNamesAndQueriesGetCodesOnce(t *testing.T) {
	v := dashboardstest.Variable{Name: "indicator", Regex: `/\bindicator="(?<value>[^"]+)".*\bname_en="(?<text>[^"]+)"/`}
	got, err := dashboardstest.Options(v, []string{row("boxes", "containers"), row("boxes", "containers"), row("people", "population"), "{}"})
	if want := []dashboardstest.Option{{Text: "containers", Value: "boxes"}, {Text: "population", Value: "people"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

func TestWhatIsSelectedAtFirst(t *testing.T) {
	offered := []dashboardstest.Option{{Text: "A", Value: "a"}, {Text: "B", Value: "b"}}
	for _, c := range []struct{ current, want []string }{
		{[]string{"b"}, []string{"b"}},
		{[]string{"gone"}, []string{"a"}},
		{nil, []string{"a"}},
		{[]string{"$__all"}, []string{"a", "b"}},
	} {
		if got := dashboardstest.Selected(dashboardstest.Variable{Current: c.current}, offered); !slices.Equal(got, c.want) {
			t.Errorf("of %v: got %v, want %v", c.current, got, c.want)
		}
	}
}

func TestAQueryIsFilledAsGrafanaFillsIt(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	got := dashboardstest.Fill(`x{a="$one",b=~"${two:regex}",c="$more",d="$none"}[$__range:7d] $1 ${one:text}`,
		map[string][]string{"one": {"1"}, "two": {"1", "2"}, "none": nil}, from, from.Add(time.Hour))
	if want := `x{a="1",b=~"(1|2)",c="$more",d=""}[3600s:7d] $1 1`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestATimeRangeIsReadAsGrafanaReadsIt(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		words string
		ends  bool
		want  string
	}{
		{"now", true, "2026-11-23T09:00:00Z"},
		{"now-24h", false, "2026-11-22T09:00:00Z"},
		{"now-5y", false, "2021-11-23T09:00:00Z"},
		{"now-9y/y", false, "2017-01-01T00:00:00Z"},
		{"now/y", true, "2026-12-31T23:59:59.999Z"},
		{"now+2y/y", true, "2028-12-31T23:59:59.999Z"},
	} {
		got, err := dashboardstest.Moment(c.words, now, c.ends)
		if err != nil || got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.words, got.Format(time.RFC3339Nano), err, c.want)
		}
	}
	if _, err := dashboardstest.Moment("yesterday", now, false); err == nil {
		t.Error("yesterday is a moment")
	}
}
