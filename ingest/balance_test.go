package ingest

import (
	"io"
	"strings"
	"testing"
)

// balanced gives the cells of a file in which a balance does not hold.
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
			wantLines(t, balanced(t, c.lines...), c.off...)
		})
	}
}
