package series

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// today is the working day after the newest figure of the sample.
var today = time.Date(2026, 11, 23, 9, 0, 0, 0, catalog.Ningbo().Location())

func TestWhatIsKeptDoesNotGrowWithWhatIsAsked(t *testing.T) {
	now := today
	data := NewSource(catalog.Ningbo(), booktest.Sample, func() time.Time { return now }, now, new(record.Keeper))
	size := func() int {
		v := data.snapshot()
		return len(v.values.all) + len(v.states.all) + len(v.turnsOf.all) + len(v.histories.all) + len(v.newests.all)
	}
	ask := func(n int) {
		q, err := data.Querier(0, now.UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		hints := &storage.SelectHints{Start: now.UnixMilli() - Forever.Milliseconds() + 1, End: now.UnixMilli()}
		equal := func(name, value string) *labels.Matcher { return labels.MustNewMatcher(labels.MatchEqual, name, value) }
		path := equal(metricName, "tidemark_target_path")
		for set := q.Select(t.Context(), false, hints, path); set.Next(); {
		}
		for set := q.Select(t.Context(), false, hints, path, equal(asOfLabel, time.Date(1990, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))); set.Next(); {
		}
		if _, _, err := q.LabelValues(t.Context(), fmt.Sprintf("invented_%d", n), nil); err != nil {
			t.Fatal(err)
		}
		if _, _, err := q.LabelValues(t.Context(), "area", nil, labels.MustNewMatcher(labels.MatchRegexp, metricName, fmt.Sprintf("tidemark_.*|%d", n))); err != nil {
			t.Fatal(err)
		}
	}
	ask(0)
	before := size()
	for n := range 50 {
		now = now.Add(time.Second)
		ask(n)
	}
	if after := size(); after != before {
		t.Errorf("%d values were cached, %d after 50 more queries", before, after)
	}
}

func TestAFigureOfOneIndicatorLetsOnlyItsTargetsBeJudgedAgain(t *testing.T) {
	c, newest := catalog.Ningbo(), booktest.Sample()
	data := NewSource(c, func() *book.Book { return newest }, func() time.Time { return today }, today, new(record.Keeper))
	judged := func() map[string]*judged {
		states := map[string]*judged{}
		for _, target := range c.Targets {
			states[target.ID] = &data.snapshot().statesAt(target, today.UnixMilli())[0]
		}
		return states
	}
	before := judged()
	var err error
	newest, err = newest.Merge(func(yield func(*store.Vintage, error) bool) {
		yield(&store.Vintage{Cell: figure.Cell{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total, Measure: figure.Level, Period: figure.Month(2024, 5)},
			Agency: "port", Status: figure.Normal, Value: 123456, Moment: today.UnixMilli()}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	after := judged()
	for _, target := range c.Targets {
		again := before[target.ID] != after[target.ID]
		if want := target.Indicator.Code == "container_throughput" && target.Area.Code == "NBZS"; again != want {
			t.Errorf("%s on %s was judged again: %t", target.ID, target.Indicator.Code, again)
		}
	}
}

func TestWhatIsKeptDoesNotGrowWithHowALabelIsAskedFor(t *testing.T) {
	c := catalog.Ningbo()
	data := NewSource(c, booktest.Sample, func() time.Time { return today }, today, new(record.Keeper))
	q, err := data.Querier(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[int]bool{}
	for n := range 5 {
		matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelectors([]string{"tidemark_figure{" + strings.Repeat(`as_of="",`, n) + `scale=""}`})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := q.LabelValues(t.Context(), "area", nil, matchers[0]...); err != nil {
			t.Fatal(err)
		}
		sizes[len(data.snapshot().values.all)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("kept %v", sizes)
	}
}
