package sample

import (
	"bytes"
	"encoding/csv"
	"slices"
	"sync"

	"github.com/tidemark-stats/tidemark/figure"
)

// Published returns the days on which the first and the last figure of the sample were
// published.
func Published() (first, last figure.Day) {
	days := publications()
	return days[0], days[len(days)-1]
}

// publications are the days of all figures, in order.
var publications = sync.OnceValue(func() (days []figure.Day) {
	for _, name := range Files() {
		rows := read(name)
		for _, row := range rows[1:] {
			days = append(days, published(rows[0], row))
		}
	}
	slices.SortFunc(days, figure.Day.Sub)
	return days
})

// Until returns a file without the figures that were published after a day, and how
// many are left.
func Until(name string, day figure.Day) (text []byte, figures int) {
	rows := read(name)
	header := rows[0]
	rows = slices.DeleteFunc(rows[1:], func(row []string) bool { return published(header, row).Sub(day) > 0 })
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(append([][]string{header}, rows...)) // writing to memory does not fail
	return b.Bytes(), len(rows)
}

// read returns the rows of a file, the header first.
func read(name string) [][]string {
	f, err := FS.Open(name)
	if err != nil {
		panic("sample: " + err.Error()) // Files lists what is there
	}
	defer f.Close() //nolint:errcheck // an embedded file
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic("sample: " + name + ": " + err.Error()) // the tests read every file
	}
	return rows
}

func published(header, row []string) figure.Day {
	text := row[slices.Index(header, "published")]
	day, ok := figure.ParseDay(text)
	if !ok {
		panic("sample: a figure was published on " + text) // the tests read every row
	}
	return day
}
