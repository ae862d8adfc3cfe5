package figure_test

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestTheOthersOfAColumnTellWhatATextMeans(t *testing.T) {
	const refused = ""
	for _, tt := range []struct {
		name, column, text, want string
		says                     string
	}{
		{"a point alone", "2023.1", "2023.1", refused, ""},
		{"a point with a ten in the column", "2023.1 2023.2 2023.10", "2023.1", "2023-01", "2023.1 is January, because the column also has 2023.10"},
		{"a point with padded months in the column", "2023.01 2023.02 2023.1", "2023.1", "2023-10", "2023.1 is October, because the column also has 2023.01"},
		{"a point with both in the column", "2023.01 2023.1 2023.10", "2023.1", refused, ""},
		{"a name and a number alone", "Jan-23", "Jan-23", refused, ""},
		{"names of months with one number", "Jan-23 Feb-23 Mar-23", "Jan-23", "2023-01", "the number in Jan-23 is the year"},
		{"a name with numbers that rise", "Jan-05 Jan-12 Jan-19", "Jan-12", refused, ""},
		{"a name and a number that is not a day", "Jan-23 Dec-99", "Jan-23", "2023-01", "the number in Jan-23 is the year"},
		{"a number and names", "23-Jan 23-Feb", "23-Feb", "2023-02", "the number in Jan-23 is the year"},
		{"a slash alone", "2009/10", "2009/10", refused, ""},
		{"a slash among months", "2009/8 2009/9 2009/10", "2009/10", "2009-10", "2009/10 is October, because all the others are months"},
		{"a slash among fiscal years", "2009/10 2010/11 2012/13", "2009/10", refused, "fiscal years are not accepted; 2009/10 is one, like 2012/13"},
		{"a dash alone, as SDMX writes it", "2009-10", "2009-10", "2009-10", ""},
		{"a dash among months", "2009-09 2009-10 2009-11", "2009-10", "2009-10", ""},
		{"a dash among fiscal years", "2009-10 2012-13", "2009-10", refused, "fiscal years are not accepted; 2009/10 is one, like 2012/13"},
		{"a dash among both", "2009-09 2009-10 2012-13", "2009-10", refused, ""},
		{"a dash where all could be fiscal years", "2009-10 2010-11", "2009-10", refused, ""},
		{"quarters do not matter", "2009-10 2009-Q4", "2009-10", "2009-10", ""},
		{"an unambiguous text is not affected", "2023.1 2009/10 Jan-23", "2023-03", "2023-03", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c figure.PeriodColumn
			for text := range strings.FieldsSeq(tt.column) {
				c.Add(text)
			}
			p, err := c.Read(tt.text, figure.Level, figure.Monthly)
			if p.String() != tt.want || (err != nil) != (tt.want == refused) {
				t.Errorf("%s is %s, %v, want %q", tt.text, p, err, tt.want)
			}
			var says []string
			for _, note := range c.Says() {
				says = append(says, note.EN)
			}
			if got := strings.Join(says, "; "); got != tt.says {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
		})
	}
}

func TestAColumnThatWasNotSeenReadsAsTextsAlone(t *testing.T) {
	var c figure.PeriodColumn
	for _, text := range []string{"2023-01", "2009-10", "2009/10", "2023年3月", "Jan-23", "2023.1", "nothing", ""} {
		alone, wrong := figure.ReadPeriod(text, figure.Level, 0)
		p, err := c.Read(text, figure.Level, 0)
		if p != alone || (err == nil) != (wrong == nil) || err != nil && err.Error() != wrong.Error() {
			t.Errorf("%q is %s, %v, alone %s, %v", text, p, err, alone, wrong)
		}
	}
}
