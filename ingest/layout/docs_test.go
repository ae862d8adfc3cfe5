package layout

import (
	"encoding/csv"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
)

var (
	example = regexp.MustCompile("(?s)```csv\n(.*?)```\n\n```text\n(.*?)```")
	mapping = regexp.MustCompile("(?s)```yaml\n(.*?)```")
)

func docsPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/sheets.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestThePageOfFilesShowsWhatBecomesOfEachExample(t *testing.T) {
	all := example.FindAllStringSubmatch(docsPage(t), -1)
	if len(all) < 6 {
		t.Fatalf("%d examples", len(all))
	}
	for _, e := range all {
		f := &File{Name: "example.csv", Catalog: catalog.Ningbo(), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(e[1])), nil }}
		parts, err := f.Parts()
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, said := range parts[0].Read {
			got.WriteString(said.EN + "\n")
		}
		for _, p := range parts {
			got.WriteString(shownRows(t, p))
		}
		if got.String() != e[2] {
			t.Errorf("of\n%sthe page says\n%sit becomes\n%s", e[1], e[2], got.String())
		}
	}
}

// shownRows formats the rows of a part as the page shows them.
func shownRows(t *testing.T, p *Part) string {
	t.Helper()
	src, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(src).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rows[1:] {
		b.WriteString(strings.Join([]string{r[0], r[1], r[3], r[4], r[5], r[6]}, " "))
		if r[7] != "" {
			b.WriteString(" status " + r[7])
		}
		if r[9] != "" {
			b.WriteString(" published " + r[9])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTheMappingOnThePageOfFilesIsValid(t *testing.T) {
	m := mapping.FindStringSubmatch(docsPage(t))
	if m == nil {
		t.Fatal("no mapping")
	}
	if _, err := ParseMap([]byte(m[1]), catalog.Ningbo()); err != nil {
		t.Error(err)
	}
}
