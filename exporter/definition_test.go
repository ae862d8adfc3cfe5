package exporter

import (
	"bytes"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict"
)

// altered is the city's catalogue with one part replaced.
func altered(t *testing.T, old, new string) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile("testdata/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%q is there %d times", old, strings.Count(string(text), old))
	}
	c, err := catalog.Parse("city.yaml", []byte(strings.Replace(string(text), old, new, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// defined is what a catalogue says about an indicator, as it is stored.
func defined(t *testing.T, c *catalog.Catalog, code string, day int) store.Definition {
	t.Helper()
	i, ok := c.Indicator(code)
	if !ok {
		t.Fatalf("no indicator %s", code)
	}
	return store.Definition{Of: store.OfIndicator, Code: code, Is: i.Definition().String(),
		Since: time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC).UnixMilli()}
}

func TestFiguresOfAnotherDefinitionAreNeitherShownNorJudged(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2023-01", 2726080, "2023-02-10"), published("boxes_rank", "2022", 1, "2023-02-10"))
	var log bytes.Buffer
	reader := open(t, opts)
	e, address := run(t, reader, &log)
	await(t, address+"/metrics", `tidemark_figure{area="H1",category="_T",freq="A",indicator="boxes_rank"`, patience)

	changed := defined(t, city(t), "boxes_rank", 1)
	changed.Is = strings.Replace(changed.Is, "rank", "stock", 1)
	if err := writer.Define(t.Context(), []store.Definition{changed}); err != nil {
		t.Fatal(err)
	}
	page := await(t, address+"/metrics", `tidemark_exporter_stray_figures{area="",indicator="boxes_rank",reason="definition"} 1`, patience)
	if strings.Contains(page, `tidemark_figure{area="H1",category="_T",freq="A",indicator="boxes_rank"`) {
		t.Error("the figures are still shown")
	}
	if !strings.Contains(page, `indicator="boxes",measure="level",unit="TEU"} 2726080`) {
		t.Error("another indicator is not shown any more")
	}
	if _, health := enginetest.Get(t, address+"/-/healthy"); !strings.Contains(health, "1 figure of boxes_rank not shown: the figures of boxes_rank were stored with kind stock and the catalogue now says rank: run `tidemark migrate boxes_rank`, or restore the old definition in the catalogue\n") {
		t.Errorf("health says %s", health)
	}
	rank, _ := city(t).Target("rank_2030")
	if s := verdict.Of(rank, e.Book(), time.Now())[0]; s.Verdict != verdict.NoData || !strings.Contains(s.Reason.EN, "a unit, kind or frequency other than") {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}

	if err := writer.Define(t.Context(), []store.Definition{defined(t, city(t), "boxes_rank", 2)}); err != nil {
		t.Fatal(err)
	}
	await(t, address+"/metrics", `tidemark_figure{area="H1",category="_T",freq="A",indicator="boxes_rank"`, patience)
}

func TestAGoalRemovedFromTheCatalogueIsKnownAsOfItsDay(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes_rank", "2022", 2, "2023-02-10"))
	old := altered(t, "    value: 1 位\n", "    value: 3 位\n")
	was, _ := old.Target("rank_2030")
	if err := writer.Define(t.Context(), []store.Definition{{Of: store.OfTarget, Code: "rank_2030", Is: was.Goal().String(),
		Since: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()}}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	_, address := run(t, open(t, opts), &log)
	await(t, address+"/metrics", `tidemark_target_goal{area="H1",category="_T",indicator="boxes_rank",target="rank_2030"} 1`+"\n", patience)
	for query, want := range map[string]string{
		`tidemark_target_goal{target="rank_2030",as_of="2023-08-20"}`:         `"3"]`, // before the first stored goal
		`tidemark_target_goal{target="rank_2030",as_of="2024-08-20"}`:         `"3"]`,
		`tidemark_target_verdict{target="rank_2030",as_of="2024-08-20"} == 1`: `"verdict":"met"`,
		`tidemark_target_goal{target="rank_2030"}`:                            `"1"]`,
		`tidemark_target_verdict{target="rank_2030"} == 1`:                    `"verdict":"too_early"`,
	} {
		if _, body := enginetest.Get(t, address+"/api/v1/query?query="+url.QueryEscape(query)); !strings.Contains(body, want) {
			t.Errorf("%s is %s, want %s", query, body, want)
		}
	}
}

func TestFiguresOfAnAreaThatDoesNotReportThemAreCounted(t *testing.T) {
	v := published("people", "2022", 5e6, "2023-02-10")
	v.Area = "H2"
	w := published("ships", "2022", 1, "2023-02-10")
	e := loaded(t, bookOf(t, v, w, published("people", "2022", 5e6, "2023-02-10")))
	_, page := serve(t, e, "/metrics")
	for _, line := range []string{
		`tidemark_exporter_stray_figures{area="H2",indicator="people",reason="area"} 1`,
		`tidemark_exporter_stray_figures{area="",indicator="ships",reason="indicator"} 1`,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("the page lacks %s", line)
		}
	}
	_, health := serve(t, e, "/-/healthy")
	if want := "healthy\n1 figure of people in H2: in the catalogue this area does not report it (any more)\n1 figure of ships not shown: the catalogue has no such indicator (any more)\n"; health != want {
		t.Errorf("health says\n%s\nwant\n%s", health, want)
	}
}

func TestFiguresConvertedToAnotherUnitAreReadAgain(t *testing.T) {
	opts, writer := bucket(t)
	old := published("boxes", "2023-01", 2726080000, "2023-02-10")
	write(t, writer, old)
	was := defined(t, city(t), "boxes", 1)
	was.Is = strings.Replace(was.Is, "TEU", "thousandth", 1)
	if err := writer.Define(t.Context(), []store.Definition{was}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	_, address := run(t, open(t, opts), &log)
	await(t, address+"/metrics", `tidemark_exporter_stray_figures{area="",indicator="boxes",reason="definition"} 1`, patience)
	old.Value = 2726080 // the same point
	write(t, writer, old)
	if err := writer.Define(t.Context(), []store.Definition{defined(t, city(t), "boxes", 2)}); err != nil {
		t.Fatal(err)
	}
	page := await(t, address+"/metrics", `tidemark_figure{area="H1",category="_T",freq="M",indicator="boxes"`, patience)
	if !strings.Contains(page, `indicator="boxes",measure="level",unit="TEU"} 2726080`+"\n") || !strings.Contains(page, "tidemark_exporter_book_vintages 1\n") {
		t.Errorf("the page is\n%s", tidemarks(page))
	}
}
