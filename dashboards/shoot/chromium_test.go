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

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// begun starts a browser for the dashboards of a Grafana.
func begun(t *testing.T, f *fakeGrafana) *browser {
	t.Helper()
	program, err := findChromium(os.Getenv)
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

func TestBothEditionsWithoutFaultsPassInEveryView(t *testing.T) {
	f := newFake(t, "good")
	f.login = "hush-hush"
	env := map[string]string{"GRAFANA_USER": "admin", "GRAFANA_PASSWORD": f.login, "CHROME": os.Getenv("CHROME")}
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"--grafana", f.URL, "--out", out}, func(k string) string { return env[k] }, &stdout, &stderr)
	text, err := os.ReadFile(filepath.Join(out, "report.md"))
	if code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s%s%s", code, err, &stdout, &stderr, text)
	}
	data, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, written := range [][]byte{stdout.Bytes(), stderr.Bytes(), text, data} {
		if bytes.Contains(written, []byte(f.login)) || bytes.Contains(written, []byte(session)) {
			t.Error("a secret was written")
		}
	}
	for _, want := range []string{"12 pictures; over all of them 72 panels", "12 tables, 36 charts, 576 bars measured"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	for _, edition := range []string{"zh/tidemark-good", "en/tidemark-good-en"} {
		for _, v := range views() {
			file, err := os.Open(filepath.Join(out, edition+strings.TrimPrefix(v.file(dashboard{}), "")))
			if err != nil {
				t.Error(err)
				continue
			}
			picture, err := png.DecodeConfig(file)
			file.Close()
			if err != nil || picture.Width != v.Width || picture.Height < 6*300 {
				t.Errorf("%s %s: a picture of %d by %d, %v: want all six panels below each other", edition, v, picture.Width, picture.Height, err)
			}
		}
	}
}

func TestAFaultMakesTheCommandFail(t *testing.T) {
	f := newFake(t, "good", "zero")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"--grafana", f.URL, "--out", t.TempDir(), "--only", "tidemark-zero"}, os.Getenv, &stdout, &stderr)
	if code != 1 || !strings.Contains(stdout.String(), "1 fault,") {
		t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
	}
}
