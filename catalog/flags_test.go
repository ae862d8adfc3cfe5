package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// written writes a file for a test.
func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flags.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMarksOfAFileTakePrecedenceOverThoseOfTheAgency(t *testing.T) {
	valid, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("valid.yaml", valid)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := c.agencies["port"]
	port.Flags = figure.Flags{"p": {Status: 'P'}, "x": {Status: 'Q'}}
	flags, err := LoadFlags(written(t, "x: M\n\"-\": 0\n…: O\n"))
	if err != nil {
		t.Fatal(err)
	}
	with := c.WithFlags(flags)
	want := figure.Flags{"p": {Status: 'P'}, "x": {Status: 'M'}, "-": {Status: 'A', Zero: true}, "...": {Status: 'O'}}
	for mark, want := range want {
		if got := with.FlagsOf(port)[mark]; got != want {
			t.Errorf("%s is %v, want %v", mark, got, want)
		}
	}
	if got := c.FlagsOf(port)["x"]; got.Status != 'Q' {
		t.Errorf("the catalogue itself now says that x is %v", got)
	}
}

func TestAMistakeInAFileOfMarksIsReportedWithItsPosition(t *testing.T) {
	for content, want := range map[string]string{
		"p: P\nq: provisional\n": `:2:4: flags: q: "provisional" is not an SDMX observation status; write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS, or 0 for a mark that means zero`,
		"- p\n":                  ":1:1: flags: must be a mapping of keys",
		"p: P\np: E\n":           `:2:1: key "p" is given twice, first on line 1`,
	} {
		path := written(t, content)
		_, err := LoadFlags(path)
		if err == nil || err.Error() != path+want {
			t.Errorf("%q: got\n%v\nwant\n%s", content, err, path+want)
		}
	}
}
