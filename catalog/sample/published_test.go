package sample_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// records reads a CSV file of testdata: what was collected from publications, one
// map a line.
func records(t *testing.T, name string) (all []map[string]string) {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		r := map[string]string{}
		for i, name := range lines[0] {
			r[name] = line[i]
		}
		all = append(all, r)
	}
	return all
}

// codes are the catalogue's for the names in testdata that it does not use.
var codes = map[string]string{
	"宁波市": "330200", "宁波市规上": "330200", "宁波市全部工业": "330200", "鄞州区规上": "330212", "宁波舟山港": "NBZS",
	"market_entities_growth": "new_market_entities",
}

// place is the area and the indicator of a line of testdata.
func place(r map[string]string) (area, indicator string) {
	area, indicator = codes[r["scope"]], r["indicator"]
	for _, a := range catalog.Ningbo().Areas {
		if a.Name.ZH == r["scope"] {
			area = a.Code
		}
	}
	if code := codes[indicator]; code != "" {
		indicator = code
	}
	if r["scope"] == "宁波市全部工业" && indicator == "industrial_value_added" {
		indicator = "industrial_value_added_all"
	}
	return area, indicator
}

// published is one value of a line of testdata: its level or its growth.
type published struct {
	of      map[string]string
	value   string
	measure figure.Measure
}

func (p published) String() string {
	return strings.Join([]string{p.of["indicator"], p.of["scope"], p.of["period"], p.value, p.of["published"]}, " ")
}

// values are what a line says.
func values(r map[string]string) (all []published) {
	level, growth := figure.Level, figure.YoY
	if r["period_kind"] == "ytd" {
		level, growth = figure.YTD, figure.YTDYoY
	}
	if r["value"] != "" {
		all = append(all, published{r, r["value"], level})
	}
	if r["yoy_pct"] != "" {
		all = append(all, published{r, r["yoy_pct"], growth})
	}
	return all
}

// in finds the figure among the rows of the sample.
func (p published) in(all []row) bool {
	area, indicator := place(p.of)
	period := p.of["period"][strings.LastIndex(p.of["period"], "/")+1:]
	return slices.ContainsFunc(all, func(r row) bool {
		same := r.Indicator == indicator && r.Area == area && r.Measure == p.measure && r.Value.String() == canonical(p.value)
		of := r.Period.String() == period || r.Period.Frequency() == figure.Annual && strings.TrimSuffix(period, "-12") == r.Period.String()
		status := r.Status.String() == p.of["status"] || r.Status == figure.Estimated && r.Published < r.Period.End().Format("2006-01-02")
		return same && of && status && strings.HasPrefix(r.Published, strings.TrimSuffix(p.of["published"], "?")) && strings.HasPrefix(r.source, p.of["publisher"])
	})
}

// canonical is a number as a Decimal is printed.
func canonical(text string) string {
	d, err := figure.ParseDecimal(text)
	if err != nil {
		return text
	}
	return d.String()
}

// leftOut are the rows of the table in README.md, by their first four columns.
func leftOut(t *testing.T) map[[4]string]string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[[4]string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 5 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all[[4]string(cells[:4])] = cells[4]
	}
	return all
}

// TestEveryCollectedFigureIsInTheSampleOrSaysWhyNot counts both ways: a reason for a
// figure that is there, or for none, is as wrong as a figure that is missing.
func TestEveryCollectedFigureIsInTheSampleOrSaysWhyNot(t *testing.T) {
	all, reasons, used := rows(t), leftOut(t), map[[4]string]bool{}
	for _, r := range records(t, "points.csv") {
		found := values(r)
		if len(found) == 0 {
			found = []published{{of: r}} // an event without a number
		}
		for _, p := range found {
			key := [4]string{r["indicator"], r["scope"], r["period"], p.value}
			reason, out := reasons[key]
			used[key] = used[key] || out
			switch in := p.in(all); {
			case in && out:
				t.Errorf("%s is in the sample, and README.md says why it is not: %s", p, reason)
			case !in && !out:
				t.Errorf("%s is neither in the sample nor in README.md", p)
			}
		}
	}
	for key := range reasons {
		if !used[key] && key[0] != "indicator" && !strings.HasPrefix(key[0], "---") {
			t.Errorf("README.md gives a reason for %q, which was not collected", key)
		}
	}
}

func TestEveryCollectedTargetOfNingboIsInTheCatalogue(t *testing.T) {
	found := 0
	for _, r := range records(t, "targets.csv") {
		area, indicator := place(r)
		if strings.Contains(r["wording"], "(comparator") || strings.Contains(r["wording"], "comparator)") {
			continue
		}
		found++
		if !slices.ContainsFunc(catalog.Ningbo().Targets, func(target *catalog.Target) bool {
			display := target.Indicator.Display
			goal, err := target.Indicator.ToBase(mustDecimal(t, r["value"]), display, target.Measure)
			return err == nil && target.Indicator.Code == indicator && target.Area.Code == area && goal.Cmp(target.Value) == 0 && target.By.String() == r["deadline"]
		}) {
			t.Errorf("%s %s %s by %s is not a target", indicator, area, r["value"], r["deadline"])
		}
	}
	if found != 7 {
		t.Errorf("%d targets of Ningbo were collected, not 7", found)
	}
}

func mustDecimal(t *testing.T, text string) figure.Decimal {
	t.Helper()
	d, err := figure.ParseDecimal(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
