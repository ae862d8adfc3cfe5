package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

var update = flag.Bool("update", false, "rewrite testdata/report.md")

func TestEnglishWordsInAChineseTextAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"集装箱吞吐量 346.3 万TEU":                           "",
		"GDP（亿元），R&D 投入":                              "",
		"由 tidemark 推算，延迟 12 ms，1.5 MB/s":             "",
		"规则 figure/unit-slip，ingest-1:9465，port.xlsx": "",
		"https://example.org/Some/Page 见此":            "",
		"A 组，B 组":                                     "",
		"2025 Q4":                                     "",
		"English":                                     "",
		"No data":                                     "No data",
		"N/A":                                         "N A",
		"12 家/d":                                      "d",
		"Dec 2025":                                    "Dec",
		"全部 All":                                      "All",
		"Yes/No":                                      "Yes No",
		"year-on-year":                                "year on year",
		"TidemarkWorkerLag":                           "TidemarkWorkerLag",
		"万TEUs，Last 6 months":                         "Last months",
	} {
		if got := strings.Join(foreign(text, lang.Chinese), " "); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestChineseInAnEnglishTextIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"container throughput, million TEU": "",
		"中文":                                "",
		"port 港口 and 贸易":                    "港口 贸易",
		"met，on track":                      "，",
		"中文版":                               "中文版",
	} {
		if got := strings.Join(foreign(text, lang.English), " "); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestMonthsAreReadInBothLanguages(t *testing.T) {
	for text, want := range map[string]string{
		"2025年12月\n346.3":                  "2025-12",
		"2025年2月 和 2025-03-01 00:00:00":    "2025-02 2025-03",
		"Dec 2025 and December 2025":       "2025-12",
		"Jan 5, 2026 – Feb 2026":           "2026-01 2026-02",
		"2025年四季度，2025 Q4，2025年，2025-2030": "",
	} {
		if got := strings.Join(monthsIn(text), " "); got != want {
			t.Errorf("%q: read %q, want %q", text, got, want)
		}
	}
}

func TestATooltipMixesMonthsByItsTextOrByItsNumbers(t *testing.T) {
	december, january := int64(1764547200000), int64(1767225600000)
	for _, test := range []struct {
		text  string
		times []int64
		want  string
	}{
		{"Dec 2025", []int64{december, december}, ""},
		{"Dec 2025", []int64{december, december + 86400e3}, ""},
		{"Dec 2025", []int64{december, january}, "its numbers are from 2025-12 and 2026-01"},
		{"Dec 2025, Jan 2026", nil, "its text names 2025-12 and 2026-01"},
	} {
		if got := mixed(test.text, test.times); got != test.want {
			t.Errorf("%q, %v: %q, want %q", test.text, test.times, got, test.want)
		}
	}
}

// drawn is a canvas with five bars of a width from y 20 to 100, that begin every 40
// pixels, with the faint lines of a grid and a line across the bars.
func drawn(width int) (image.Image, series) {
	canvas := image.NewNRGBA(image.Rect(0, 0, 220, 120))
	fill := func(r image.Rectangle, alpha uint8) {
		draw.Draw(canvas, r, image.NewUniform(color.NRGBA{50, 100, 200, alpha}), image.Point{}, draw.Over)
	}
	s := series{Name: "months", Bars: true, Align: 1, Max: 80, Zero: 100}
	for i := range 5 {
		x := 10 + 40*i
		fill(image.Rect(x, 0, x+1, 120), 23)
		fill(image.Rect(x, 20, x+width, 100), 180)
		s.Points = append(s.Points, point{float64(x), 20})
	}
	fill(image.Rect(0, 59, 220, 61), 255)
	return canvas, s
}

var whole = box{0, 0, 220, 120}

func TestTheWidthsOfBarsAreCountedInThePicture(t *testing.T) {
	for _, width := range []int{1, 2, 3, 12, 39} {
		canvas, s := drawn(width)
		measured, what := s.thin(canvas, whole)
		if measured != 5 || (what != "") != (width < 3) {
			t.Errorf("%d pixels: measured %d bars and said %q", width, measured, what)
		}
	}
}

func TestBarsThatAreNotThereAreThin(t *testing.T) {
	canvas, s := drawn(0)
	if _, what := s.thin(canvas, whole); !strings.Contains(what, "0 pixels wide") {
		t.Errorf("said %q", what)
	}
}

func TestTwoHundredBarsMayBeThin(t *testing.T) {
	canvas, s := drawn(1)
	for len(s.Points) < many {
		s.Points = append(s.Points, s.Points[0])
	}
	if _, what := s.thin(canvas, whole); what != "" {
		t.Error(what)
	}
}

func TestBarsStartAtZeroIfTheirAxisHasIt(t *testing.T) {
	for _, test := range []struct {
		min, max float64
		log, bad bool
	}{{0, 10, false, false}, {-5, 5, false, false}, {-5, 0, false, false}, {3, 10, false, true}, {-9, -2, false, true}, {0, 10, true, true}} {
		s := series{Bars: true, Points: []point{{}}, Min: test.min, Max: test.max, Log: test.log}
		if what := s.notFromZero(); (what != "") != test.bad {
			t.Errorf("an axis from %g to %g: %q", test.min, test.max, what)
		}
	}
}

func TestAFindingOfSeveralViewsIsReportedOnce(t *testing.T) {
	r := &report{Grafana: "http://localhost:3000", Version: "12.2.0"}
	d := dashboard{UID: "tidemark-port", Edition: lang.Chinese}
	for _, v := range views() {
		r.add(textCut, d, "吞吐量", "“集装箱” is cut", v)
	}
	r.add(tableScrolls, d, "目标", "its table needs 450 pixels and has 357", view{390, "dark"})
	out := t.TempDir()
	if err := r.keep(out, d, view{390, "dark"}, []byte("a picture")); err != nil {
		t.Fatal(err)
	}
	if err := r.write(out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(out, "report.md"))
	if *update {
		err = os.WriteFile("testdata/report.md", got, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/report.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	data, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(data, &back); err != nil || len(back.Findings) != 2 || len(back.Findings[0].Views) != 1 || len(back.faults()) != 1 {
		t.Errorf("%v: report.json is\n%s", err, data)
	}
}

func TestEveryDashboardIsFoundByItsTag(t *testing.T) {
	all, err := dashboards.Committed()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		var model struct{ Tags []string }
		if err := json.Unmarshal(f.JSON, &model); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(model.Tags, "tidemark-"+string(f.Edition)) {
			t.Errorf("%s has the tags %q", f.Path, model.Tags)
		}
		if len(linksIn(f.JSON)) == 0 {
			t.Errorf("no link to another dashboard was found in %s", f.Path)
		}
	}
}
