package sheet

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const flagsPage = "../../docs/flags.md"

func TestThePageOfFlagsHasTheTableOfTheUses(t *testing.T) {
	page, err := os.ReadFile(flagsPage)
	if err != nil {
		t.Fatal(err)
	}
	head := "| mark | means | at | status |\n"
	before, _, found := strings.Cut(string(page), head)
	if !found {
		t.Fatalf("%s has no table of marks", flagsPage)
	}
	want := before + head + "|---|---|---|---|\n"
	for _, u := range uses {
		status := fmt.Sprintf("`%s` %s", u.flag.Status, u.flag.Status.NameEN())
		if u.flag.Zero {
			status = "`0` the value zero"
		}
		want += fmt.Sprintf("| `%s` | %s | %s | %s |\n", u.mark, u.says, u.who, status)
	}
	if *update {
		if err := os.WriteFile(flagsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("the table of %s is not that of the code: write it anew with go test ./ingest/sheet -run Page -update, and read it", flagsPage)
	}
}
