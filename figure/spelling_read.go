package figure

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// month is the m-th month of a year, empty if there is no such month.
func month(y, m int) []Reading {
	if m < 1 || m > 12 {
		return nil
	}
	return whole(Month(y, m))
}

// monthOf is month for a year that may have two digits.
func monthOf(year string, m int) (all []Reading) {
	for _, y := range years(year) {
		all = append(all, month(y, m)...)
	}
	return all
}

// quarter is a quarter of a year that may have two digits.
func quarter(year string, q int) (all []Reading) {
	for _, y := range years(year) {
		if q >= 1 && q <= 4 {
			all = append(all, whole(Quarter(y, q))...)
		}
	}
	return all
}

func year(y int) []Reading { return whole(Year(y)) }

func whole(p Period) []Reading {
	if !inRange(p) {
		return nil
	}
	return []Reading{{Period: p, Means: inWords(p)}}
}

func other(means string) []Reading { return []Reading{{Extent: Other, Means: means}} }

// years lists what the digits of a year may mean. Spreadsheets put 00 to 29 in
// this century, POSIX 00 to 68; where they differ, both are returned.
func years(digits string) []int {
	n := number(digits)
	switch {
	case len(digits) != 2:
		return []int{n}
	case n < 30:
		return []int{2000 + n}
	case n < 69:
		return []int{1900 + n, 2000 + n}
	}
	return []int{1900 + n}
}

// months is the span from one month to another: a year to date if it begins in
// January, otherwise a month, a quarter or neither.
func months(y1, m1, y2, m2 int) []Reading {
	if m1 < 1 || m1 > 12 || m2 < 1 || m2 > 12 || y1*12+m1 > y2*12+m2 {
		return nil
	}
	first, last := Month(y1, m1), Month(y2, m2)
	switch {
	case !inRange(first) || !inRange(last):
		return nil
	case y1 == y2 && m1 == 1:
		means := inWords(last)
		if m2 > 1 {
			means = "January to " + means
		}
		return []Reading{{Extent: ToDate, Period: last, Means: means}}
	case first == last:
		return whole(first)
	case y1 == y2 && m1%3 == 1 && m2 == m1+2:
		return whole(Quarter(y1, m2/3))
	}
	return other(inWords(first) + " to " + inWords(last))
}

// readHalf reads half a year: the first is January to June.
func readHalf(g groups) (all []Reading) {
	for _, y := range years(g["y"]) {
		switch {
		case !inRange(Year(y)):
		case g["h"] == "上" || g.n("h") == 1:
			all = append(all, months(y, 1, y, 6)...)
		default:
			all = append(all, other(fmt.Sprintf("the second half of %d", y))...)
		}
	}
	return all
}

// day is a day, empty if the calendar has no such day.
func day(y, m, d int) []Reading {
	at := DayOf(y, time.Month(m), d)
	if t := at.midnight(); m < 1 || m > 12 || t.Day() != d || !inRange(Year(y)) {
		return nil
	}
	return []Reading{{Extent: OneDay, Period: Month(y, m), Means: at.String()}}
}

// dayOf is day for a year that may have two digits.
func dayOf(year string, m, d int) (all []Reading) {
	for _, y := range years(year) {
		all = append(all, day(y, m, d)...)
	}
	return all
}

// undatedDay is a day of an unnamed year.
func undatedDay(m, d int) []Reading {
	if len(day(2000, m, d)) == 0 {
		return nil
	}
	return []Reading{{Extent: Undated, Means: fmt.Sprintf("day %d of %s", d, time.Month(m))}}
}

// readDuration reads SDMX's time range, 2023-01-01/P6M. Ranges of a month, a
// quarter or a year have been read before.
func readDuration(g groups) []Reading {
	y, m, n := g.n("y"), g.n("m"), g.n("n")
	if g["unit"] == "y" {
		n *= 12
	}
	read := n == 1 || n == 3 && m%3 == 1 || n == 12 && m == 1
	if read || strings.HasPrefix(g["n"], "0") || len(month(y, m)) == 0 {
		return nil
	}
	last := Month(y, m).Add(n - 1)
	return months(y, m, last.Year(), last.Number())
}

// readPoint reads 2023.01. A spreadsheet takes 2023.10 for a number and writes
// 2023.1, so 2023.1 alone may be either month.
func readPoint(g groups) []Reading {
	all := month(g.n("y"), g.n("m"))
	if g["m"] == "1" {
		all = append(all, month(g.n("y"), 10)...)
	}
	return all
}

// readTwoNumbers reads 01/23: a month and a year of two digits in either
// order, or a day and a month.
func readTwoNumbers(g groups) (all []Reading) {
	for _, way := range [][2]string{{"a", "b"}, {"b", "a"}} {
		m, year := g.n(way[0]), g[way[1]]
		if len(year) == 2 {
			all = append(all, monthOf(year, m)...)
		}
		all = append(all, undatedDay(m, number(year))...)
	}
	return all
}

// readNameAndNumber reads Jan-23 and 23-Jan: the number is a year of two
// digits or a day.
func readNameAndNumber(g groups) (all []Reading) {
	if len(g["d"]) == 2 {
		all = monthOf(g["d"], g.n("m"))
	}
	return append(all, undatedDay(g.n("m"), g.n("d"))...)
}

// eras maps each era to the year before its first one.
var eras = map[string]int{"令和": 2018, "平成": 1988, "昭和": 1925}

// eraYear is the calendar year of a year of an era.
func eraYear(g groups) int {
	switch {
	case g["roc"] != "":
		return 1911 + g.n("roc")
	case g["be"] != "":
		return g.n("be") - buddhist
	case g["n"] == "元":
		return eras[g["era"]] + 1
	}
	return eras[g["era"]] + g.n("n")
}

// buddhist is how many years the Thai calendar is ahead.
const buddhist = 543

// readEra reads a year, month or quarter of a calendar that counts years from
// another origin.
func readEra(g groups) []Reading {
	switch y := eraYear(g); {
	case g["m"] != "":
		return month(y, g.n("m"))
	case g["q"] != "":
		return quarter(strconv.Itoa(y), g.n("q"))
	default:
		return year(y)
	}
}

// readT reads 2023-T1: a quarter (trimestre) in Romance languages, a
// four-month period in SDMX.
func readT(g groups) []Reading {
	all := quarter(g["y"], g.n("q"))
	if g.n("q") <= 3 {
		all = append(all, other("a four-month period of "+g["y"])...)
	}
	return all
}

// readFiscal reads 2009/10, 2009-2010 and FY2010. Two years are a fiscal year
// if the second follows the first.
func readFiscal(g groups) (all []Reading) {
	for _, first := range years(g["y"]) {
		last := g["to_y"]
		follows := g.n("to_y") == first+1 || len(last) == 2 && g.n("to_y") == (first+1)%100
		switch {
		case !inRange(Year(first)):
		case last == "":
			all = append(all, other(fmt.Sprintf("the fiscal year %d", first))...)
		case follows:
			all = append(all, other(fmt.Sprintf("the fiscal year %d/%02d", first, (first+1)%100))...)
		case len(last) == 4 && g.n("to_y") > first:
			all = append(all, other(fmt.Sprintf("the span %d to %s", first, last))...)
		}
	}
	return all
}

// readDays reads a range of days, as whole months if it begins and ends with
// months.
func readDays(g groups) []Reading {
	first, last := day(g.n("y"), g.n("m"), g.n("d")), day(g.n("to_y"), g.n("to_m"), g.n("to_d"))
	if len(first) == 0 || len(last) == 0 {
		return nil
	}
	from, _ := ParseDay(first[0].Means)
	to, _ := ParseDay(last[0].Means)
	if from.midnight().Day() == 1 && to.Add(1).midnight().Day() == 1 {
		return months(g.n("y"), g.n("m"), g.n("to_y"), g.n("to_m"))
	}
	return other(from.String() + " to " + to.String())
}

// readDay reads a date that ends with the year: with
// points the day comes first, otherwise it may come first or second.
func readDay(g groups) []Reading {
	all := day(g.n("y"), g.n("b"), g.n("a"))
	if g["sep"] != "." {
		all = append(all, day(g.n("y"), g.n("a"), g.n("b"))...)
	}
	return all
}

// readShortDay reads three numbers in every order that dates are written in.
func readShortDay(g groups) (all []Reading) {
	for _, order := range [][3]string{{"c", "b", "a"}, {"c", "a", "b"}, {"a", "b", "c"}} {
		if year := g[order[0]]; len(year) == 2 {
			all = append(all, dayOf(year, g.n(order[1]), g.n(order[2]))...)
		}
	}
	return all
}

// readSerial reads a spreadsheet's serial date, which counts days from the end
// of 1899. Only numbers of the last and the next decades are taken for dates.
func readSerial(g groups) []Reading {
	n := g.n("n")
	if n < 20000 || n > 80000 {
		return nil
	}
	y, m, d := DayOf(1899, time.December, 30).Add(n).midnight().Date()
	return day(y, int(m), d)
}
