package sender

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

var updateReports = flag.Bool("update-reports", false, "write testdata/reports/* anew")

// made is when a page was made.
var made = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)

func TestAReportReadsAsBeforeOnPaperAndAsAPage(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	s.sent(sheetOf("stored.csv", "2024-01,310,万TEU,P,2024-02-18", "2024-02,3050000,TEU,,2024-03-18", "2024-03,320.5,万TEU,,2024-04-18", "2024-04,,万TEU,Q,2024-05-18",
		"2024-05,330,万TEU,,2024-06-18", "2024-06,300,万TEU,,2024-08-18", "container_throughput,NBZS,yoy,2024-05,5.5,%,,2024-06-18", "market_entities,330200,level,2023-01,131.2,万户,P,2023-02-20"))
	var rows Rows
	defer func() { must(t, rows.Close()) }()
	look := Inspection{Catalog: catalog.Ningbo(), Against: s.holdings(), Row: rows.Add}
	r, err := look.Check(t.Context(), []Input{
		sheetOf("a.csv", "2024-01,310,万TEU,A", "2024-02,305,万TEU,", "2024-03,3209000,TEU,P", "2024-04,325,万TEU,,,<script>alert(1)</script>", "2024-05,,万TEU,Q",
			"2024-06,301,万TEU,,2024-07-01", "2024-07,31.5,万TEU,", "2024-08,315,万TEU,", "2024-08,315,万TEU,", "2024-13,315,万TEU,", "container_throughput,NBZS,yoy,2024-05,5.9,%,",
			"market_entities,330200,level,2023-01,131.4,万户,P", "2024-02,305,person,"),
		sheetOf("b.csv", "2024-08,316,万TEU,,,another word", "gdp,330200,ytd,2024-Q1,4000,亿元,")})
	must(t, err)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"en.txt":    func(b *bytes.Buffer) error { return r.WriteIn(b, Checked, lang.English) },
		"zh.txt":    func(b *bytes.Buffer) error { return r.WriteIn(b, Checked, lang.Chinese) },
		"both.txt":  func(b *bytes.Buffer) error { return r.WriteIn(b, Checked, "") },
		"en.html":   func(b *bytes.Buffer) error { return r.WriteHTML(b, Checked, lang.English) },
		"zh.html":   func(b *bytes.Buffer) error { return r.WriteHTML(b, Checked, lang.Chinese) },
		"rows.json": func(b *bytes.Buffer) error { return rows.WriteJSON(b, r) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			must(t, write(&b))
			got := made.ReplaceAllString(b.String(), "MADE")
			golden := filepath.Join("testdata", "reports", name)
			if *updateReports {
				must(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAPageHoldsNothingButItself(t *testing.T) {
	for _, name := range []string{"en.html", "zh.html"} {
		text, err := os.ReadFile(filepath.Join("testdata", "reports", name))
		must(t, err)
		for _, foreign := range []string{"<script", "src=", "href=", "@import", "url("} {
			if strings.Contains(string(text), foreign) {
				t.Errorf("%s holds %s", name, foreign)
			}
		}
	}
}

func TestALongComparisonSaysHowMuchItLeavesOut(t *testing.T) {
	const figures = keptRows + 400
	s := newPushSite(t)
	lines := make([]string, figures)
	for i := range lines {
		lines[i] = fmt.Sprintf("unresolved_cases,330200,level,%s,%d,件,", figure.Month(1800, 1).Add(i), 5+i%3)
	}
	var rows Rows
	defer func() { must(t, rows.Close()) }()
	r, err := Inspection{Catalog: catalog.Ningbo(), Against: s.holdings(), Row: rows.Add}.Check(t.Context(), []Input{sheetOf("long.csv", lines...)})
	must(t, err)
	if r.Compared.New != figures || len(r.Groups) != 1 || len(r.Groups[0].rows) != keptRows || r.Groups[0].plain != figures-keptRows {
		t.Errorf("%+v", r.Compared)
	}
	var page, object bytes.Buffer
	must(t, r.WriteHTML(&page, Checked, lang.English))
	if want := fmt.Sprintf("%d more are not listed", figures-keptRows); !strings.Contains(page.String(), want) {
		t.Errorf("the page does not say %s", want)
	}
	must(t, rows.WriteJSON(&object, r))
	var all struct{ Comparison []json.RawMessage }
	must(t, json.Unmarshal(object.Bytes(), &all))
	if len(all.Comparison) != figures {
		t.Errorf("%d rows are in the object", len(all.Comparison))
	}
}

func TestADifferenceIsToldWithAsManyDigitsAsItNeeds(t *testing.T) {
	got := []string{}
	for _, v := range []float64{0.15243902, -12.3456, 99900, 0.005, 0.0012345, -0.000056789, 1e-9} {
		got = append(got, signedPercent(v))
	}
	ingesttest.WantLines(t, got, "+0.15", "-12.35", "+99900.00", "+0.01", "+0.0012", "-0.000057", "+0.0000000010")
}
