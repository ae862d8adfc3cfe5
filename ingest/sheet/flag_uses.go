package sheet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// use is what a mark means at some statistical offices. docs/flags.md has the same
// table.
type use struct {
	mark string // in lower case
	who  string
	says string
	flag figure.Flag
}

var zero = figure.Flag{Status: figure.Normal, Zero: true}

func status1(code byte) figure.Flag { return figure.Flag{Status: figure.Status(code)} }

// uses are the marks with a known meaning, apart from SDMX's codes in capitals. They
// are from the symbol legends of Eurostat, Statistics Canada and the tables of the
// US Census Bureau.
var uses = []use{
	{"p", "many offices", "provisional", status1('P')},
	{"e", "Eurostat", "estimated", status1('E')},
	{"e", "Statistics Canada", "use with caution", status1('U')},
	{"b", "Eurostat", "break in the series", status1('B')},
	{"c", "Eurostat", "confidential", status1('Q')},
	{"d", "Eurostat", "definition differs", status1('D')},
	{"d", "US Census Bureau", "withheld", status1('Q')},
	{"f", "Eurostat", "forecast", status1('F')},
	{"f", "Statistics Canada", "too unreliable to be published", status1('Q')},
	{"n", "Eurostat", "not significant", status1('N')},
	{"n", "US Census Bureau", "not available", status1('O')},
	{"r", "many offices", "revised, as is every publication after the first", status1('A')},
	{"s", "Eurostat", "estimated by Eurostat", status1('E')},
	{"s", "US Census Bureau", "withheld", status1('Q')},
	{"u", "Eurostat", "of low reliability", status1('U')},
	{"x", "Statistics Canada", "suppressed", status1('Q')},
	{"x", "US Census Bureau", "not applicable", status1('M')},
	{"z", "Eurostat", "not applicable", status1('M')},
	{"z", "US Census Bureau", "less than half of the unit shown", zero},
	{"*", "some offices", "provisional", status1('P')},
	{"*", "some offices", "withheld", status1('Q')},
	{"*", "some offices", "a footnote", status1('A')},
	{"#", "some offices", "a footnote", status1('A')},
	{"†", "some offices", "a footnote", status1('A')},
	{"‡", "some offices", "a footnote", status1('A')},
	{"§", "some offices", "a footnote", status1('A')},
	{":", "Eurostat", "not available", status1('O')},
	{"-", "many offices", "zero", zero},
	{"-", "others", "missing", status1('O')},
	{"..", "Statistics Canada", "not available", status1('O')},
	{"...", "Statistics Canada", "not applicable", status1('M')},
	{"...", "other offices", "missing", status1('O')},
	{"...", "bureaus in China", "less than the unit shown", zero},
	{"na", "many offices", "not available", status1('O')},
	{"na", "others", "not applicable", status1('M')},
	{"nd", "offices in Romance languages", "not available", status1('O')},
	{"so", "offices in French", "not applicable", status1('M')},
	{"ka", "offices in German", "not available", status1('O')},
	{"/", "Destatis", "not reliable enough to be published", status1('Q')},
	{"/", "others", "missing", status1('O')},
	{"nil", "many offices", "zero", zero},
	{"nil", "programs", "missing", status1('O')},
	{"null", "programs", "missing", status1('O')},
	{"none", "programs", "missing", status1('O')},
	{"无", "bureaus in China", "zero", zero},
	{"无", "others", "missing", status1('O')},
	{"暂无", "bureaus in China", "not available yet", status1('O')},
	{"不详", "bureaus in China", "not known", status1('O')},
	{"缺", "bureaus in China", "missing", status1('O')},
	{"空缺", "bureaus in China", "missing", status1('O')},
	{"保密", "bureaus in China", "confidential", status1('Q')},
}

// beside reports whether a mark is one that offices put next to numbers. Other
// letters there are units.
func beside(mark string) bool {
	return slices.ContainsFunc(uses, func(u use) bool { return u.mark == strings.ToLower(mark) })
}

// meanings returns the different things that a mark may mean: those in uses, and
// SDMX's if it is an SDMX code in either case.
func meanings(mark string) (all []use) {
	lower := strings.ToLower(mark)
	add := func(u use) {
		if !slices.ContainsFunc(all, func(o use) bool { return o.flag == u.flag && (u.who == "SDMX" || o.says == u.says) }) {
			all = append(all, u)
		}
	}
	for _, u := range uses {
		if u.mark == lower {
			add(u)
		}
	}
	if code, err := figure.ParseStatus(strings.ToUpper(mark)); err == nil && len(mark) == 1 {
		add(use{lower, "SDMX", code.NameEN(), figure.Flag{Status: code}})
	}
	return all
}

// differ reports whether a mark's meanings stand for more than one flag.
func differ(all []use) bool {
	return slices.ContainsFunc(all, func(u use) bool { return u.flag != all[0].flag })
}

const sayOnce = "; or define the flag once, under flags of the agency in the catalogue or with --flags"

// statusHint says what to write in the column status for each meaning of a mark.
func statusHint(all []use) string {
	var ways []string
	for _, u := range all {
		way := u.flag.Status.String()
		if u.flag.Zero {
			way = "0 in the column value"
		}
		ways = append(ways, fmt.Sprintf("%s if it is %s (%s)", way, u.says, u.who))
	}
	return "write " + strings.Join(ways, ", ") + sayOnce
}

// besideHint says what to write for a number with a mark.
func besideHint(digits string, all []use) string {
	var ways []string
	for _, u := range all {
		status := "nothing"
		if u.flag.Status != figure.Normal {
			status = u.flag.Status.String()
		}
		way := fmt.Sprintf("%s if it is %s (%s)", status, u.says, u.who)
		if ways == nil {
			way = fmt.Sprintf("%s in the column status if it is %s (%s)", status, u.says, u.who)
		}
		ways = append(ways, way)
	}
	return fmt.Sprintf("write %s in the column value and %s%s", digits, strings.Join(ways, ", "), sayOnce)
}

// aloneHint says what to write for a mark in place of a number.
func aloneHint(all []use) string {
	var ways []string
	for _, u := range all {
		way := fmt.Sprintf("leave the cell empty and write %s in the column status if it is %s (%s)", u.flag.Status, u.says, u.who)
		switch {
		case u.flag.Zero:
			way = fmt.Sprintf("write 0 if it is %s (%s)", u.says, u.who)
		case !u.flag.Status.Allows(true):
			continue // it marks a value
		}
		ways = append(ways, way)
	}
	if len(ways) == 0 {
		ways = []string{"write the value that it marks, or leave the cell empty and write O (missing) or Q (withheld) in the column status"}
	}
	return strings.Join(ways, "; ") + sayOnce
}
