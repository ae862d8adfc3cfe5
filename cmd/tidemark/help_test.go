package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// ask runs the program in this process.
func ask(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := execute(args, strings.NewReader(""), &out, &errs); code != exitDone || errs.Len() > 0 {
		t.Fatalf("tidemark %s ends with %d: %s", strings.Join(args, " "), code, &errs)
	}
	return out.String()
}

// commands lists every command and group of commands by its words.
func commands() [][]string {
	all := [][]string{{}}
	parser := newParser(new(bytes.Buffer), new(bytes.Buffer))
	_ = kong.Visit(parser.Model, func(v kong.Visitable, next kong.Next) error {
		if n, ok := v.(*kong.Node); ok && n.Type == kong.CommandNode {
			all = append(all, strings.Fields(n.FullPath())[1:])
		}
		return next(nil)
	})
	return all
}

func TestEveryCommandShowsAnExample(t *testing.T) {
	for _, words := range commands() {
		command := strings.Join(append([]string{"tidemark"}, words...), " ")
		t.Run(command, func(t *testing.T) {
			help := ask(t, append(words, "--help")...)
			if !strings.Contains(help, "Example:\n\n    "+command) {
				t.Errorf("there is no example of %s in\n%s", command, help)
			}
		})
	}
}

// safeguarded are the flags, by command, that switch off a safeguard. Those about a
// file override the evidence of its cells, or belong to one file; so do a moment of
// release, a comment and a receipt.
var safeguarded = map[string][]string{
	"push":           {"confirm", "decimal", "thousands", "encoding", "columns", "sheet", "map", "flags", "html", "release-at", "group", "receipt"},
	"check":          {"confirm", "decimal", "thousands", "encoding", "columns", "sheet", "map", "flags", "html"},
	"map":            {"sheet", "out"},
	"rejects resend": {"all"},
	"rejects drop":   {"why"},

	"receipts":         {"out"},
	"pending show":     {"receipt"},
	"pending approve":  {"comment"},
	"pending return":   {"comment"},
	"pending withdraw": {"comment"},
}

func TestEveryFlagButThoseThatSwitchASafeguardOffIsAnEnvironmentVariableToo(t *testing.T) {
	parser := newParser(new(bytes.Buffer), new(bytes.Buffer))
	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range command.Flags {
			if flag.Name == "help" {
				continue
			}
			want := "TIDEMARK_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			path := strings.TrimPrefix(command.Path(), "tidemark ")
			if named := strings.Contains(describe(flag.Value), "$"+want); named == slices.Contains(safeguarded[path], flag.Name) {
				t.Errorf("the help of %s --%s names $%s: %t", path, flag.Name, want, named)
			}
		}
	}
}

func TestTheHelpReadsAsBefore(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	var all strings.Builder
	for _, words := range commands() {
		all.WriteString("$ tidemark " + strings.Join(append(words, "--help"), " ") + "\n")
		all.WriteString(ask(t, append(words, "--help")...) + "\n")
	}
	golden := filepath.Join("testdata", "help.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if all.String() != string(want) {
		t.Errorf("the help has changed; read it, then run go test -run TestTheHelpReadsAsBefore -update\n%s", all.String())
	}
}

func TestTheVersionIsOneLine(t *testing.T) {
	got := ask(t, "version")
	if !strings.HasPrefix(got, "tidemark ") || strings.Count(got, "\n") != 1 {
		t.Errorf("the version is %q", got)
	}
}
