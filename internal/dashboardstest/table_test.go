package dashboardstest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// answering is a data source that answers an expression with series.
func answering(t *testing.T, answers map[string]string) dashboardstest.Reader {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[`+answers[r.FormValue("query")]+`]}}`)
	}))
	t.Cleanup(server.Close)
	return dashboardstest.Reader{T: t, Sources: map[string]string{"s": server.URL}}
}

func sample(labels, value string) string {
	return `{"metric":{` + labels + `},"value":[1000,"` + value + `"]}`
}

// table makes the table of a panel with a query for each expression.
func table(t *testing.T, r dashboardstest.Reader, steps string, exprs ...string) (dashboardstest.Frame, error) {
	t.Helper()
	var targets []string
	for _, expr := range exprs {
		targets = append(targets, `{"refId":"`+expr+`","expr":"`+expr+`","format":"table","instant":true,"datasource":{"uid":"s"}}`)
	}
	d, err := dashboardstest.Parse([]byte(`{"panels":[{"type":"table","targets":[` + strings.Join(targets, ",") + `],"transformations":[` + steps + `]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := r.Table(d.Panels[0], nil, dashboardstest.Opened{Dashboard: d, To: time.Unix(1000, 0)})
	return got, err
}

// A panel that says "Value" would show nothing on the day when its second query
// has no answer.
func TestAQueryWithoutAnAnswerHasAColumnAmongOthers(t *testing.T) {
	r := answering(t, map[string]string{"a": sample(`"x":"1"`, "5")})
	got, err := table(t, r, `{"id":"merge","options":{}}`, "a", "b")
	if want := []string{"Time", "x", "Value #a", "Value #b"}; err != nil || !slices.Equal(got.Fields, want) || len(got.Rows) != 1 {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

func TestAnAnswerThatIsAloneHasTheColumnValue(t *testing.T) {
	r := answering(t, map[string]string{"a": sample(`"x":"1"`, "5")})
	got, err := table(t, r, `{"id":"merge","options":{}}`, "a")
	if err != nil || !slices.Equal(got.Fields, []string{"Time", "x", "Value"}) {
		t.Errorf("got %v (%v)", got.Fields, err)
	}
	if got, err = table(t, r, "", "b"); err != nil || len(got.Fields) != 0 {
		t.Errorf("an empty answer that is alone has %v (%v)", got.Fields, err)
	}
}

func TestRowsAndColumnsAreInThePanelsOrder(t *testing.T) {
	r := answering(t, map[string]string{"a": sample(`"x":"1"`, "5") + "," + sample(`"x":"2"`, "30")})
	got, err := table(t, r, `{"id":"merge","options":{}},{"id":"filterFieldsByName","options":{"include":{"names":["x","Value"]}}},`+
		`{"id":"sortBy","options":{"sort":[{"field":"Value","desc":true}]}},{"id":"organize","options":{"indexByName":{"Value":0,"x":1}}}`, "a")
	if err != nil || !slices.Equal(got.Fields, []string{"Value", "x"}) || got.Rows[0]["x"] != "2" {
		t.Errorf("got %v (%v)", got, err)
	}
}

// Grafana's comparison of a number with nothing is neither less nor greater.
func TestATableIsNotSortedByWhatARowMayLack(t *testing.T) {
	r := answering(t, map[string]string{"a": sample(`"x":"1"`, "5") + "," + sample(`"x":"2"`, "6"), "b": sample(`"x":"2"`, "7")})
	_, err := table(t, r, `{"id":"merge","options":{}},{"id":"sortBy","options":{"sort":[{"field":"Value #b","desc":true}]}}`, "a", "b")
	if err == nil || !strings.Contains(err.Error(), "Value #b") {
		t.Errorf("got %v", err)
	}
}

// A label that only some series of an answer have is empty in the others, which
// keeps them apart from rows that have it.
func TestALabelThatASeriesLacksIsEmpty(t *testing.T) {
	r := answering(t, map[string]string{"a": sample(`"x":"1"`, "5") + "," + sample(`"x":"2","y":"3"`, "6"), "b": sample(`"x":"1","y":"3"`, "7")})
	got, err := table(t, r, `{"id":"merge","options":{}}`, "a", "b")
	if err != nil || len(got.Rows) != 3 || got.Rows[0]["y"] != "" {
		t.Errorf("got %v (%v)", got, err)
	}
}

// hovering opens a chart of two series with a value each, a month apart.
func hovering(t *testing.T, options, fields string) []dashboardstest.Tooltip {
	t.Helper()
	month := func(n time.Month) time.Time { return time.Date(2025, n, 1, 0, 0, 0, 0, time.UTC) }
	at := func(n time.Month) string {
		return `{"metric":{},"value":[` + strconv.FormatInt(month(n).Unix(), 10) + `,"5"]}`
	}
	r := answering(t, map[string]string{"a": at(time.June), "b": at(time.July)})
	query := func(expr string) string {
		return `{"refId":"` + expr + `","expr":"` + expr + `","instant":true,"datasource":{"uid":"s"}}`
	}
	d, err := dashboardstest.Parse([]byte(`{"panels":[{"type":"timeseries","gridPos":{"w":24},"targets":[` + query("a") + "," + query("b") + `],
		"options":{"tooltip":{` + options + `}},"fieldConfig":{"overrides":[` + fields + `]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.Tooltips(d.Panels[0], nil, dashboardstest.Opened{Dashboard: d, From: month(time.January), To: month(time.December)})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestATooltipShowsTheNearestValueOfEverySeries(t *testing.T) {
	all := hovering(t, "", "")
	if len(all) != 2 || len(all[0].Times) != 2 || len(all[1].Times) != 2 {
		t.Errorf("got %v", all)
	}
}

func TestATooltipShowsNothingFromOutsideItsReach(t *testing.T) {
	for _, tip := range hovering(t, `"hoverProximity":15`, "") {
		if len(tip.Times) != 1 || !tip.Times[0].Equal(tip.At) {
			t.Errorf("got %v", tip)
		}
	}
}

func TestATooltipDoesNotShowWhatIsHiddenFromIt(t *testing.T) {
	all := hovering(t, "", `{"matcher":{"id":"byFrameRefID","options":"a"},"properties":[{"id":"custom.hideFrom","value":{"tooltip":true}}]}`)
	if len(all) != 1 || len(all[0].Times) != 1 {
		t.Errorf("got %v", all)
	}
}
