package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// Each file of testdata/reports is strange or hostile in one way. The text file next to
// it has the command and its complete output.
const reports = "testdata/reports"

// reportCommands returns the command for every file of the folder.
func reportCommands(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(reports, "*.csv"))
	if err != nil || len(names) < 200 {
		t.Fatalf("%d files (%v)", len(names), err)
	}
	all := map[string][]string{}
	for _, name := range names {
		golden, err := os.ReadFile(strings.TrimSuffix(name, ".csv") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(golden), "\n")
		command, ok := strings.CutPrefix(first, "$ tidemark ")
		if !ok {
			t.Fatalf("%s: the golden file begins with %q and no command", name, first)
		}
		all[name] = strings.Fields(command)
	}
	return all
}

// runReport runs a command on a file, and returns its output and exit code.
func runReport(t *testing.T, file string, args ...string) (said string, code int) {
	t.Helper()
	args = slices.Clone(args)
	args[len(args)-1] = file
	args = slices.Insert(args, 1, "--catalog", filepath.Join(reports, "catalog.yaml"))
	var out, errs bytes.Buffer
	code = execute(args, strings.NewReader(""), &out, &errs)
	return strings.ReplaceAll(out.String()+errs.String(), filepath.Dir(file)+"/", ""), code
}

func TestEveryStrangeFileHasItsReport(t *testing.T) {
	for file, args := range reportCommands(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			said, code := runReport(t, file, args...)
			got := fmt.Sprintf("$ tidemark %s\n%s[exit code %d]\n", strings.Join(args, " "), said, code)
			golden := strings.TrimSuffix(file, ".csv") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// told returns the JSON report on a file, nil when the command could not run.
func told(t *testing.T, file string, args ...string) *sender.Report {
	t.Helper()
	said, code := runReport(t, file, slices.Insert(slices.Clone(args), 1, "--json")...)
	if code == exitFailed {
		return nil
	}
	var r sender.Report
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		t.Fatalf("%v in %s", err, said)
	}
	return &r
}

func TestEveryRowOfEveryFileIsCounted(t *testing.T) {
	all := reportCommands(t)
	for _, pattern := range []string{"../../catalog/sample/*.csv", "../../ingest/sheet/testdata/*.csv"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		for _, name := range names {
			all[name] = []string{"check", filepath.Base(name)}
		}
	}
	for file, args := range all {
		r := told(t, file, args...)
		if r == nil {
			continue
		}
		if r.Rows != r.Figures+r.Repeated+r.Unread || r.Figures != r.Refused+r.NotSent {
			t.Errorf("%s: %d rows, %d figures (%d refused, %d not sent), %d repeated, %d unread",
				file, r.Rows, r.Figures, r.Refused, r.NotSent, r.Repeated, r.Unread)
		}
		counted := r.Omitted + len(r.Findings)
		for _, n := range r.ByCode {
			counted -= n
		}
		if counted != 0 {
			t.Errorf("%s: findings are missing: %+v", file, r)
		}
		if r.Clean() != (r.Refused == 0 && r.Unread == 0 && len(r.ByCode) == 0) {
			t.Errorf("%s: clean: %v", file, r.Clean())
		}
	}
}

// Hints that are corrections say what to write instead of the text, or which flag to
// use.
var (
	writeHint = regexp.MustCompile(`^write (\S.*?)(, followed by a separator)?(?:; .*| if .*|, the longest .*)?$`)
	flagHint  = regexp.MustCompile(`--(?:decimal|thousands|encoding) \S+`)
	meantHint = regexp.MustCompile(`^did you mean "(.*)"\?$`)
	flaggedAs = regexp.MustCompile(`^(?:write (\S+) in the column value and (\S+)|leave the cell empty and write (\S)) in the column status if`)
	unitHint  = regexp.MustCompile(`^write \S+ in the column value and |, measure `)
)

// general matches hints that say how to write such a thing in general.
var general = regexp.MustCompile(`^write (digits|a |the |one |every |1234567|status|level, ytd|A \()`)

// corrected applies a finding's hint to the file; ok is false when the hint is not a
// correction.
func corrected(t *testing.T, file string, f *sender.Finding) (text string, ok bool) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	written, status := "", ""
	switch {
	case flaggedAs.MatchString(f.Hint):
		parts := flaggedAs.FindStringSubmatch(f.Hint)
		written, status = parts[1], strings.TrimPrefix(parts[2]+parts[3], "nothing")
	case unitHint.MatchString(f.Hint), general.MatchString(f.Hint):
		return "", false
	case writeHint.MatchString(f.Hint):
		parts := writeHint.FindStringSubmatch(f.Hint)
		if written = parts[1]; parts[2] != "" {
			if written += ","; strings.Contains(f.Text, "，") {
				written = parts[1] + "，"
			}
		}
	case meantHint.MatchString(f.Hint):
		written = meantHint.FindStringSubmatch(f.Hint)[1]
	default:
		return "", false
	}
	place := strings.Split(f.Where, ":")
	number, err := strconv.Atoi(place[1])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(content), "\n")
	line := lines[number-1]
	if lines[number-1] = replaced(line, place, f.Text, written); lines[number-1] == line {
		t.Fatalf("%s: line %q does not hold %q", f.Where, line, f.Text)
	}
	if flaggedAs.MatchString(f.Hint) {
		addStatus(t, lines, number-1, status)
	}
	return strings.Join(lines, ""), true
}

// addStatus adds a column status to a file that has none, with the status of
// one line.
func addStatus(t *testing.T, lines []string, of int, status string) {
	t.Helper()
	if strings.Contains(lines[0], "status") {
		t.Fatalf("the header %q has a status already", lines[0])
	}
	separator := ","
	if strings.Contains(lines[0], ";") {
		separator = ";"
	}
	for i, line := range lines {
		text := map[int]string{0: "status", of: status}[i]
		if ended := strings.TrimRight(line, "\r\n"); ended != "" {
			lines[i] = ended + separator + text + "\n"
		}
	}
}

// replaced puts another text into a cell of a line.
func replaced(line string, place []string, text, written string) string {
	for _, separator := range []string{";", ","} {
		cells := strings.Split(line, separator)
		if len(place) < 3 || len(cells) < 5 || strings.Contains(line, `"`) {
			continue
		}
		if i := int(place[2][0] - 'A'); i < len(cells) && strings.Contains(cells[i], text) {
			cells[i] = strings.Replace(cells[i], text, written, 1)
			return strings.Join(cells, separator)
		}
	}
	return strings.Replace(line, text, written, 1)
}

func TestEveryCorrectionWorksAsItIsTold(t *testing.T) {
	tried := 0
	for file, args := range reportCommands(t) {
		r := told(t, file, args...)
		if r == nil {
			continue
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			for _, flags := range flagHint.FindAllString(f.Hint, -1) {
				if !strings.HasPrefix(f.Code, "sheet/ambiguous") {
					continue // an example
				}
				tried++
				again := told(t, file, slices.Insert(slices.Clone(args), 1, strings.Fields(flags)...)...)
				if again == nil || again.ByCode[f.Code] > 0 || again.Unread > 0 || again.NotSent <= r.NotSent {
					t.Errorf("%s: %s does not help: %+v", file, flags, again)
				}
			}
			text, ok := corrected(t, file, f)
			if !ok {
				continue
			}
			tried++
			mended := filepath.Join(t.TempDir(), filepath.Base(file))
			if err := os.WriteFile(mended, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			again := told(t, mended, args...)
			for _, other := range again.Findings {
				if sameLine(other.Where, f.Where) && !slices.ContainsFunc(r.Findings, func(known sender.Finding) bool { return known == other }) {
					t.Errorf("%s: after %q\n%s", f.Where, f.Hint, other.Error())
				}
			}
			if again.Refused+again.Unread > r.Refused+r.Unread {
				t.Errorf("%s: after %q more is refused: %+v", f.Where, f.Hint, again.Findings)
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d corrections were tried", tried)
	}
}

// sameLine reports whether two locations are on the same line.
func sameLine(a, b string) bool {
	line := func(where string) string { return strings.Join(strings.Split(where, ":")[:2], ":") }
	return strings.Count(a, ":") > 0 && strings.Count(b, ":") > 0 && line(a) == line(b)
}
