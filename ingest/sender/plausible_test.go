package sender

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// doubtful is a catalogue of public figures that look wrong, or are.
func doubtful(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Load("testdata/doubtful/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// linesOf returns the lines of a file of testdata/doubtful without the header.
func linesOf(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "doubtful", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
}

// textInput returns a file of these lines.
func textInput(lines ...string) Input {
	text := "indicator,area,measure,period,value,unit\n" + strings.Join(lines, "\n") + "\n"
	return Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// cellsOf returns what a report says about figures, as code and cell.
func cellsOf(findings []Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.Code+" "+f.Cell)
	}
	return all
}

// checked returns the report on a file of these lines.
func checked(t testing.TB, lines ...string) *Report {
	t.Helper()
	r, err := Check(t.Context(), doubtful(t), false, []Input{textInput(lines...)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bench decides on messages one after another, as a worker does.
type judgeBench struct {
	t         testing.TB
	validator *rules.Validator
	known     *rules.Known
	seq       uint64

	submission string // of what is sent now
}

func newJudgeBench(t testing.TB) *judgeBench {
	return &judgeBench{t: t, validator: rules.NewValidator(doubtful(t)), known: rules.NewKnown()}
}

// decide decides on a message and applies the decision.
func (b *judgeBench) decide(f *figure.Figure, beside string) ledger.Decision {
	b.seq++
	d := b.validator.Judge(&rules.Message{Subject: f.Subject("stat"), Body: f.AppendJSON(nil), Seq: b.seq, Stored: int64(1e12 + b.seq*1000), Submission: b.submission, Beside: beside}, b.known)
	b.known.Apply(ledger.Range, &d)
	return d
}

// push sends the good figures of a file, in the order of its lines, and returns the
// codes of refusals and warnings, with the periods.
func (b *judgeBench) push(confirm bool, lines ...string) (refused, unusual []string) {
	b.t.Helper()
	f, err := newInspector(b.validator.Cat, confirm).load(textInput(lines...))
	if err != nil {
		b.t.Fatal(err)
	}
	b.submission = strconv.FormatUint(b.seq, 10)
	defer func() { b.submission = "" }()
	if err := f.each(func(row *judgedRow) error {
		if len(row.Findings) > 0 {
			b.t.Fatalf("the file is refused: %v", row.Findings)
		}
		d := b.decide(&row.Figure, f.beside(row.Figure.Series(), row.Line))
		switch {
		case d.Outcome == ingest.Refused:
			refused = append(refused, d.Problem.Code+" "+row.Figure.Period.String())
		case d.Problem != nil:
			unusual = append(unusual, d.Problem.Code+" "+row.Figure.Period.String())
		}
		return nil
	}, func(Finding) {}); err != nil {
		b.t.Fatal(err)
	}
	return refused, unusual
}

// alone sends figures without a file, as other programs do.
func (b *judgeBench) alone(lines ...string) (refused []string) {
	b.t.Helper()
	for _, line := range lines {
		r := checkedFigure(b.t, line)
		if d := b.decide(&r, ""); d.Outcome == ingest.Refused {
			refused = append(refused, d.Problem.Code+" "+r.Period.String())
		}
	}
	return refused
}

func checkedFigure(t testing.TB, line string) (out figure.Figure) {
	t.Helper()
	f, err := newInspector(doubtful(t), true).load(textInput(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.each(func(row *judgedRow) error { out = row.Figure; out.Confirmed = false; return nil }, func(Finding) {}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASeriesThatRisesFastIsWrittenInWhateverOrder(t *testing.T) {
	lines := linesOf(t, "rising.csv")
	for seed := range uint64(10) {
		shuffled := slices.Clone(lines)
		if seed > 0 {
			rand.New(rand.NewPCG(seed, 4)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		}
		if r := checked(t, shuffled...); !r.Clean() {
			t.Fatalf("order %d: the check refuses %v", seed, cellsOf(r.Findings))
		}
		if refused, _ := newJudgeBench(t).push(false, shuffled...); len(refused) > 0 {
			t.Errorf("order %d: the worker refuses %v", seed, refused)
		}
	}
}

func TestASeriesThatRisesFastIsWrittenFigureByFigure(t *testing.T) {
	lines := linesOf(t, "rising.csv")
	if refused := newJudgeBench(t).alone(lines...); len(refused) > 0 {
		t.Errorf("refused %v", refused)
	}
	slices.Reverse(lines)
	if refused := newJudgeBench(t).alone(lines...); len(refused) > 0 {
		t.Errorf("from the newest on: refused %v", refused)
	}
}

func TestTheRestOfASeriesIsWrittenInWhateverOrderBehindItsBeginning(t *testing.T) {
	lines := linesOf(t, "rising.csv")
	for _, known := range []int{3, 12, 24, 36, 50} {
		b := newJudgeBench(t)
		b.push(false, lines[:known]...)
		rest := slices.Clone(lines[known:])
		slices.Reverse(rest)
		if refused, _ := b.push(false, rest...); len(refused) > 0 {
			t.Errorf("behind %d: refused %v", known, refused)
		}
	}
}

// year returns the lines of a year of travellers, with values followed by a suffix.
func year(values ...string) (lines []string) {
	for i, v := range values {
		if v != "" {
			lines = append(lines, "travellers,ES-44,level,"+figure.Month(2025, i+1).String()+","+v+",travellers")
		}
	}
	return lines
}

func TestACorrectionIsNotJudgedByWhatItCorrects(t *testing.T) {
	b := newJudgeBench(t)
	b.push(false, year("21022", "28122", "32079", "43500", "41108")...)
	b.push(true, year("", "", "3207", "4350", "4110")...)
	for _, order := range [][]string{year("", "", "32079", "43500", "41109")} {
		slices.Reverse(order)
		if refused, unusual := b.push(false, order...); len(refused)+len(unusual) > 0 {
			t.Errorf("refused %v, unusual %v", refused, unusual)
		}
	}
}

func TestASeriesInAnotherScaleThanIsStoredIsAskedAboutAsOne(t *testing.T) {
	b := newJudgeBench(t)
	right := year("21022", "28122", "32079", "43500", "41108")
	b.push(false, right...)
	wrong := year("21022000", "28122000", "32079000", "43500000", "41108000")
	refused, _ := b.push(false, wrong...)
	ingesttest.WantLines(t, refused, "figure/other-scale 2025-01", "figure/other-scale 2025-02", "figure/other-scale 2025-03", "figure/other-scale 2025-04", "figure/other-scale 2025-05")
	if refused, _ := b.push(true, wrong...); len(refused) > 0 {
		t.Errorf("confirmed, it is refused: %v", refused)
	}
	if refused, _ := b.push(false, wrong...); len(refused) > 0 {
		t.Errorf("stored, it is refused: %v", refused)
	}
}

func TestAMonthOfSeveralSeriesInAnotherScaleThanIsStoredIsAskedAbout(t *testing.T) {
	rows := func(a, b, c string) []string {
		return []string{"cpi,AR,level,2025-07," + a + ",index", "cpi,GB,level,2025-07," + b + ",index", "travellers,ES-44,level,2025-07," + c + ",travellers"}
	}
	b := newJudgeBench(t)
	b.push(false, rows("8865", "133.1", "39576")...)
	refused, _ := b.push(false, rows("88650", "1331", "395760")...)
	ingesttest.WantLines(t, refused, "figure/other-scale 2025-07", "figure/other-scale 2025-07", "figure/other-scale 2025-07")
	refused, unusual := b.push(false, rows("8866", "133.2", "3957.6")[2:]...) // a correction of one
	ingesttest.WantLines(t, refused)
	ingesttest.WantLines(t, unusual, "figure/other-scale 2025-07")
}

func TestTheScaleOfAFileIsToldOnlyWhenItIsOne(t *testing.T) {
	by := func(factors ...float64) *figure.Problem {
		s := scale{}
		for _, f := range factors {
			s.count(ingest.Refused, &figure.Problem{Factor: f})
		}
		return s.problem()
	}
	if p := by(1000, 1000, 999, 1003, 1000, 1000, 1000); p == nil || p.Reason != "all 7 figures differ from what is stored by a factor of 10^3" {
		t.Errorf("got %v", p)
	}
	if p := by(7.1, 7.05, 7.2); p == nil || p.Reason != "all 3 figures differ from what is stored by a factor of 7.1" {
		t.Errorf("got %v", p)
	}
	if p := by(1000, 0.1, 1000); p != nil {
		t.Errorf("of several factors it says %v", p)
	}
	if p := by(1000, 1000); p != nil {
		t.Errorf("of two it says %v", p)
	}
}

func TestWhatIsStoredWithTheSameValueIsNotAskedAboutAgain(t *testing.T) {
	b := newJudgeBench(t)
	b.push(false, year("21022", "28122", "32079", "43500", "41108")...)
	zero := checkedFigure(t, "travellers,ES-44,level,2025-06,0,travellers")
	if d := b.decide(&zero, ""); d.Outcome != ingest.Refused || d.Problem.Code != "figure/zero" {
		t.Fatalf("%+v", d)
	}
	confirmed := zero
	confirmed.Confirmed = true
	if d := b.decide(&confirmed, ""); d.Outcome != ingest.Written {
		t.Fatalf("%+v", d)
	}
	if d := b.decide(&zero, ""); d.Outcome != ingest.Unchanged || d.Problem != nil {
		t.Errorf("%+v", d)
	}
	other := checkedFigure(t, "travellers,ES-44,level,2025-06,38777,travellers")
	if d := b.decide(&other, ""); d.Outcome != ingest.Revised {
		t.Errorf("%+v", d)
	}
	if d := b.decide(&zero, ""); d.Outcome != ingest.Revised {
		t.Errorf("what was confirmed once is %+v", d)
	}
}

func TestAZeroForAMissingMonthIsAskedBack(t *testing.T) {
	lines := year("21022", "28122", "32079", "0", "41108", "38777", "39576")
	slices.Reverse(lines)
	ingesttest.WantLines(t, cellsOf(checked(t, lines...).Findings), "figure/zero travellers ES-44 level 2025-04")
}

func TestABreakCutsTheHistory(t *testing.T) {
	f := func(period, value, status string) string {
		return "cpi,GB,level," + period + "," + value + ",index," + status
	}
	lines := []string{f("2023-09", "300", ""), f("2023-10", "302", ""), f("2023-11", "305", ""), f("2023-12", "306", ""),
		f("2024-01", "100", "B"), f("2024-02", "100.4", ""), f("2024-03", "101.1", ""), f("2024-04", "101.5", "")}
	text := "indicator,area,measure,period,value,unit,status\n" + strings.Join(lines, "\n") + "\n"
	input := Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(text))), nil }}
	r, err := Check(t.Context(), doubtful(t), false, []Input{input})
	if err != nil {
		t.Fatal(err)
	}
	ingesttest.WantLines(t, append(cellsOf(r.Findings), cellsOf(r.Unusual)...))
}

func TestALostSignIsAskedBack(t *testing.T) {
	line := func(month int, value string) string {
		return "balance,GB,level," + figure.Month(2024, month).String() + "," + value + ",million USD"
	}
	ingesttest.WantLines(t, cellsOf(checked(t, line(1, "-3100"), line(2, "-2900"), line(3, "-3300"), line(4, "3050"), line(5, "-2800")).Findings), "figure/sign balance GB level 2024-04")
}

func TestATrueFigureIsNotBlamedForAWrongOneBesideIt(t *testing.T) {
	r := checked(t, year("21022", "28122", "3207", "43500", "41108", "38777")...)
	ingesttest.WantLines(t, cellsOf(r.Findings), "figure/unit-slip travellers ES-44 level 2025-03")
	ingesttest.WantLines(t, cellsOf(r.Unusual))
}
