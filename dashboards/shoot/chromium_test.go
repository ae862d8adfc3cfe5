//go:build chromium

package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/chromium"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// begun starts a browser for the dashboards of a Grafana.
func begun(t *testing.T, f *fakeGrafana) *browser {
	t.Helper()
	program, err := chromium.Find(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	g, err := connect(t.Context(), f.URL, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b, err := start(t.Context(), program, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

// found lists the codes of what is found on a page, each once, without remarks.
func found(t *testing.T, b *browser, uid string) (codes []string, rep *report) {
	t.Helper()
	d := dashboard{UID: uid, Edition: lang.Chinese}
	if strings.HasSuffix(uid, "-en") {
		d.Edition = lang.English
	}
	rep = &report{}
	if _, err := b.look(d, view{1366, "light"}, rep); err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.faults() {
		codes = append(codes, f.Check)
	}
	slices.Sort(codes)
	return slices.Compact(codes), rep
}

func TestEveryFaultOfAPageIsFoundAndNothingElse(t *testing.T) {
	b := begun(t, newFake(t))
	for _, test := range []struct {
		fault string
		want  check
		part  string // of what the report says
	}{
		{"error", panelError, "in error"},
		{"request", requestFailed, "/api/broken answers 404"},
		{"refused", requestFailed, "http://127.0.0.1:1/nowhere"},
		{"english", wordForeign, "“No data” has No, data in English"},
		{"chinese-en", wordForeign, "“暂无” has 暂无 in Chinese"},
		{"axis", wordForeign, "Decembre"},
		{"tooltip-word", wordForeign, "gibberish"},
		{"cut", textCut, "“集装箱吞吐量” is cut"},
		{"outside", textCut, "“2025” is cut"},
		{"low", textCut, "“2” is cut"},
		{"table", tableWide, "needs 1800 pixels"},
		{"hairlines", barThin, "the 24 bars of series 1 are 1 pixels wide"},
		{"zero", barZero, "start at 30"},
		{"months", tooltipMonths, "its text names 2024-01 and 2024-02"},
		{"numbers", tooltipMonths, "its numbers are from"},
		{"link", linkDead, "there is no dashboard tidemark-gone"},
		{"path", linkDead, "/runbooks/gone leads nowhere"},
		{"variable", linkDead, "was not filled in"},
		{"unread", chartUnread, "was not found"},
	} {
		t.Run(test.fault, func(t *testing.T) {
			codes, rep := found(t, b, "tidemark-"+test.fault)
			if !slices.Equal(codes, []string{test.want.code}) {
				t.Errorf("found %v, want only %s:\n%s", codes, test.want.code, rep.markdown())
			}
			if text := rep.markdown(); !strings.Contains(text, test.part) {
				t.Errorf("the report lacks %q:\n%s", test.part, text)
			}
		})
	}
}

func TestAPageWithFewerPanelsThanItsJSONIsReported(t *testing.T) {
	b := begun(t, newFake(t))
	rep := &report{}
	if _, err := b.look(dashboard{UID: "tidemark-good", Edition: lang.Chinese, Panels: 7}, view{1366, "dark"}, rep); err != nil {
		t.Fatal(err)
	}
	if text := rep.markdown(); len(rep.faults()) != 1 || !strings.Contains(text, "the page shows 6 panels, and its JSON has 7") {
		t.Error(text)
	}
}

func TestAPanelThatNeverLoadsIsNamed(t *testing.T) {
	b := begun(t, newFake(t))
	b.patience = 2 * time.Second
	for fault, part := range map[string]string{"stuck": "waits for 吞吐量", "places": "waits for the place never"} {
		codes, rep := found(t, b, "tidemark-"+fault)
		if !slices.Contains(codes, panelLoading.code) || !strings.Contains(rep.markdown(), part) {
			t.Errorf("%s: found %v, want %s with %q:\n%s", fault, codes, panelLoading.code, part, rep.markdown())
		}
	}
}

// commanded runs the command on one dashboard of a Grafana that wants a password.
func commanded(t *testing.T, only string) (code int, out string, printed string) {
	t.Helper()
	f := newFake(t, "good", "json")
	f.login = "hush-hush"
	env := map[string]string{"GRAFANA_USER": "admin", "GRAFANA_PASSWORD": f.login, "CHROME": os.Getenv("CHROME")}
	out = t.TempDir()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), []string{"--grafana", f.URL, "--out", out, "--only", only}, func(k string) string { return env[k] }, &stdout, &stderr)
	printed = stdout.String() + stderr.String()
	for _, name := range []string{"report.md", "report.json"} {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		printed += string(data)
	}
	if strings.Contains(printed, f.login) || strings.Contains(printed, session) {
		t.Error("a secret was written")
	}
	return code, out, printed
}

func TestADashboardWithoutFaultsPassesInEveryView(t *testing.T) {
	code, out, printed := commanded(t, "tidemark-good")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, printed)
	}
	for _, want := range []string{"6 pictures; over all of them 36 panels", "6 tables, 18 charts, 288 bars measured, 45 tooltips", "0 faults"} {
		if !strings.Contains(printed, want) {
			t.Errorf("the report lacks %q:\n%s", want, printed)
		}
	}
	for _, v := range views() {
		file, err := os.Open(filepath.Join(out, "zh", v.file(dashboard{UID: "tidemark-good"})))
		if err != nil {
			t.Error(err)
			continue
		}
		picture, err := png.DecodeConfig(file)
		file.Close()
		if err != nil || picture.Width != v.Width || picture.Height < 6*300 {
			t.Errorf("%s: a picture of %d by %d, %v: want all six panels below each other", v, picture.Width, picture.Height, err)
		}
	}
}

func TestAFaultMakesTheCommandFail(t *testing.T) {
	code, _, printed := commanded(t, "tidemark-json-en")
	if code != 1 || !strings.Contains(printed, "1 fault,") || !strings.Contains(printed, "its JSON links to the dashboard tidemark-gone") {
		t.Errorf("exit code %d\n%s", code, printed)
	}
}
