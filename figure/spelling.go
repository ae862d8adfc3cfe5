package figure

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// form is one way to write a period.
type form struct {
	name     string
	written  []string // patterns, in which {…} is a placeholder, see parts
	examples []string // for docs/periods.md
	read     func(groups) []Reading
	patterns []*regexp.Regexp
}

// groups maps the names of the parts of a text to what matched them.
type groups map[string]string

// n is the number of a part, see number.
func (g groups) n(part string) int { return number(g[part]) }

// The standard form, and those whose meaning may depend on the rest of the
// column.
const (
	standardForm  = "SDMX and ISO 8601"
	yearMonthForm = "year and month"
	pointForm     = "month after a point"
	nameForm      = "month's name and a number"
	fiscalForm    = "fiscal year"
)

// parts expands the placeholders of patterns.
var parts = strings.NewReplacer(
	"{y}", `(?P<y>\d{4})`, "{to y}", `(?P<to_y>\d{4})`, // a year
	"{yy}", `(?P<y>\d\d)`, // of two digits
	"{y?}", `(?P<y>\d{4}|\d\d)`, "{to y?}", `(?P<to_y>\d{4}|\d\d)`, // of four or two
	"{m}", `(?P<m>\d\d?)`, "{to m}", `(?P<to_m>\d\d?)`, // a month
	"{name}", `(?P<m>`+allNames+`)\.?`, "{to name}", `(?P<to_m>`+allNames+`)\.?`, // by its name
	"{d}", `(?P<d>\d\d?)`, "{to d}", `(?P<to_d>\d\d?)`, // a day
	"{q}", `0?(?P<q>[1-4])`, // a quarter
	"{roc}", `(?P<roc>1\d\d)`, // a year of the Republic of China
	"{era}", `(?P<era>令和|平成|昭和)`, // one of Japan
	"{th}", `(?P<q>1st|2nd|3rd|4th|first|second|third|fourth|[1-4])(?:\.|er|re|e|eme|o|°)?`,
	"{-}", `[-/._:,' ]*`, // separators between two parts
	"{time}", `(?:[t ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:am|pm|z|[-+]\d\d:?\d\d))?)?`,
)

var allNames = strings.ReplaceAll(strings.Join(monthNames[:], " "), " ", "|")

// forms lists all ways to write a period, in the order of docs/periods.md.
var forms = sync.OnceValue(func() (all []form) {
	for _, some := range [][]form{plainForms, wordForms, spanForms, otherForms} {
		for _, f := range some {
			for _, written := range f.written {
				f.patterns = append(f.patterns, regexp.MustCompile("^(?:"+parts.Replace(written)+")$"))
			}
			all = append(all, f)
		}
	}
	return all
})

// match returns the parts of a text, found by the first pattern that matches
// it.
func (f *form) match(s string) (g groups, ok bool) {
	for _, pattern := range f.patterns {
		found := pattern.FindStringSubmatch(s)
		if found == nil {
			continue
		}
		g = groups{}
		for i, name := range pattern.SubexpNames() {
			if name != "" {
				g[name] = found[i]
			}
		}
		return g, true
	}
	return nil, false
}

// plainForms are months, quarters and years written in numbers.
var plainForms = []form{
	{name: standardForm,
		written:  []string{`{y}-(?P<m>\d\d)-01/p(?P<n>\d\d?)(?P<unit>[my])`},
		examples: []string{"2023-01", "2023-M01", "2023-Q1", "2023", "2023-A1", "2023-01-01/P1M", "2023-01-01/P3M", "2023-01-01/P1Y", "2023-01-01/P6M", "2023-02-01/P2M"},
		read:     readDuration},
	{name: "month with M",
		written:  []string{`{y}{-}m{m}`, `m{m}{-}{y}`},
		examples: []string{"2023M01", "2023M1", "2023 M01", "M01 2023"},
		read:     func(g groups) []Reading { return month(g.n("y"), g.n("m")) }},
	{name: yearMonthForm,
		written:  []string{`{y}[-/:_ ]{m}`, `{m}[-/._: ]{y}`},
		examples: []string{"2023/1", "2023-1", "2023/01", "2023:01", "2023 01", "01/2023", "1.2023"},
		read:     func(g groups) []Reading { return month(g.n("y"), g.n("m")) }},
	{name: pointForm,
		written:  []string{`{y}\.{m}`},
		examples: []string{"2023.01", "2023.2", "2023.10", "2023.1"},
		read:     readPoint},
	{name: "one number",
		written:  []string{`{y}{m}(?:\.0)?`},
		examples: []string{"202301", "202312", "20231"},
		read:     func(g groups) []Reading { return month(g.n("y"), g.n("m")) }},
	{name: "two short numbers",
		written:  []string{`(?P<a>\d\d?)[-/.](?P<b>\d\d?)`},
		examples: []string{"01/23", "10/11", "12/99"},
		read:     readTwoNumbers},
	{name: "quarter",
		written:  []string{`{y?}{-}q ?{q}`, `{y?}{-}{q}q`, `q ?{q}{-}{y?}`, `{q}q{-}{y?}`, `{y}年q{q}`},
		examples: []string{"2023Q1", "2023 Q1", "2023-q1", "2023/Q1", "2023-1Q", "Q1 2023", "1Q2023", "Q1'23", "23Q1", "Q1 45"},
		read:     func(g groups) []Reading { return quarter(g["y"], g.n("q")) }},
	{name: "Roman number",
		written:  []string{`(?P<r>[ivx]+)[-/. ]{y}`, `{y}[-/. ](?P<r>[ivx]+)`, `{y}(?P<r>i{1,3}|iv)`},
		examples: []string{"I 2023", "2023-IV", "XI/2023"},
		read: func(g groups) []Reading {
			return append(quarter(g["y"], romans[g["r"]]), month(g.n("y"), romans[g["r"]])...)
		}},
	{name: "T and a number",
		written:  []string{`{y}{-}t{q}`, `t{q}{-}{y}`, `{q}t{-}{y}`},
		examples: []string{"T1 2023", "2023-T1", "2023T4"},
		read:     readT},
	{name: "year",
		written:  []string{`{y}{-}a1?`, `(?:cy|year|calendar year|annual) ?{y}`, `{y} annual`, `{y}\.0`},
		examples: []string{"2023A", "CY2023", "2023.0"},
		read:     func(g groups) []Reading { return year(g.n("y")) }},
}

// wordForms are months, quarters and years written with words.
var wordForms = []form{
	{name: "month's name and year",
		written: []string{`{name}{-}(?:de )?{y}`, `{y}{-}{name}`, `{name} ?'{yy}`},
		examples: []string{"2023 JAN", "Jan 2023", "January 2023", "Jan-2023", "2023-Jan", "JAN2023", "Jan. 2023", "Sept 2023", "Jan '23",
			"März 2023", "août 2023", "enero de 2023", "outubro/2023"},
		read: func(g groups) []Reading { return monthOf(g["y"], g.n("m")) }},
	{name: nameForm,
		written:  []string{`{name}[-/._, ]*{d}`, `{d}[-/._, ]*{name}`},
		examples: []string{"Jan-23", "23-Jan", "Jan-99", "Feb-30", "1 Jan"},
		read:     readNameAndNumber},
	{name: "quarter in words",
		written: []string{`{th} (?:quarter|qtr\.?|quartal|trimestre)(?:,| of| de)? ?{y}`, `{y},? {th} (?:quarter|qtr\.?|quartal|trimestre)`,
			`(?:quarter|qtr\.?|quartal) {q}(?:,| of)? ?{y}`, `{y},? (?:quarter|qtr\.?|quartal) {q}`},
		examples: []string{"first quarter 2023", "1st quarter of 2023", "2023, quarter 1", "1. Quartal 2023", "1er trimestre 2023"},
		read:     func(g groups) []Reading { return quarter(g["y"], g.n("q")) }},
	{name: "Chinese month",
		written:  []string{`{y?}年{m}月(?:份|末|底)?`, `{y}[-/.]?{m}月(?:份|末|底)?`, `{m}月{y}年?`},
		examples: []string{"2023年3月", "2023年 3月", "2023年03月", "2023年3月份", "2023年三月", "二〇二三年十二月", "23年3月", "2023年3月末", "2023-3月"},
		read:     func(g groups) []Reading { return monthOf(g["y"], g.n("m")) }},
	{name: "Chinese quarter",
		written:  []string{`{y?}年第?{q}季度?`, `{y}第?{q}季度?`},
		examples: []string{"2023年1季度", "2023年第1季度", "2023年一季度", "2023年第一季度", "2023一季度", "2023年Q1"},
		read:     func(g groups) []Reading { return quarter(g["y"], g.n("q")) }},
	{name: "Chinese year",
		written:  []string{`{y}年?(?:度|全年)?`},
		examples: []string{"2023年", "2023年度", "2023年全年", "二〇二三年"},
		read:     func(g groups) []Reading { return year(g.n("y")) }},
	{name: "year of an era",
		written: []string{`(?:民国|民國){roc}年?度?`, `(?:民国|民國){roc}年?[-/.]?{m}月?(?:份)?`, `(?:民国|民國){roc}年?第?{q}季度?`,
			`{roc}年度?`, `{roc}年{m}月(?:份)?`, `{roc}[-/.]{m}`, `{roc}年第?{q}季度?`,
			`{era}(?P<n>\d\d?|元)年`, `{era}(?P<n>\d\d?|元)年{m}月(?:份)?`, `{era}(?P<n>\d\d?|元)年第?{q}季度`,
			`พ\.?ศ\.? ?(?P<be>2[45]\d\d)`, `(?P<be>2[45]\d\d) ?be`},
		examples: []string{"民國112年", "民國112年3月", "民国112年第1季", "112年3月", "112/03", "令和5年", "令和5年3月", "平成30年第1四半期", "昭和64年1月", "令和元年5月", "พ.ศ. 2566"},
		read:     readEra},
	{name: "end of a year",
		written:  []string{`{y}年?[末底]`, `(?:end|end of|ultimo) {y}`},
		examples: []string{"2023年末", "2023年底", "end of 2023"},
		read:     func(g groups) []Reading { return append(month(g.n("y"), 12), year(g.n("y"))...) }},
}

// spanForms are spans of several months, most of them from January on.
var spanForms = []form{
	{name: "months of a year",
		written: []string{`{y}[年./]?{m}月?[-、]{to m}月份?(?:累计)?`, `{y}[./年]{m}-{to m}`, `{y}{-}m{m}-m?{to m}`,
			`{name}(?: ?[-/] ?| to | through ){to name},? ?{y}`, `{y},? {name}(?: ?[-/] ?| to | through ){to name}`},
		examples: []string{"2023年1-6月", "2023年1—6月", "2023M1-M6", "2023年1至6月份", "2023年1月-6月累计", "2023.1-6", "Jan-Jun 2023", "January to June 2023", "2023 Jan-Jun",
			"2023年1-2月", "2023年1-3月", "2023年1-12月", "2023年4-6月", "2023年7-12月"},
		read: func(g groups) []Reading { return months(g.n("y"), g.n("m"), g.n("y"), g.n("to_m")) }},
	{name: "first months of a year",
		written:  []string{`{y}年?前{to m}个?月(?:累计)?`, `{y}年?截?[至-]?{to m}月[末底]?累计`, `{y}年?截[至-]{to m}月[末底]?`, `截[至-]{y}年{to m}月[末底]?`, `{y}年{to m}月[末底]?止`, `{to m}m{-}{y}`, `{y} {to m}m`, `ytd {to name}{-}{y}`, `ytd {y}[-/.]{to m}`, `{y}[-/.]{to m} ?ytd`},
		examples: []string{"2023年前两月", "2023年前11个月", "2023年6月累计", "2023年截至6月", "截至2023年6月末", "9M 2023", "2023 9M", "YTD Sep 2023"},
		read:     func(g groups) []Reading { return months(g.n("y"), 1, g.n("y"), g.n("to_m")) }},
	{name: "first quarters of a year",
		written:  []string{`{y}年?前{q}个?季度?(?:累计)?`, `{y}年?1(?:季度?)?-{q}季度?(?:累计)?`, `{y}年?{-}q1-q?{q}`, `q1-q?{q}{-}{y}`},
		examples: []string{"2023年前三季度", "2023前三季度", "2023年1-3季度", "2023年一至三季度", "Q1-Q3 2023"},
		read:     func(g groups) []Reading { return months(g.n("y"), 1, g.n("y"), 3*g.n("q")) }},
	{name: "half-year",
		written: []string{`{y?}{-}[hs]0?(?P<h>[12])`, `[hs](?P<h>[12]){-}{y?}`, `(?P<h>[12])[hs]{-}{y?}`, `{y}年?(?P<h>[上下])半年?`,
			`{y},? (?P<h>first|second|1st|2nd) half`, `(?P<h>first|second|1st|2nd) half(?:,| of)? {y}`},
		examples: []string{"2023H1", "H1 2023", "1H2023", "2023-S1", "H1 23", "2023年上半年", "2023上半年", "first half of 2023", "2023 H2", "2023年下半年"},
		read:     readHalf},
	{name: "from a month to a month",
		written:  []string{`{y}[-/.年]{m}月? ?[-/] ?{to y}[-/.年]{to m}月?`},
		examples: []string{"2023-01/2023-06", "2023.01-2023.06", "2023年1月至2023年6月", "2022-07/2023-06"},
		read:     func(g groups) []Reading { return months(g.n("y"), g.n("m"), g.n("to_y"), g.n("to_m")) }},
	{name: "from a day to a day",
		written:  []string{`{y}[-/.]{m}[-/.]{d} ?[-/] ?{to y}[-/.]{to m}[-/.]{to d}`},
		examples: []string{"2023-01-01/2023-06-30", "2023-01-01/2023-03-15"},
		read:     readDays},
}

// otherForms are texts that are not a month, a quarter or a year.
var otherForms = []form{
	{name: fiscalForm,
		written: []string{`{y}[-/]{to y?}`, `{yy}[-/](?P<to_y>\d\d)`, `(?:fy|fiscal year|fiscal) ?'?{y?}(?:[-/]{to y?})?`, `{y?}(?:[-/]{to y?})? ?fy`,
			`{y?}(?:[-/]{to y?})?年?(?:财年|财政年度|会计年度)`, `{y}[-/]{to y?}年度?`},
		examples: []string{"2009/10", "2009-10", "2012/13", "2012-13", "2009/2010", "2009-2010", "2009-2012", "FY2010", "FY2009/10", "2010财年"},
		read:     readFiscal},
	{name: "quarter of a fiscal year",
		written:  []string{`(?:q{q}|{q}q){-}(?:fy ?'?{y?}|(?:fy ?)?{y}[-/]{to y?})`, `(?:fy ?'?{y?}|(?:fy ?)?{y}[-/]{to y?}){-}(?:q{q}|{q}q)`},
		examples: []string{"Q1 FY2023", "FY23Q1", "Q1 2022/23", "2022-23 Q1"},
		read:     func(groups) []Reading { return other("a quarter of a fiscal year") }},
	{name: "Japanese fiscal year",
		written:  []string{`{era}(?P<n>\d\d?|元)年度(?:第?{q}季度|[上下]半?期)?`},
		examples: []string{"令和5年度", "平成30年度上期"},
		read: func(g groups) []Reading {
			return other(fmt.Sprintf("the fiscal year that begins in April %d", eraYear(g)))
		}},
	{name: "year to date without its end",
		written:  []string{`{y}年?累计`, `ytd ?{y}`, `{y} ?ytd`},
		examples: []string{"2023年累计", "YTD 2023"},
		read: func(g groups) []Reading {
			return []Reading{{Extent: Other, Means: "the year to date of " + g["y"] + " without its last month", advice: "write the last month, like 2023-06, with measure ytd"}}
		}},
	{name: "week or day of a year",
		written:  []string{`{y}{-}w\d\d?(?:-\d)?`, `{y}-d\d{3}`, `{y}年?第?\d\d?周`},
		examples: []string{"2023-W05", "2023-D031", "2023年第5周"},
		read:     func(g groups) []Reading { return other("a week or a day of " + g["y"]) }},
	{name: "day",
		written:  []string{`{y}-{m}-{d}{time}`, `{y}/{m}/{d}{time}`, `{y}\.{m}\.{d}{time}`, `{y} {m} {d}`, `{y}(?P<m>\d\d)(?P<d>\d\d)`, `{y}年{m}月{d}[日号]?{time}`},
		examples: []string{"2023-01-31", "2023/1/31", "2023.1.31", "20230131", "2023年1月31日", "2023-01-01 00:00:00"},
		read:     func(g groups) []Reading { return day(g.n("y"), g.n("m"), g.n("d")) }},
	{name: "day before the year",
		written:  []string{`(?P<a>\d\d?)(?P<sep>[-/. ])(?P<b>\d\d?)[-/. ]{y}{time}`},
		examples: []string{"31.01.2023", "31/01/2023", "01/31/2023", "01/02/2024", "03/03/2023"},
		read:     readDay},
	{name: "day, year of two digits",
		written:  []string{`(?P<a>\d\d?)[-/.](?P<b>\d\d?)[-/.](?P<c>\d\d?){time}`},
		examples: []string{"31/01/23", "1-2-24"},
		read:     readShortDay},
	{name: "day with the month's name",
		written:  []string{`{d}(?:st|nd|rd|th)?{-}(?:of |de )?{name}{-}(?:de )?{y?}{time}`, `{name} {d}(?:st|nd|rd|th)?,? {y}{time}`, `{y}{-}{name}{-}{d}`},
		examples: []string{"31 Jan 2023", "31-Jan-23", "Jan 31, 2023", "2023-Jan-31"},
		read:     func(g groups) []Reading { return dayOf(g["y"], g.n("m"), g.n("d")) }},
	{name: "spreadsheet's number of a day",
		written:  []string{`(?P<n>\d{5})(?:\.\d+)?`},
		examples: []string{"45000", "44927.5"},
		read:     readSerial},
	{name: "spreadsheet's shortened number",
		written:  []string{`\d(?:[.,]\d+)?e[-+]?\d+`, `#+`},
		examples: []string{"2.023E+05", "######"},
		read: func(groups) []Reading {
			return []Reading{{Extent: Other, Means: "text shortened by a spreadsheet", advice: "format the column as text and write the periods again, like 2023-01"}}
		}},
	{name: "without a year",
		written: []string{`第?[1-4]季度?`, `\d\d?月份?`, `[上下]半年`, `\d\d?月?[-、]\d\d?月份?(?:累计)?`, `前\d\d?个?(?:月|季度)`, `1-[2-4]季度`,
			`q[1-4]`, `[1-4]q`, `[hs][12]`, `m\d\d?`, `{name}`, `全年|年度`, `{name} ?- ?{to name}`, `{th} (?:quarter|half)`},
		examples: []string{"第一季度", "一季度", "3月", "上半年", "1-6月", "前三季度", "Q1", "January"},
		read:     func(groups) []Reading { return []Reading{{Extent: Undated, Means: "a part of a year"}} }},
}
