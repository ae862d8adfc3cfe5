package exporter

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// city is the catalogue of the tests.
func city(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load("testdata/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The parts that test books are built from.
var (
	published = booktest.Published
	withheld  = booktest.Withheld
	bookOf    = booktest.Of
)

// samples returns the lines of the page that begin with the name, without the
// name.
func samples(page []byte, name string) string {
	var found []string
	for lines := bufio.NewScanner(bytes.NewReader(page)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+"{"); ok {
			found = append(found, "{"+rest)
		}
	}
	return strings.Join(found, "\n")
}

const boxesOfH1 = `{area="H1",category="_T",freq="M",indicator="boxes",measure="level",unit="TEU"}`

func TestThePageShowsTheNewestPeriodOfASeries(t *testing.T) {
	january := published("boxes", "2023-01", 27260800, "2023-02-10")
	february := published("boxes", "2023-02", 2500000, "2023-03-10")
	for _, c := range []struct {
		name     string
		vintages []store.Vintage
		value    string // of tidemark_figure; empty if there is no sample
		withheld string
		period   int64
		released string
	}{
		{"one", []store.Vintage{january}, "27260800", "0", 1672531200, "2023-02-10"},
		{"two months", []store.Vintage{january, february}, "2500000", "0", 1675209600, "2023-03-10"},
		{"revised", []store.Vintage{february, published("boxes", "2023-02", 2400000, "2023-04-10")}, "2400000", "0", 1675209600, "2023-04-10"},
		{"an older month revised later", []store.Vintage{february, published("boxes", "2023-01", 1, "2024-04-10")}, "2500000", "0", 1675209600, "2023-03-10"},
		{"an older publication comes late", []store.Vintage{published("boxes", "2023-02", 2400000, "2023-04-10"), february}, "2400000", "0", 1675209600, "2023-04-10"},
		{"withheld", []store.Vintage{january, withheld(february)}, "", "1", 1675209600, "2023-03-10"},
		{"withheld, then back", []store.Vintage{withheld(february), published("boxes", "2023-02", 5, "2023-04-10")}, "5", "0", 1675209600, "2023-04-10"},
		{"had a value, withheld later", []store.Vintage{february, withheld(published("boxes", "2023-02", 0, "2023-04-10"))}, "", "1", 1675209600, "2023-04-10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := newView(bookOf(t, c.vintages...), city(t)).page()
			want := ""
			if c.value != "" {
				want = boxesOfH1 + " " + c.value
			}
			day, err := time.Parse(time.DateOnly, c.released)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]string{
				"tidemark_figure":                             want,
				"tidemark_figure_withheld":                    boxesOfH1 + " " + c.withheld,
				"tidemark_figure_period_timestamp_seconds":    boxesOfH1 + " " + fmt.Sprint(c.period),
				"tidemark_figure_published_timestamp_seconds": boxesOfH1 + " " + fmt.Sprint(day.Unix()),
			} {
				if got := samples(page, name); got != want {
					t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
				}
			}
		})
	}
}

func TestTheNextReleaseIsDueByTheCalendar(t *testing.T) {
	for _, c := range []struct {
		name, period, want string
	}{
		{"the month that follows", "2023-05", "2023-07-10"},
		{"January comes with February", "2022-12", "2023-03-10"},
		{"February after January", "2023-01", "2023-03-10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := city(t)
			page := newView(bookOf(t, published("boxes", c.period, 1, "2023-06-10")), cat).page()
			due, err := time.ParseInLocation(time.DateOnly, c.want, cat.Location())
			if err != nil {
				t.Fatal(err)
			}
			want := `{area="H1",indicator="boxes"} ` + fmt.Sprint(due.Unix())
			if got := samples(page, "tidemark_release_due_timestamp_seconds"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestAnIndicatorThatOnlyHasYearsSoFarHasNoNextMonthDue(t *testing.T) {
	page := newView(bookOf(t, published("boxes", "2022", 1, "2023-01-20")), city(t)).page()
	if got := samples(page, "tidemark_release_due_timestamp_seconds"); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestAnyMeasureOfANewPeriodMovesTheDueDay(t *testing.T) {
	growth := published("boxes", "2023-03", 4.5, "2023-04-10")
	growth.Measure = figure.YoY
	page := newView(bookOf(t, published("boxes", "2023-02", 1, "2023-03-10"), growth), city(t)).page()
	// 2023-05-10 in Shanghai.
	if got, want := samples(page, "tidemark_release_due_timestamp_seconds"), `{area="H1",indicator="boxes"} 1683648000`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOnlyReportedAndJudgedAreasAreListed(t *testing.T) {
	page := newView(bookOf(t, published("people", "2022", 5e6, "2023-02-10")), city(t)).page()
	want := `{agency="port",agency_en="port authority",agency_zh="港务局",area="H1",area_en="Harbour",area_zh="港城",display_unit="位",freq="A",indicator="boxes_rank",kind="rank",name_en="rank by containers",name_zh="集装箱排名",unit="place"} 1
{agency="statistics",agency_en="bureau of statistics",agency_zh="统计局",area="H1",area_en="Harbour",area_zh="港城",display_unit="万人",freq="A",indicator="people",kind="stock",name_en="population",name_zh="人口",unit="person"} 1`
	if got := samples(page, "tidemark_indicator_info"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFiguresTheCatalogueDoesNotKnowAreCountedAndNotShown(t *testing.T) {
	v := newView(bookOf(t, published("ships", "2023-01", 1, "2023-02-10"), published("ships", "2023-02", 1, "2023-03-10"),
		published("boxes", "2023-01", 1, "2023-02-10")), city(t))
	if strings.Contains(string(v.page()), "ships") {
		t.Error("an unknown indicator is on the page")
	}
	if v.unknown() != 2 {
		t.Errorf("%d unknown figures, want 2", v.unknown())
	}
}

func TestLabelValuesAreEscaped(t *testing.T) {
	v := published("boxes", "2023-01", 1, "2023-02-10")
	v.Category = "a\"b\\c\nd\xff港"
	page := newView(bookOf(t, v), city(t)).page()
	if want := `category="a\"b\\c\nd` + "\uFFFD" + `港"`; !strings.Contains(string(page), want) {
		t.Errorf("%s is not on the page:\n%s", want, page)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	if _, err := parser.TextToMetricFamilies(bytes.NewReader(page)); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyBookHasAPageThatParses(t *testing.T) {
	page := newView(new(book.Book), city(t)).page()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	if _, err := parser.TextToMetricFamilies(bytes.NewReader(page)); err != nil {
		t.Error(err)
	}
}

// No definitions or goals are stored.
func nothing() ([]store.Definition, error) { return nil, nil }

func TestThePageIsKeptUntilAFigureChanges(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	before := e.view.Load()
	merge := func(v store.Vintage) {
		t.Helper()
		if err := e.update(t.Context(), func(yield func(*store.Vintage, error) bool) { yield(&v, nil) }, nothing); err != nil {
			t.Fatal(err)
		}
	}
	merge(sample()[0])
	if e.view.Load() != before {
		t.Error("a known vintage made a new page")
	}
	merge(published("boxes", "2023-03", 1, "2023-04-10"))
	if e.view.Load() == before {
		t.Error("a new vintage made no new page")
	}
}
