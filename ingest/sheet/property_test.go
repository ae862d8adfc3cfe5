package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// randomFigure returns a figure that a sheet can express.
func randomFigure(r *rand.Rand) figure.Figure {
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	f := figure.Figure{
		Cell: figure.Cell{
			Indicator: pick("gdp", "container_throughput", "new_enterprises"),
			Area:      pick("330200", "NBZS"),
			Category:  pick(figure.Total, "permits"),
			Measure:   figure.Measures()[r.IntN(4)],
			Period:    []figure.Period{figure.Month(2023, 1+r.IntN(12)), figure.Quarter(2023, 1+r.IntN(4)), figure.Year(2023)}[r.IntN(3)],
		},
		Value:     figure.NewDecimal(r.Int64N(2e9)-1e9, r.IntN(9)-4),
		Unit:      pick("万TEU", "亿元", "%", "TEU"),
		Status:    figure.Normal,
		Note:      pick("", "初步核算", `said "up", later; revised`, "two\nlines", "tab\there", "，全角；"),
		Confirmed: r.IntN(2) == 0,
		Published: pick("", "2023-10-18", "2023-10-18T09:30:00+08:00"),
	}
	if f.Confirmed {
		f.Reason = pick("", "strike, see bulletin", "受台风影响，已核对", "two\nlines of it")
	}
	if r.IntN(5) == 0 {
		f.Value, f.Withheld, f.Status = figure.Decimal{}, true, figure.Suppressed
	}
	return f
}

// grouped writes a decimal with thousands commas.
func grouped(d figure.Decimal) string {
	digits, fraction, point := strings.Cut(d.String(), ".")
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if point {
		fraction = "." + fraction
	}
	return sign + digits + fraction
}

// fullWidth writes ASCII as a Chinese keyboard does.
func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r - '!' + 0xff01
		}
		return r
	}, s)
}

// written returns a cell of the figure in one of the ways people write it.
func written(r *rand.Rand, f *figure.Figure, column field) string {
	s := map[field]string{indicator: f.Indicator, area: f.Area, category: f.Category, measure: f.Measure.String(),
		period: f.Period.String(), value: f.Value.String(), unit: f.Unit, status: f.Status.String(),
		confirmed: fmt.Sprint(f.Confirmed), published: f.Published}[column]
	switch column {
	case note:
		return f.Note // kept as it is
	case confirmed:
		if f.Reason != "" {
			return f.Reason
		}
	case value:
		switch {
		case f.Withheld:
			return []string{"", "-", "—", "…", "n/a", "NaN", "#N/A"}[r.IntN(7)]
		case r.IntN(3) == 0:
			s = grouped(f.Value)
		}
	}
	if r.IntN(3) == 0 {
		s = fullWidth(s)
	}
	return []string{"", "", " ", "\u00a0", "\u3000", "\u200b"}[r.IntN(6)] + s + []string{"", "", " ", "\ufeff"}[r.IntN(4)]
}

// randomSheet writes figures as a sheet: columns in any order and language,
// any separator and line ending, blank rows and empty columns.
func randomSheet(r *rand.Rand, figures []figure.Figure) string {
	columns := []field{indicator, area, category, measure, period, value, unit, status, note, confirmed, published}
	r.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = separators[r.IntN(len(separators))]
	w.UseCRLF = r.IntN(2) == 0
	extra := make([]string, r.IntN(3))
	write := func(cells []string) {
		if err := w.Write(append(cells, extra...)); err != nil {
			panic(err)
		}
	}
	var names []string
	for _, c := range columns {
		names = append(names, fields[c].names[r.IntN(len(fields[c].names))])
	}
	write(names)
	for i := range figures {
		var cells []string
		for _, c := range columns {
			cells = append(cells, written(r, &figures[i], c))
		}
		write(cells)
		if r.IntN(8) == 0 {
			write(make([]string, len(columns)))
		}
	}
	w.Flush()
	return b.String()
}

func TestWhatIsWrittenInAnyWayIsReadTheSame(t *testing.T) {
	var names []string
	for name := range encodings {
		names = append(names, name)
	}
	slices.Sort(names)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		figures := make([]figure.Figure, 1+r.IntN(40))
		for i := range figures {
			figures[i] = randomFigure(r)
		}
		name := names[r.IntN(len(names))]
		file := randomSheet(r, figures)
		if name == "GBK" || name == "GB18030" {
			file = strings.NewReplacer("\u200b", "", "\ufeff", "", "\u00a0", "").Replace(file) // no spreadsheet writes these in GBK
		}
		got, err := readAll(bytes.NewReader(encoded(t, encodings[name], file)))
		if err != nil {
			t.Fatalf("seed %d, %s: %v\n%s", seed, name, err, file)
		}
		if !slices.Equal(got, figures) {
			t.Fatalf("seed %d, %s: got\n%v\nwant\n%v\nof\n%s", seed, name, got, figures, file)
		}
	}
}

// readAll reads the figures of a sheet in which nothing is wrong.
func readAll(r io.Reader) ([]figure.Figure, error) {
	sheet, err := open("f.csv", r, Given{})
	if err != nil {
		return nil, err
	}
	var figures []figure.Figure
	for {
		row, err := sheet.Next()
		if errors.Is(err, io.EOF) {
			return figures, nil
		}
		if err != nil {
			return nil, err
		}
		for _, p := range row.Problems {
			return nil, fmt.Errorf("%s: %w", sheet.Where(row.Line, p.Field), p)
		}
		figures = append(figures, row.Figure)
	}
}
