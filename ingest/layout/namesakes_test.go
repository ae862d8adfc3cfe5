package layout

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
)

// namesakes returns the catalogue of the tables with one text in place of another.
func namesakes(t *testing.T, from, to string) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile("testdata/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/catalog.yaml"
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

const namesakeTable = "2024年5月\n指标,地区,单位,本月\n集装箱吞吐量,钦州,万TEU,20\n"

func TestTheIndicatorDecidesBetweenAreasOfOneName(t *testing.T) {
	cat := namesakes(t, "  - {code: FCG, kind: port, name: {zh: 防城,", "  - {code: FCG, kind: nation, name: {zh: 钦州,")
	got := rewritten(t, &File{Name: "f", Catalog: cat, Open: text(namesakeTable)})
	if !strings.Contains(got, "containers,QZ,,level,2024年5月,20,万TEU") {
		t.Error(got)
	}
}

func TestAreasOfOneNameAreAskedAbout(t *testing.T) {
	cat := namesakes(t, "  - {code: FCG, kind: port, name: {zh: 防城,", "  - {code: FCG, kind: port, name: {zh: 钦州,")
	got := rewritten(t, &File{Name: "f", Catalog: cat, Open: text(namesakeTable)})
	const want = `f:3:D: sheet/open "钦州": is the name of several areas
    → it is one of FCG, QZ; write a mapping with tidemark map, answer it there, and push with --map
`
	if got != want {
		t.Error(got)
	}
	for _, title := range []string{"2024年5月钦州\n指标,单位,本月\n集装箱吞吐量,万TEU,20\n", "2024年5月\n指标,单位,本月\n钦州集装箱吞吐量,万TEU,20\n"} {
		if got := rewritten(t, &File{Name: "f", Catalog: cat, Open: text(title)}); !strings.Contains(got, "is the name of several areas") {
			t.Error(got)
		}
	}
}

func TestIndicatorsOfOneNameAreAskedAbout(t *testing.T) {
	cat := namesakes(t, "{zh: 港口货物吞吐量,", "{zh: 集装箱吞吐量,")
	got := rewritten(t, &File{Name: "f", Catalog: cat, Open: text(namesakeTable)})
	const want = `f:3:D: sheet/open "集装箱吞吐量": is the name of several indicators
    → it is one of cargo, containers; write a mapping with tidemark map, answer it there, and push with --map
`
	if got != want {
		t.Error(got)
	}
}

func text(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}
