package sender

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// balanced returns the cells of a file for which a balance does not hold.
func balanced(t *testing.T, lines ...string) (off []string) {
	t.Helper()
	text := "indicator,area,category,measure,period,value,unit\n"
	for _, l := range lines {
		text += l + ",million USD\n"
	}
	input := Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	r, err := Check(t.Context(), doubtful(t), false, []Input{input})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Clean() {
		t.Fatalf("refused %v", cellsOf(r.Findings))
	}
	for _, f := range r.Unusual {
		if f.Code == "figure/balance" {
			off = append(off, f.Cell)
		}
	}
	return off
}

func TestAFigureThatBreaksABalanceOfTheCatalogueIsTold(t *testing.T) {
	parts := []string{"goods,GB,sold,level,2023-01,600", "goods,GB,bought,level,2023-01,400"}
	quarters := []string{"goods,GB,_T,level,2023-Q1,300", "goods,GB,_T,level,2023-Q2,310", "goods,GB,_T,level,2023-Q3,320", "goods,GB,_T,level,2023-Q4,330"}
	months := []string{"goods,GB,_T,level,2023-01,100", "goods,GB,_T,level,2023-02,101", "goods,GB,_T,level,2023-03,102"}
	for _, c := range []struct {
		name  string
		lines []string
		off   []string
	}{
		{"a total of its parts", append([]string{"goods,GB,_T,level,2023-01,1000"}, parts...), nil},
		{"within the tolerance", append([]string{"goods,GB,_T,level,2023-01,1004"}, parts...), nil},
		{"another total", append([]string{"goods,GB,_T,level,2023-01,1010"}, parts...), []string{"goods GB level 2023-01"}},
		{"less than a part", append([]string{"goods,GB,_T,level,2023-01,590"}, parts[:1]...), []string{"goods GB level 2023-01"}},
		{"a part is missing", append([]string{"goods,GB,_T,level,2023-01,1010"}, parts[:1]...), nil},
		{"a difference", append([]string{"balance,GB,_T,level,2023-01,201"}, parts...), nil},
		{"another difference", append([]string{"balance,GB,_T,level,2023-01,204"}, parts...), []string{"balance GB level 2023-01"}},
		{"the year-to-date of its months", append([]string{"goods,GB,_T,ytd,2023-03,303"}, months...), nil},
		{"the year-to-date of other months", append([]string{"goods,GB,_T,ytd,2023-03,330"}, months...), []string{"goods GB ytd 2023-03"}},
		{"the year-to-date of a month too few", append([]string{"goods,GB,_T,ytd,2023-03,330"}, months[1:]...), nil},
		{"a quarter of its months", append([]string{"goods,GB,_T,level,2023-Q1,303"}, months...), nil},
		{"a quarter of other months", append([]string{"goods,GB,_T,level,2023-Q1,310"}, months...), []string{"goods GB level 2023-Q1"}},
		{"a year of its quarters", append([]string{"goods,GB,_T,level,2023,1260"}, quarters...), nil},
		{"a year of other quarters", append([]string{"goods,GB,_T,level,2023,1230"}, quarters...), []string{"goods GB level 2023"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ingesttest.WantLines(t, balanced(t, c.lines...), c.off...)
		})
	}
}

// goods is a line of goods of Great Britain.
func goods(category, measure, period, value string) string {
	return "goods,GB," + category + "," + measure + "," + period + "," + value
}

// inFiles returns the worker's warnings about balances when the files are pushed one
// after the other.
func inFiles(t *testing.T, files ...[]string) (off []string) {
	t.Helper()
	b := newJudgeBench(t)
	for n, lines := range files {
		b.submission = strconv.Itoa(n + 1)
		text := "indicator,area,category,measure,period,value,unit\n" + strings.Join(lines, ",million USD\n") + ",million USD\n"
		f, err := newInspector(b.validator.Cat, false).load(Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.each(func(row *judgedRow) error {
			d := b.decide(&row.Figure, f.beside(row.Figure.Series(), row.Line))
			switch {
			case d.Outcome == ingest.Refused:
				t.Fatalf("%s is refused: %v", row.Figure.Cell, d.Problem)
			case d.Problem != nil && d.Problem.Code == "figure/balance":
				off = append(off, strconv.Itoa(n+1)+" "+row.Figure.Cell.String()+" "+d.Problem.Reason)
			}
			return nil
		}, func(f Finding) { t.Error(f) }); err != nil {
			t.Fatal(err)
		}
	}
	return off
}

func TestABalanceIsHeldAgainstWhatIsStoredWhenItsLastFigureHasCome(t *testing.T) {
	total, sold, bought := goods("_T", "level", "2023-01", "1100"), goods("sold", "level", "2023-01", "600"), goods("bought", "level", "2023-01", "400")
	const sum = "= goods/sold + goods/bought, which makes 1000 million USD (100 million USD off; the catalogue allows 0.5 %)"
	left := "leaves goods GB level 2023-01 at 1100 million USD, not " + sum
	right := goods("_T", "level", "2023-01", "1000")
	months := []string{goods("_T", "level", "2023-01", "100"), goods("_T", "level", "2023-02", "101"), goods("_T", "level", "2023-03", "102")}
	for _, c := range []struct {
		name  string
		files [][]string
		off   []string
	}{
		{"the parts after the total", [][]string{{total}, {sold, bought}}, []string{"2 goods GB bought level 2023-01 " + left}},
		{"a file each", [][]string{{total}, {bought}, {sold}}, []string{"3 goods GB sold level 2023-01 " + left}},
		{"the total after the parts", [][]string{{sold, bought}, {total}}, []string{"2 goods GB level 2023-01 is not " + sum}},
		{"what balances", [][]string{{sold, bought}, {right}}, nil},
		{"half of it revised, the rest on its way", [][]string{{right, sold, bought}, {total}}, nil},
		{"revised by halves", [][]string{{right, sold, bought}, {total}, {goods("sold", "level", "2023-01", "660"), goods("bought", "level", "2023-01", "440")}}, nil},
		{"revised by halves that do not fit", [][]string{{right, sold, bought}, {total}, {goods("sold", "level", "2023-01", "610"), goods("bought", "level", "2023-01", "410")}},
			[]string{"3 goods GB bought level 2023-01 leaves goods GB level 2023-01 at 1100 million USD, not = goods/sold + goods/bought, which makes 1020 million USD (80 million USD off; the catalogue allows 0.5 %)"}},
		{"a month and the year so far, and the month before revised behind them", [][]string{append([]string{goods("_T", "ytd", "2023-03", "303")}, months...),
			{goods("_T", "level", "2023-04", "103"), goods("_T", "ytd", "2023-04", "420"), goods("_T", "level", "2023-03", "116"), goods("_T", "ytd", "2023-03", "317")}}, nil},
		{"the year so far of months that are stored", [][]string{months, {goods("_T", "ytd", "2023-03", "330")}},
			[]string{"2 goods GB ytd 2023-03 is not = months goods, which makes 303 million USD (27 million USD off; the catalogue allows 1 %)"}},
		{"months of a year so far that is stored, the newest first", [][]string{{goods("_T", "ytd", "2023-03", "330")}, months[2:], months[1:2], months[:1]},
			[]string{"4 goods GB level 2023-01 leaves goods GB ytd 2023-03 at 330 million USD, not = months goods, which makes 303 million USD (27 million USD off; the catalogue allows 1 %)"}},
		{"a quarter of months that are stored", [][]string{months, {goods("_T", "level", "2023-Q1", "310")}},
			[]string{"2 goods GB level 2023-Q1 is not = months goods, which makes 303 million USD (7 million USD off; the catalogue allows 1 %)"}},
		{"sent again", [][]string{{total}, {sold, bought}, {sold, bought}}, []string{"2 goods GB bought level 2023-01 " + left}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ingesttest.WantLines(t, inFiles(t, c.files...), c.off...)
		})
	}
}
