package verdict

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// parsed is the target of a few lines of YAML, in the catalogue of
// testdata/examples.yaml.
func parsed(t testing.TB, yaml string) *catalog.Target {
	t.Helper()
	return parsedWith(t, "", "", yaml)
}

// parsedWith is parsed in a catalogue in which some text is replaced.
func parsedWith(t testing.TB, old, with, yaml string) *catalog.Target {
	t.Helper()
	head, err := os.ReadFile("testdata/examples.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(strings.Replace(string(head), old, with, 1))
	b.WriteString("  - id: example\n    name: {zh: 例, en: example}\n    wording: example\n    source: example\n    area: CITY\n")
	for line := range strings.Lines(yaml) {
		b.WriteString("    " + strings.TrimRight(line, " \n") + "\n")
	}
	c, err := catalog.Parse("example.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c.Targets[0]
}

// history reads figures, several to a line: measure, then period value
// [status], separated by commas, in the display unit or in percent.
func history(t testing.TB, i *catalog.Indicator, lines string) *derive.History {
	t.Helper()
	power, _ := i.Unit.Multiplier(i.Display)
	var values []derive.Value
	for line := range strings.Lines(lines) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		m, err := figure.ParseMeasure(name)
		if err != nil {
			t.Fatal(err)
		}
		for one := range strings.SplitSeq(rest, ",") {
			words := strings.Fields(one)
			p, err := figure.ParsePeriod(words[0])
			if err != nil {
				t.Fatal(err)
			}
			v := derive.Value{Measure: m, Period: p, Status: figure.Normal}
			if words[1] == "-" {
				v.Withheld, v.Status = true, figure.Suppressed
			} else {
				d, err := figure.ParseDecimal(words[1])
				if err != nil {
					t.Fatal(err)
				}
				if !m.Growth() {
					d = d.Shift(power)
				}
				v.Value = d.Float64()
			}
			if len(words) > 2 {
				v.Status = figure.Status(words[2][0])
			}
			values = append(values, v)
		}
	}
	return derive.New(i, values...)
}

// judged is the state of a target of YAML lines on a day.
func judged(t testing.TB, yaml, figures, on string) State {
	t.Helper()
	target := parsed(t, yaml)
	at, err := time.ParseInLocation(time.DateOnly, on, time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	return Judge(target, history(t, target.Indicator, figures), at)
}

// summary writes a state as docs/targets.md does.
func summary(s State) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	amount := func(n Number) string { return Amount(s.Target.Indicator, s.Target.Measure, n.Value).ZH }
	line("verdict", "%s", s.Verdict)
	for _, n := range []struct {
		name string
		Number
	}{{"goal", s.Goal}, {"value", s.Value}, {"plan", s.Plan}, {"projection", s.Projection}} {
		switch {
		case !n.Known:
		case n.name == "projection" && s.Low.Known:
			line(n.name, "%s (%s to %s)", amount(n.Number), amount(s.Low), amount(s.High))
		default:
			line(n.name, "%s", amount(n.Number))
		}
	}
	if s.Attainment.Known {
		line("attainment", "%s", percent(s.Attainment.Value))
	}
	if s.Method != "" {
		line("method", "%s, mean error %s in %d years", s.Method, percent(s.Pace.Error), s.Pace.Cases)
		for _, part := range s.Pace.Parts {
			line("", "%s: %s, weight %s", part.Method, amount(number(part.Value)), percent(part.Weight))
		}
	}
	if s.Required.Known {
		line("required", "%s in each of %d %s", amount(s.Required), s.Remaining, s.Every)
	}
	if s.Ratio.Known {
		line("R", "%s", short(s.Ratio.Value))
	}
	if !s.Reached.IsZero() {
		line("reached", "%s", s.Reached)
	}
	if !s.Expected.IsZero() {
		line("expected", "%s (%s to %s)", s.Expected, s.Earliest, s.Latest)
	}
	said := Sentence(s)
	line("sentence", "%s", said.EN)
	line("一句话", "%s", said.ZH)
	return b.String()
}

// page is the reference of how targets are judged.
const page = "../docs/targets.md"

// holdPage compares the page with what is computed, line by line, and with
// -update writes that to it.
func holdPage(t *testing.T, shown, computed string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(page, []byte(computed), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := strings.Split(computed, "\n")
	for i, line := range strings.Split(shown, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("docs/targets.md:%d is\n%s\nbut is computed as\n%s\n(-update rewrites it)", i+1, line, want[min(i, len(want)-1)])
		}
	}
}

// TestTheExamplesOfThePageAreComputed compares every example of
// docs/targets.md with the result of Judge: target, figures, day and outcome,
// separated by ---.
func TestTheExamplesOfThePageAreComputed(t *testing.T) {
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	computed := string(shown)
	examples := strings.Split(computed, "```example\n")[1:]
	kinds := map[catalog.TargetKind]bool{}
	for n, e := range examples {
		body, _, _ := strings.Cut(e, "```")
		parts := strings.Split(body, "---\n")
		if len(parts) != 4 {
			t.Fatalf("example %d has %d parts, want 4", n+1, len(parts))
		}
		s := judged(t, parts[0], parts[1], strings.TrimSpace(parts[2]))
		kinds[s.Target.Kind] = true
		parts[3] = summary(s)
		computed = strings.Replace(computed, body, strings.Join(parts, "---\n"), 1)
	}
	holdPage(t, string(shown), computed)
	for _, k := range []catalog.TargetKind{catalog.AnnualTotal, catalog.LevelBy, catalog.Growth, catalog.RankBy, catalog.Cumulative,
		catalog.Multiple, catalog.Floor, catalog.Ceiling} {
		if !kinds[k] {
			t.Errorf("docs/targets.md has no example of %s", k)
		}
	}
}

func TestThePageExplainsEveryVerdictAndMethod(t *testing.T) {
	page, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Verdicts() {
		if row := fmt.Sprintf("\n| `%s` | %s |", v, v.Name().ZH); !strings.Contains(string(page), row) {
			t.Errorf("docs/targets.md lacks %s", row)
		}
	}
	for _, m := range projection.Methods() {
		if row := fmt.Sprintf("\n| `%s` |", m); !strings.Contains(string(page), row) {
			t.Errorf("docs/targets.md lacks %s", row)
		}
	}
}
