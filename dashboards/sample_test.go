package dashboards_test

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// today is the date on which the dashboards of the sample are opened.
var today = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// ofSample opens dashboards over the sample.
func ofSample(t testing.TB) dashboardstest.Reader {
	t.Helper()
	return openedOn(t, today, booktest.Sample())
}

// openedOn opens dashboards over a book at some time.
func openedOn(t testing.TB, now time.Time, b *book.Book) dashboardstest.Reader {
	t.Helper()
	api := queryapi.New(queryapi.Options{Catalog: catalog.Ningbo(), Book: func() *book.Book { return b }, Now: func() time.Time { return now }})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return dashboardstest.Reader{T: t, Now: now, Sources: map[string]string{dashboards.History: server.URL}}
}

func TestEveryPanelHasAnAnswerOnTheSample(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.Edition != dashboards.Chinese || d.Panels[0].Queries[0].Source != dashboards.History {
			continue // the other edition has the same queries; scraped metrics need a Prometheus
		}
		t.Run(d.UID, func(t *testing.T) {
			r.T = t
			r.Check(d.Dashboard)
		})
	}
}

// A topic shows the indicators that have figures, whatever else is in the
// catalogue.
func TestARowIsThereForEveryIndicatorThatHasFigures(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.UID != "tidemark-enterprises" {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		if got := o.Values["monthly"]; !slices.Equal(got, []string{"market_entities", "single_champions_total", "little_giants_total", "listed_companies_total", "enterprises_total"}) {
			t.Errorf("got %v", got)
		}
	}
}

func TestAnyIndicatorAndAreaCanBeChosen(t *testing.T) {
	r := ofSample(t)
	pairs := map[[2]string]bool{}
	info, err := r.Ask(dashboards.History, "tidemark_indicator_info", today)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Result {
		pairs[[2]string{s.Metric["indicator"], s.Metric["area"]}] = true
	}
	for _, d := range committed(t) {
		if d.UID != "tidemark-indicator" && d.UID != "tidemark-revisions" {
			continue
		}
		for pair := range pairs {
			o := r.Open(d.Dashboard, map[string]string{"indicator": pair[0], "area": pair[1]})
			for _, p := range d.Panels {
				for _, q := range p.Queries {
					if _, err := r.Series(q, o.Values, o); err != nil {
						t.Errorf("%s of %v: %q, %s: %v", d.UID, pair, p.Title, q.Ref, err)
					}
				}
			}
		}
	}
	if len(pairs) < 30 {
		t.Errorf("only %d indicators and areas", len(pairs))
	}
}

// panel finds a panel of a dashboard of the Chinese edition by its title.
func panel(t *testing.T, uid, title string) (*dashboardstest.Dashboard, dashboardstest.Panel) {
	t.Helper()
	for _, d := range committed(t) {
		for _, p := range d.Panels {
			if d.UID == uid && p.Title == title {
				return d.Dashboard, p
			}
		}
	}
	t.Fatalf("%s has no %q", uid, title)
	return nil, dashboardstest.Panel{}
}

var amountInText = regexp.MustCompile(`\d[\d,]*(\.\d+)?`)

func TestAmountsOfAUnitHaveTheSameDecimalsInATable(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		for _, p := range d.Panels {
			if !slices.Contains(p.Columns, "stand") {
				continue
			}
			o := r.Open(d.Dashboard, nil)
			table, _, err := r.Table(p, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			decimals := map[string]int{} // by unit
			for _, row := range table.Rows {
				_, unit, _ := strings.Cut(row["goal"].(string), " ")
				for _, column := range []string{"goal", "stand", "projection", "band", "required_per_period"} {
					for _, m := range amountInText.FindAllStringSubmatch(strings.TrimSuffix(row[column].(string), unit), -1) {
						if known, ok := decimals[unit]; ok && known != len(m[1]) {
							t.Errorf("%s: %q has %s in %s with other decimals", d.Path, p.Title, m[0], unit)
						}
						decimals[unit] = len(m[1])
					}
				}
			}
			if len(decimals) == 0 {
				t.Errorf("%s: %q has no amounts", d.Path, p.Title)
			}
		}
	}
}

func TestTheEnglishEditionShowsNoChineseUnit(t *testing.T) {
	r := ofSample(t)
	units := map[string]bool{}
	for _, d := range committed(t) {
		if d.Edition != dashboards.English || d.Panels[0].Queries[0].Source != dashboards.History {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		for _, v := range o.Values["unit"] {
			units[v] = true
		}
		for _, p := range d.Panels {
			for _, q := range p.Queries {
				a, err := r.Answer(q, o.Values, o)
				if err != nil {
					t.Error(err)
				}
				for _, s := range a.Result {
					units[s.Metric["unit"]] = true
				}
			}
		}
	}
	for unit := range units {
		if han(unit) {
			t.Errorf("%s is shown in English", unit)
		}
	}
	if !units["million TEU"] || !units["billion yuan"] {
		t.Errorf("the sample has %v", units)
	}
}

// In February 2024 retail sales were known for November 2023, but their growth only
// up to August, which must not be shown as that of November.
func TestAllValuesShownTogetherAreOfOnePeriod(t *testing.T) {
	day := figure.DayOf(2024, 2, 20)
	r := openedOn(t, day.Start(time.UTC).Add(9*time.Hour), booktest.SampleUntil(day))
	t.Run("a row of the overview", func(t *testing.T) {
		d, p := panel(t, "tidemark-overview", "最近发布")
		o := r.Open(d, nil)
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(table.Rows, func(row map[string]any) bool { return row["indicator"] == "retail_sales" })
		if i < 0 {
			t.Fatal("there are no retail sales")
		}
		if row := table.Rows[i]; row["period"] != "2023-11" || row["amount"] != "4,732.6" || row["measure"] != "ytd" || row["growth"] != "–" {
			t.Errorf("got %v", row)
		}
		if !slices.ContainsFunc(table.Rows, func(row map[string]any) bool { return row["growth"] != "–" }) {
			t.Error("nothing shows growth")
		}
	})
	for _, of := range []struct{ uid, repeat string }{{"tidemark-indicator", ""}, {"tidemark-economy", "monthly"}} {
		t.Run(of.uid, func(t *testing.T) {
			d, p := panel(t, of.uid, "最新数值")
			o := r.Open(d, map[string]string{"indicator": "retail_sales", "area": "330200", of.repeat: "retail_sales"})
			var shown []string
			for _, q := range p.Queries {
				if n, err := r.Series(q, o.Values, o); err != nil {
					t.Error(err)
				} else if n > 0 && q.Ref != "maybe_period" {
					shown = append(shown, q.Ref)
				}
			}
			// The month is derived from the year to date, which was published and so is first.
			if want := []string{"maybe_ytd", "maybe_level_weaker"}; !slices.Equal(shown, want) {
				t.Errorf("got %v, want %v", shown, want)
			}
		})
	}
}

// Most targets of the sample are met; one that is open is shown first, with
// its whole path.
func TestThePathToATargetIsVisibleWhenTheDashboardOpens(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "目标：${target:text}（$path_unit）")
	for indicator, want := range map[string][]string{
		"trade_exports":        {"exports_2026", "maybe_plan", "maybe_goal", "maybe_projection", "maybe_low", "maybe_high"},
		"container_throughput": {"container_month_floor", "maybe_goal"}, // the goal of the one that was missed is before the time range
	} {
		o := r.Open(d, map[string]string{"indicator": indicator})
		if got := o.Values["target"]; !slices.Equal(got, want[:1]) {
			t.Errorf("%s opens with %v", indicator, got)
		}
		for _, q := range p.Queries {
			n, err := r.Series(q, o.Values, o)
			if err != nil || n == 0 && slices.Contains(want, q.Ref) {
				t.Errorf("%s: %d of %s, %v", indicator, n, q.Ref, err)
			}
		}
	}
}

// The revisions dashboard shows what changed since the day before a
// publication, by default the newest revision. The sample has a correction.
func TestTheChangesOfAPublicationAreVisibleAsOfTheDayBefore(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-revisions", "${as_of:raw} 以后的变化")
	chosen := map[string]string{"indicator": "container_throughput", "area": "NBZS", "measure": "ytd_yoy"}
	o := r.Open(d, chosen)
	i := slices.IndexFunc(d.Variables, func(v dashboardstest.Variable) bool { return v.Name == "as_of" })
	days, err := r.Options(d.Variables[i], o)
	if err != nil || len(days) < 2 {
		t.Fatalf("got %v, %v", days, err)
	}
	if got := o.Values["as_of"]; len(got) != 1 || got[0] != days[0].Value || !strings.HasSuffix(days[0].Text, got[0]) || days[0].Text == got[0] || days[1].Value <= days[2].Value {
		t.Errorf("of %v %v is chosen", days, got)
	}
	changed := 0
	for _, day := range days {
		chosen["as_of"] = day.Value
		o := r.Open(d, chosen)
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range table.Rows {
			if row["period"] == "nothing" && len(table.Rows) == 1 {
				continue
			}
			if row["Value #now"] == row["Value #then"] {
				t.Errorf("as of %s: nothing changed in %v", day.Value, row)
			}
			changed++
		}
	}
	if changed == 0 {
		t.Error("nothing ever changed")
	}
}

// Options are in the language of the edition.
func TestOptionsAreWords(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		o := r.Open(d.Dashboard, nil)
		for _, v := range d.Variables {
			if v.Hidden || v.Name == "period" || v.Name == "as_of" {
				continue
			}
			options, err := r.Options(v, o)
			if err != nil {
				t.Error(err)
			}
			for _, option := range options {
				if option.Text == option.Value && option.Text != "level" { // which is also English
					t.Errorf("%s: %s offers the code %s", d.Path, v.Name, option.Text)
				}
			}
		}
	}
}

// An indicator without figures has no category of its own; the category of its
// target is used instead.
func TestAnIndicatorWithoutFiguresHasTheCategoryOfItsTarget(t *testing.T) {
	r := ofSample(t)
	d, _ := panel(t, "tidemark-indicator", "最新数值")
	o := r.Open(d, map[string]string{"indicator": "unresolved_cases"})
	if got := o.Values["category"]; !slices.Equal(got, []string{catalog.AnyCategory}) {
		t.Errorf("got %q", got)
	}
}

func TestVerdictsAreCountedOnceForEachTarget(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.UID != "tidemark-overview" {
			continue
		}
		sum := 0
		for _, q := range d.Panels[0].Queries {
			a, err := r.Ask(dashboards.History, q.Expr, today)
			if err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(a.Result[0].Value[1].(string))
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if want := len(catalog.Ningbo().Targets); sum != want {
			t.Errorf("the verdicts of %d targets are counted as %d", want, sum)
		}
	}
}

func TestEveryDashboardOfFiguresSaysWhichDayItShows(t *testing.T) {
	day := figure.DayOf(2024, 2, 20)
	r := openedOn(t, day.Start(time.UTC).Add(9*time.Hour), booktest.SampleUntil(day))
	for _, d := range committed(t) {
		if strings.HasPrefix(d.UID, "tidemark-pipeline") {
			continue
		}
		want := map[bool]string{true: "2024年2月20日", false: "20 Feb 2024"}[d.Edition == dashboards.Chinese]
		o := r.Open(d.Dashboard, nil)
		if v := o.Variables[0]; v.Name != "day" || v.Hidden {
			t.Errorf("%s begins with the variable %s", d.Path, v.Name)
			continue
		}
		if got := options(t, r, o, "day"); len(got) != 1 || got[0].Text != want || got[0].Value != "2024-02-20" {
			t.Errorf("%s shows %v", d.Path, got)
		}
	}
}
