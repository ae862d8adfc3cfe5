package grid

import (
	"regexp"
	"strings"
)

// divideHeader divides a header whose words stand only one space apart, if that gives
// the columns that the rows below it have.
func (g *Grid) divideHeader() {
	for h := 0; h+2 < len(g.Rows); h++ {
		below := g.Rows[h+1].Cells
		n := len(below)
		numbers := numbersAtEnd(below)
		if numbers < 2 || len(g.Rows[h+2].Cells) != n || numbersAtEnd(g.Rows[h].Cells) == numbers || len(g.Rows[h].Cells) >= n-1 {
			continue
		}
		words := strings.Fields(strings.Join(g.Rows[h].Cells, " "))
		if len(words) == n || len(words) == n-1 && strings.Trim(below[0], "0123456789") == "" {
			g.Rows[h].Cells = words
		} else if cells := byYears(words, numbers); cells != nil {
			g.Rows[h].Cells = cells
		}
		return
	}
}

func numbersAtEnd(cells []string) (n int) {
	for n < len(cells) && number.MatchString(cells[len(cells)-1-n]) {
		n++
	}
	return n
}

var year = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)

// byYears divides the words of a header behind each year: Rank Port Volume 2015 Volume
// 2014 has the columns Rank Port, Volume 2015 and Volume 2014. It returns nil when
// there are not as many years as wanted, or other words between them.
func byYears(words []string, wanted int) (cells []string) {
	var groups [][]string
	from := 0
	for i, w := range words {
		if year.MatchString(w) {
			groups = append(groups, words[from:i+1])
			from = i + 1
		}
	}
	if len(groups) != wanted || wanted < 2 || from < len(words) {
		return nil
	}
	own := len(groups[1]) // words of each column
	first := len(groups[0]) - own
	if first < 1 {
		return nil
	}
	cells = append(cells, strings.Join(groups[0][:first], " "), strings.Join(groups[0][first:], " "))
	for _, group := range groups[1:] {
		if len(group) != own || strings.Join(group[:own-1], " ") != strings.Join(groups[0][first:first+own-1], " ") {
			return nil
		}
		cells = append(cells, strings.Join(group, " "))
	}
	return cells
}

var ranked = regexp.MustCompile(`^([0-9]{1,4}[.)*†]{0,2}) +([^0-9].*)$`)

// divideRanks divides a first column of ranks and names, which is headed as both.
func (g *Grid) divideRanks() {
	for h := range g.Rows {
		heading, name, both := strings.Cut(g.Rows[h].first(), " ")
		if !both || strings.Contains(name, " ") || len(g.Rows[h].Cells) < 2 {
			continue
		}
		n := 0
		for i := h + 1; i < len(g.Rows) && len(g.Rows[i].Cells) == len(g.Rows[h].Cells) && ranked.MatchString(g.Rows[i].first()); i++ {
			n++
		}
		if n < 2 {
			continue
		}
		g.Rows[h].Cells = append([]string{heading, name}, g.Rows[h].Cells[1:]...)
		for i := h + 1; i <= h+n; i++ {
			parts := ranked.FindStringSubmatch(g.Rows[i].first())
			g.Rows[i].Cells = append([]string{parts[1], parts[2]}, g.Rows[i].Cells[1:]...)
		}
		return
	}
}

func (r *Row) first() string { return r.Cell(0) }

// joinLabels joins labels that a comma without quotation marks has divided: every row
// then has one text more than the header, before as many numbers as it has headings.
// The values stay in the columns in which a spreadsheet shows them.
func (g *Grid) joinLabels() {
	for h := range g.Rows {
		header := g.Rows[h].Cells
		headings, n := filled(header), 0
		if headings < 3 || filled(header[:headings]) != headings || !allNumbered(header[1:headings]) {
			continue
		}
		for i := h + 1; i < len(g.Rows) && tornLabel(g.Rows[i].Cells, len(header)+1, headings-1); i++ {
			n++
		}
		if n == 0 || h+n+1 < len(g.Rows) && len(g.Rows[h+n+1].Cells) == len(header) {
			continue // other rows fit the header
		}
		g.Rows[h].Cells = append([]string{""}, header...)
		for i := h + 1; i <= h+n; i++ {
			cells := g.Rows[i].Cells
			cells[0], cells[1] = "", cells[0]+", "+cells[1]
		}
		return
	}
}

// allNumbered reports whether all headings have a digit, as periods have.
func allNumbered(headings []string) bool {
	for _, h := range headings {
		if !strings.ContainsAny(h, "0123456789") {
			return false
		}
	}
	return true
}

// tornLabel reports whether a row of some width has two texts and then numbers alone.
func tornLabel(cells []string, width, numbers int) bool {
	if len(cells) != width || number.MatchString(cells[0]) || number.MatchString(cells[1]) || cells[0] == "" || cells[1] == "" {
		return false
	}
	for _, c := range cells[2 : 2+numbers] {
		if c != "" && !number.MatchString(c) {
			return false
		}
	}
	return filled(cells[2:]) > 0 && filled(cells[2+numbers:]) == 0
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}
