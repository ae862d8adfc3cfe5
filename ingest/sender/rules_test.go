package sender

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// rulesPage is the page that explains every rule.
const rulesPage = "../../docs/rules.md"

// notOfFigures are codes by which no figure or file is refused: frequencies are
// parsed only in catalogues, which report problems in their own way.
var notOfFigures = []string{"figure/frequency"}

var ruleCode = regexp.MustCompile(`^(figure|sheet|store)/[a-z-]+$`)

// codesInSources returns every rule's code in the module's sources, with its
// position.
func codesInSources(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	files := gotoken.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || entry.Name() == "rules.go" {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == gotoken.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && ruleCode.MatchString(text) {
					codes[text] = files.Position(literal.Pos()).String()
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestEveryCodeInTheSourcesIsARule(t *testing.T) {
	for code, where := range codesInSources(t) {
		if _, ok := rules.Of(code); !ok && !slices.Contains(notOfFigures, code) {
			t.Errorf("%s: %s is not in Rules", where, code)
		}
	}
}

func TestEveryRuleHasAPlaceThatGivesIt(t *testing.T) {
	codes := codesInSources(t)
	for _, rule := range rules.All {
		if codes[rule.Code] == "" {
			t.Errorf("no code gives %s", rule.Code)
		}
	}
}

func TestEveryRuleHasATitleInBothLanguages(t *testing.T) {
	for _, rule := range rules.All {
		if rule.ZH == "" || rule.EN == "" {
			t.Errorf("%s is called %q and %q", rule.Code, rule.ZH, rule.EN)
		}
	}
}

// entry is a rule's entry in docs/rules.md.
type entry struct {
	code, text string
}

// entries returns the entries of docs/rules.md in their order.
func entries(t *testing.T) (all []entry) {
	t.Helper()
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	for i, section := range strings.Split(string(page), "\n## ") {
		if i > 0 {
			code, text, _ := strings.Cut(section, "\n")
			all = append(all, entry{code, text})
		}
	}
	return all
}

func TestTheRulesPageHasEveryRuleInOrderAndNoOther(t *testing.T) {
	var explained, given []string
	for _, e := range entries(t) {
		explained = append(explained, e.code)
	}
	for _, rule := range rules.All {
		given = append(given, rule.Code)
	}
	if !slices.Equal(explained, given) {
		t.Errorf("%s explains %q\nthe rules are %q", rulesPage, explained, given)
	}
}

func TestEveryEntryHasTheTitlesAReasonAndAFix(t *testing.T) {
	for _, e := range entries(t) {
		rule, _ := rules.Of(e.code)
		for _, part := range []string{"**" + rule.ZH + "**, " + rule.EN + ".", "*Why.* ", "*Fix.* ", "```text\n" + e.code + " " + rule.ZH + "  "} {
			if !strings.Contains(e.text, part) {
				t.Errorf("%s: %s lacks %q", rulesPage, e.code, part)
			}
		}
	}
}

// block returns the entry's fenced block of a language.
func (e entry) block(language string) (string, bool) {
	_, rest, found := strings.Cut(e.text, "\n```"+language+"\n")
	text, _, _ := strings.Cut(rest, "\n```")
	return text + "\n", found
}

func TestTheFileOfAnEntryIsRefusedAsTheEntrySays(t *testing.T) {
	for _, e := range entries(t) {
		file, ok := e.block("csv")
		if !ok {
			continue
		}
		t.Run(e.code, func(t *testing.T) {
			input := Input{Name: "example.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}
			report, err := Check(t.Context(), catalog.Ningbo(), false, []Input{input})
			if err != nil {
				t.Fatal(err)
			}
			found := append(report.Findings, report.Unusual...)
			if n := len(found); n != 1 {
				t.Fatalf("%d findings, the entry shows one: %v", n, found)
			}
			f := found[0]
			checkShown(t, e, f.Code, "  "+f.Where, f.Quoted(), f.Cell, f.Reason, f.Hint)
		})
	}
}

func TestTheMessageOfAnEntryIsRefusedAsTheEntrySays(t *testing.T) {
	validator := rules.NewValidator(catalog.Ningbo())
	for _, e := range entries(t) {
		body, ok := e.block("json")
		if !ok {
			continue
		}
		t.Run(e.code, func(t *testing.T) {
			_, rest, _ := strings.Cut(e.text, "\nOn `")
			subject, _, _ := strings.Cut(rest, "`")
			_, _, problem := validator.Read(subject, []byte(strings.TrimSpace(body)))
			if problem == nil {
				t.Fatal("it is accepted")
			}
			checkShown(t, e, problem.Code, subject, problem.Quoted(), "", problem.Reason, problem.Hint)
		})
	}
}

// checkShown compares what a report says with the output that the entry shows.
func checkShown(t *testing.T, e entry, code string, parts ...string) {
	t.Helper()
	if code != e.code {
		t.Errorf("it is refused by %s", code)
	}
	shown, _ := e.block("text")
	for _, part := range parts {
		if !strings.Contains(shown, part) {
			t.Errorf("the entry shows\n%s\nwithout %q", shown, part)
		}
	}
}
