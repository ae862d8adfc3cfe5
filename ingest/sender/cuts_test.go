package sender

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// rebased are two years of an index that is rebased in 2024, one line per month.
func rebased(area string) (lines []string) {
	for n := range 24 {
		level := 900 + 2*float64(n)
		if n >= 12 {
			level = 100 + 0.2*float64(n)
		}
		lines = append(lines, fmt.Sprintf("rebased,%s,level,%s,%g,index", area, figure.Month(2023, 1).Add(n), level))
	}
	return lines
}

// orders returns the lines in their order, reversed, and shuffled.
func orders(lines []string) [][]string {
	back, mixed := slices.Clone(lines), slices.Clone(lines)
	slices.Reverse(back)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return [][]string{lines, back, mixed}
}

func TestWhatIsComparedLiesOnOneSideOfABreakOfTheCatalogue(t *testing.T) {
	for n, lines := range orders(rebased("GB")) {
		if r := checked(t, lines...); len(r.Findings)+len(r.Unusual) > 0 {
			t.Errorf("order %d: the check finds %v, %v", n, cellsOf(r.Findings), cellsOf(r.Unusual))
		}
		if refused := newJudgeBench(t).alone(lines...); len(refused) > 0 {
			t.Errorf("order %d: the worker refuses %v", n, refused)
		}
	}
}

func TestABreakOfTheCatalogueIsOfItsAreasOnly(t *testing.T) {
	lines := rebased("AR")
	b := newJudgeBench(t)
	b.push(true, lines[:12]...)
	if refused := b.alone(lines[12]); len(refused) != 1 {
		t.Errorf("refused %v", refused)
	}
}

func TestBehindABreakAFigureIsHeldAgainstTheNewSeries(t *testing.T) {
	lines := rebased("GB")
	lines[20] = strings.Replace(lines[20], ",104,", ",920,", 1)
	ingesttest.WantLines(t, cellsOf(checked(t, lines...).Findings), "figure/unit-slip rebased GB level 2024-09")
}

func TestGrowthIsNotHeldAgainstLevelsOnTheOtherSideOfABreak(t *testing.T) {
	b := newJudgeBench(t)
	b.push(false, rebased("GB")...)
	ingesttest.WantLines(t, b.alone("rebased,GB,yoy,2024-02,-0.886,%")) // the levels make it -88.6 %
}

// withStatus is a file with a column of statuses.
func withStatus(lines ...string) Input {
	text := "indicator,area,measure,period,value,unit,status\n" + strings.Join(lines, "\n") + "\n"
	return Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// A file may be written with the newest figure first, so that the one that
// breaks the series arrives last.
func TestABreakHoldsForTheWholeFileThatSaysSo(t *testing.T) {
	lines := rebased("AR")
	b := newJudgeBench(t)
	b.push(false, lines[:12]...)
	rest := slices.Clone(lines[12:])
	for i := range rest {
		rest[i] += ","
	}
	rest[0] += "B"
	slices.Reverse(rest)
	f, err := newInspector(b.validator.Cat, false).load(withStatus(rest...))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.each(func(row *judgedRow) error {
		if d := b.decide(&row.Figure, f.beside(row.Figure.Series(), row.Line)); d.Problem != nil {
			t.Errorf("%s: %v", row.Figure.Cell, d.Problem)
		}
		return nil
	}, func(f Finding) { t.Error(f) }); err != nil {
		t.Fatal(err)
	}
}

func TestABreakOfTheYearToDateIsOneOfTheMonthsToo(t *testing.T) {
	var lines []string
	sum := 0.0
	for n := range 18 {
		p, level, status := figure.Month(2023, 1).Add(n), 10+0.1*float64(n%12), ""
		if n >= 12 {
			level *= 9
		}
		if n%12 == 0 {
			sum = 0
		}
		sum += level
		if n == 12 {
			status = "B"
		}
		lines = append(lines, fmt.Sprintf("goods,GB,level,%s,%g,million USD,", p, level), fmt.Sprintf("goods,GB,ytd,%s,%.4g,million USD,%s", p, sum, status))
	}
	for n, lines := range orders(lines) {
		r, err := Check(t.Context(), doubtful(t), false, []Input{withStatus(lines...)})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings)+len(r.Unusual) > 0 {
			t.Errorf("order %d: %v, %v", n, cellsOf(r.Findings), cellsOf(r.Unusual))
		}
	}
}
