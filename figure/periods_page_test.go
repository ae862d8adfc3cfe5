package figure

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table of docs/periods.md")

const periodsPage = "../docs/periods.md"

// periodTable is the table of docs/periods.md: every form with its examples
// and what each is read as.
func periodTable() string {
	var b strings.Builder
	b.WriteString("| form | written | is read as |\n|---|---|---|\n")
	for _, f := range forms() {
		name := f.name
		for _, text := range f.examples {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", name, text, outcome(text))
			name = ""
		}
	}
	return b.String()
}

// outcome is what a text is read as on its own.
func outcome(text string) string {
	p, err := ReadPeriod(text, Level, 0)
	if err == nil {
		return p.String()
	}
	toDate, err2 := ReadPeriod(text, YTD, 0)
	var problem *Problem
	switch {
	case !errors.As(err, &problem):
		return err.Error()
	case err2 == nil:
		return fmt.Sprintf("%s where the measure is to date (累计); else refused: %s", toDate, problem.Hint)
	}
	return fmt.Sprintf("refused, %s: %s", problem.Reason, problem.Hint)
}

func TestThePageOfPeriodsHasTheTableOfTheForms(t *testing.T) {
	page, err := os.ReadFile(periodsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), "| form |")
	_, after, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		t.Fatalf("%s has no table of forms", periodsPage)
	}
	want := before + periodTable() + "\n" + after
	if *update {
		if err := os.WriteFile(periodsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("the table of %s differs from the code: rewrite it with go test ./figure -run Page -update, and read it", periodsPage)
	}
}

func TestEveryFormHasExamplesThatItReads(t *testing.T) {
	for _, f := range forms() {
		if len(f.examples) == 0 {
			t.Errorf("%s has no example", f.name)
		}
		for _, text := range f.examples {
			if len(Readings(text)) == 0 {
				t.Errorf("%s: nothing reads its example %q", f.name, text)
			}
		}
	}
}

func TestNoWordNamesTwoMonths(t *testing.T) {
	named := map[string]int{}
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			if m, again := named[name]; again {
				t.Errorf("%s is month %d and month %d", name, m, i+1)
			}
			named[name] = i + 1
		}
	}
}
