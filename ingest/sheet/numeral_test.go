package sheet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// hand is a way of writing numbers.
type hand struct {
	decimal   string
	group     string // empty when digits are not grouped
	way       grouping
	fraction  int  // decimals
	trimmed   bool // without zeros at the end
	separator string
}

func randomHand(r *rand.Rand) hand {
	h := hand{decimal: []string{".", ","}[r.IntN(2)], way: byThousands, fraction: r.IntN(4), trimmed: r.IntN(2) == 0, separator: ";"}
	other := map[string]string{".": ",", ",": "."}[h.decimal]
	h.group = []string{"", other, other, "'", "’", " ", "\u00a0", "\u202f"}[r.IntN(8)]
	if h.group == "," {
		h.way = []grouping{byThousands, byThousands, byLakhs, byMyriads}[r.IntN(4)]
	}
	return h
}

// write writes a number of thousandths.
func (h hand) write(thousandths int64) string {
	sign := ""
	if thousandths < 0 {
		sign, thousandths = "-", -thousandths
	}
	whole, fraction := strconv.FormatInt(thousandths/1000, 10), fmt.Sprintf("%03d", thousandths%1000)[:h.fraction]
	if h.trimmed {
		fraction = strings.TrimRight(fraction, "0")
	}
	for n, size := len(whole), 3; h.group != ""; {
		switch {
		case h.way == byMyriads:
			size = 4
		case h.way == byLakhs && n < len(whole):
			size = 2
		}
		if n -= size; n <= 0 {
			break
		}
		whole = whole[:n] + h.group + whole[n:]
	}
	if fraction != "" {
		fraction = h.decimal + fraction
	}
	return sign + whole + fraction
}

// column is a series of numbers, rounded and written in one way.
func column(r *rand.Rand, h hand) (values []int64, text string) {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll("indicator,area,measure,period,value,unit\n", ",", h.separator))
	size := math.Pow(10, 1+6*r.Float64())
	unit := int64(math.Pow10(3 - h.fraction))
	for i := range 3 + r.IntN(12) {
		size *= math.Exp(r.NormFloat64() / 5)
		v := int64(size*1000) / unit * unit
		values = append(values, v)
		b.WriteString(strings.Join([]string{"x", "y", "level", fmt.Sprintf("%d-%02d", 2020+i/12, i%12+1), h.write(v), "z"}, h.separator) + "\n")
	}
	return values, b.String()
}

func TestANumberInAnyHandIsReadAsItIsOrRefused(t *testing.T) {
	read, tries := 0, 3000
	for seed := range uint64(tries) {
		r := rand.New(rand.NewPCG(seed, 4))
		h := randomHand(r)
		values, text := column(r, h)
		sheet, err := open("f.csv", strings.NewReader(text), Given{})
		if err != nil {
			continue
		}
		read++
		for _, want := range values {
			row, err := sheet.Next()
			if err != nil {
				t.Fatal(err)
			}
			if got := row.Figure.Value; len(row.Problems) == 0 && got != figure.NewDecimal(want, -3) {
				t.Fatalf("seed %d: %s is read as %s, %+v, decimal %c\n%s", seed, h.write(want), got, h, sheet.survey.decimal, text)
			}
		}
	}
	t.Logf("%d of %d files are read", read, tries)
	if read*10 < tries*8 {
		t.Errorf("only %d of %d files are read", read, tries)
	}
}

func TestANumberIsReadInTheHandThatTheSenderNames(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 5))
		h := randomHand(r)
		h.way = byThousands // the survey detects other groupings
		values, text := column(r, h)
		sheet, err := open("f.csv", strings.NewReader(text), Given{Notation: Notation{Decimal: h.decimal}})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, want := range values {
			row, err := sheet.Next()
			if err != nil {
				t.Fatal(err)
			}
			if got := row.Figure.Value; len(row.Problems) > 0 || got != figure.NewDecimal(want, -3) {
				t.Fatalf("seed %d: %s is read as %s, %v", seed, h.write(want), got, row.Problems)
			}
		}
	}
}
