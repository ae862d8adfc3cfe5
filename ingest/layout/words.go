package layout

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// meaning is what the words of a header, a label or a title say about the values
// beside or below them.
type meaning struct {
	label     string // the words that are not known
	period    string // as written; perhaps without its year
	unit      string
	mark      string // a mark that a source puts after a period: (p)
	published string
	toDate    bool             // year to date
	current   bool             // expressly one period
	of        figure.Frequency // of that period; zero for any
	growth    bool             // growth on the year before, in percent
	level     bool             // expressly a level
	either    bool             // growth that can belong to several levels
	vague     bool             // a change that is in percent or in the unit of the level
	again     bool             // the period has no year, and those beside it leave it open
	torn      bool             // two rows of the header give two periods
	role      role
	drop      *lang.Text // why such values are not taken; nil if they are
}

// role is what a column contains instead of values.
type role int

const (
	noRole     role = iota
	unitRole        // units
	periodRole      // periods
	labelRole       // indicators
	areaRole        // areas
	statusRole      // marks
	noteRole        // notes
	otherRole       // ranks, numbers of rows, codes: not read
)

// phrase is a word of headers, with what it says.
type phrase struct {
	words []string
	says  func(*meaning)
	alone bool // it says so only when no other word stands beside it: 总值 is part of many names
}

// not is a phrase of values that are not taken.
func not(zh, en string) func(*meaning) {
	return func(m *meaning) { m.drop = &lang.Text{ZH: zh, EN: en} }
}

func is(r role) func(*meaning) { return func(m *meaning) { m.role = r } }

// phrases are the words of bulletins and statistical databases. The longest at a
// place counts, so the order does not matter.
var phrases = []phrase{
	{[]string{"累计", "累計", "自年初累计", "自年初累計", "本年累计", "年初至今", "1-本月", "1至本月", "1至当月", "1-当月", "至本月累计", "本月止累计", "累计值", "累计数",
		"accumulated", "cumulative", "year to date", "ytd", "cy cum", "since january"}, func(m *meaning) { m.toDate = true }, false},
	{[]string{"本月", "当月", "當月", "月度", "当月值", "本月值", "本月数", "current month", "monthly", "month"}, func(m *meaning) { m.current, m.of = true, figure.Monthly }, false},
	{[]string{"本季", "当季", "本季度", "current quarter", "quarterly"}, func(m *meaning) { m.current, m.of = true, figure.Quarterly }, false},
	{[]string{"本期", "当期", "当期值", "本期值", "本期数"}, func(m *meaning) { m.current = true }, false},
	{[]string{"同比增减额", "同比增减量", "增减额", "增减量", "增长额", "增长量", "增加额", "增加量", "净增", "净增额", "净增量", "比上年增加", "百分点", "个百分点", "增减百分点", "倍", "增长倍数", "percentage points", "p.p."},
		not("以绝对量、百分点或倍数表示的增减不读取", "changes in amounts, percentage points or multiples are not taken"), false},
	{[]string{"同比", "同比增长", "同比增長", "同比增速", "同比增幅", "比上年同期", "比去年同期", "较上年同期", "较去年同期", "与上年同期相比", "比上年同期增长", "比上年增长", "比去年同期增长", "较上年同期增长",
		"增长", "增長", "增速", "增幅", "增长率", "同比增长率", "growth", "growth rate", "year-on-year", "year on year", "yoy", "y/y"},
		func(m *meaning) { m.growth = true }, false},
	{[]string{"同比增减", "同比±", "增减", "±", "增减幅度", "比上年同期增减", "比上年增减", "annual change", "change"}, func(m *meaning) { m.growth, m.vague = true, true }, false},
	{[]string{"比去年同月增长", "比上年同月增长", "较去年同月增长"}, func(m *meaning) { m.growth, m.current = true, true }, false},
	{[]string{"累计同比", "累计增长", "累计增速", "累计同比增长", "累计同比增速"}, func(m *meaning) { m.growth, m.toDate = true, true }, false},
	{[]string{"绝对量", "绝对额", "实际", "实际数", "实际完成", "完成情况", "实际值", "绝对值", "金额", "实绩", "完成数", "现值", "今值", "actual"}, func(m *meaning) { m.level = true }, false},
	{[]string{"数值", "总量", "总值", "数量", "完成", "value", "values", "level", "amount", "volume"}, func(m *meaning) { m.level = true }, true},
	{[]string{"环比", "环比增长", "環比", "mom", "month on month", "m/m", "比上月增长", "比上月"}, not("环比不读取", "growth on the month before is not taken"), false},
	{[]string{"预测", "预测值", "预计", "forecast", "previsione", "consensus"}, not("预测值不读取", "forecasts are not taken"), false},
	{[]string{"前值", "previous", "prior"}, not("前值不读取", "the value before is not taken"), false},
	{[]string{"上年同期", "去年同期", "上年同月", "去年同月", "上年", "去年", "py cum", "previous year", "year ago"}, not("上年同期数不读取", "the figure of the year before is not taken"), false},
	{[]string{"占比", "比重", "构成", "份额", "share", "weight"}, not("比重不读取", "shares are not taken"), false},
	{[]string{"计划", "年计划", "目标", "全年目标", "完成年度计划", "占年计划", "完成进度", "plan", "target"}, not("计划与进度不读取", "plans are not taken"), false},
	{[]string{"单位", "單位", "計量單位", "计量单位", "unit", "units"}, is(unitRole), true},
	{[]string{"时间", "時間", "时期", "时间段", "時期", "年月", "月份", "季度", "年份", "年度", "日期", "统计时间", "截止日期", "period", "date", "time", "year", "quarter", "time period"}, is(periodRole), true},
	{[]string{"指标", "指標", "指标名称", "项目", "名称", "类别", "商品", "indicator", "indicators", "item", "series", "data series", "name", "kind of business"}, is(labelRole), true},
	{[]string{"地区", "地區", "区县", "县市区", "区县市", "城市", "area", "region", "city"}, is(areaRole), true},
	{[]string{"状态", "標記", "標誌", "标记", "status", "flag"}, is(statusRole), true},
	{[]string{"备注", "備註", "说明", "注", "note", "notes", "remark", "comment"}, is(noteRole), true},
	{[]string{"序号", "序號", "编号", "代码", "位次", "排名", "名次", "no", "no.", "code", "rank", "naics code", "graduatoria"}, is(otherRole), true},
}

// word is one word of a phrase.
type word struct {
	text string
	*phrase
}

// vocabulary lists all words of phrases, the longest first.
var vocabulary = func() (all []word) {
	for i := range phrases {
		for _, w := range phrases[i].words {
			all = append(all, word{w, &phrases[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b word) int { return cmp.Compare(len(b.text), len(a.text)) })
	return all
}()

var (
	brackets = regexp.MustCompile(`[(\[（【]([^()\[\]（）【】]*)[)\]）】]`)
	unitSaid = regexp.MustCompile(`(?i)(?:计量单位|計量單位|单位|單位|\bunits?)\s*[:：]\s*([^\s,，;；、/和)）]+(?:\s*[,，;；、/和]\s*[^\s,，;；、/和)）]+)*)`)
	saidOn   = regexp.MustCompile(`(?i)(?:发布于|發佈於|vintage|published)\s*[:：]?\s*(\d{4}-\d{1,2}-\d{1,2}|\d{8})(?:\s*发布)?|(\d{4}-\d{1,2}-\d{1,2})\s*(?:发布|發佈)`)
	// periodIn finds a period among other words: with its year or without.
	periodIn = regexp.MustCompile(`(?i)(?:\d{4}\s*年\s*)?(?:1|一)\s*(?:-|至|~|—|–|到)\s*\d{1,2}\s*月份?|\d{4}\s*年\s*\d{1,2}\s*月份?|\d{4}\s*年\s*(?:第?[一二三四1-4]季度|[上下]半年|前三季度|全年)|` +
		`\d{4}\s*年度?|第?[一二三四]季度|前[二三两]季度|[上下]半年|全年|\d{1,2}月份?|` +
		`\b(?:19|20)\d{2}[-/.]?(?:0[1-9]|1[0-2])\b|\b(?:19|20)\d{2}\s*-?\s*Q[1-4]\b|\b[1-4]Q\s*(?:19|20)\d{2}\b|\bQ[1-4]\s*(?:19|20)\d{2}\b|` +
		`\b(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?\s+(?:19|20)\d{2}\b|\b(?:19|20)\d{2}\b`)
)

// read says what a text means.
func (l *labels) read(text string) (m meaning) {
	s := tidy(unwrapped(strings.ToValidUTF8(text, "\ufffd")))
	if s != "" && m.alone(s) == "" {
		return m
	}
	if len(readings(s)) > 0 {
		m.period = s
		return m
	}
	if l.isUnit(s) && l.indicators[key(s)] == nil {
		m.unit = s
		return m
	}
	s = brackets.ReplaceAllStringFunc(s, func(found string) string {
		return m.bracketed(strings.TrimSpace(brackets.FindStringSubmatch(found)[1]), l)
	})
	if found := unitSaid.FindStringSubmatch(s); found != nil {
		m.unit = l.unitsIn(found[1])
		s = strings.Replace(s, found[0], " ", 1)
	}
	if found := saidOn.FindStringSubmatch(s); found != nil {
		m.published = found[1] + found[2]
		s = strings.Replace(s, found[0], " ", 1)
	}
	name, s := l.cut(strings.Join(strings.Fields(s), " "))
	s = m.phrases(s)
	if found := periodIn.FindString(s); found != "" && len(readings(found)) > 0 {
		m.period = found
		s = strings.Replace(s, found, " ", 1)
	}
	m.label = tidy(name + " " + tidy(m.alone(s)))
	m.trailing(l)
	return m
}

var (
	wrapped = regexp.MustCompile(`(\p{Han})[ \x{3000}\x{a0}]*[\r\n]+[ \x{3000}\x{a0}]*(\p{Han})`)
	apart   = regexp.MustCompile(`^\p{Han}(?:[\s\x{3000}\x{a0}]+\p{Han})+$`)
)

// unwrapped joins a Chinese word that is wrapped, or set with spaces between its
// characters: 本 月.
func unwrapped(s string) string {
	if s = wrapped.ReplaceAllString(s, "$1$2"); apart.MatchString(s) {
		return strings.Join(strings.Fields(s), "")
	}
	return s
}

// bracketed reads what stands in brackets: a unit, a mark, or words like any others.
func (m *meaning) bracketed(inner string, l *labels) (rest string) {
	if l.isUnit(inner) {
		m.unit = inner
		return " "
	}
	var units []string
	defer func() { m.unit = cmp.Or(strings.Join(units, several), m.unit) }()
	inner = unitSaid.ReplaceAllString(inner, "$1")
	for _, piece := range strings.FieldsFunc(inner, func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
		piece = strings.TrimSpace(piece)
		switch {
		case l.isUnit(piece):
			units = append(units, piece)
		case isMark(piece):
			m.mark = piece
		default:
			rest += " " + piece
		}
	}
	return rest + " "
}

// several stands between units of which each value has one.
const several = "、"

// unitsIn returns the units that a text behind 单位 lists, or the text when they are
// not known.
func (l *labels) unitsIn(text string) string {
	if l.isUnit(text) {
		return text
	}
	pieces := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；/和", r) })
	for i := range pieces {
		pieces[i] = strings.TrimSpace(pieces[i])
	}
	known := 0
	for known < len(pieces) && l.isUnit(pieces[known]) {
		known++
	}
	if known == 0 {
		return pieces[0] // which is reported as unknown
	}
	return strings.Join(pieces[:known], several)
}

// scale matches the words that multiply a unit. A unit behind one is not the unit.
var scale = regexp.MustCompile(`(?i)\b(?:hundreds?|thousands?|millions?|billions?|trillions?|mln|mn|bn|milioni|miliardi|millionen|milliarden|mio|mrd|'?000)\b`)

// trailing takes a unit after the name off a label, as in text copied from a
// document.
func (m *meaning) trailing(l *labels) {
	if m.unit == "" && l.isUnit(m.label) && l.indicators[key(m.label)] == nil {
		m.unit, m.label = m.label, ""
	}
	fields := strings.Fields(m.label)
	if n := len(fields) - 1; n > 0 && m.unit == "" && l.isUnit(fields[n]) {
		m.unit = fields[n]
		m.label = tidy(strings.TrimSuffix(m.label, m.unit))
	}
	if i := scale.FindStringIndex(m.label); i != nil && m.unit != "" {
		m.unit = strings.TrimSpace(m.label[i[0]:]) + " " + m.unit // which the catalogue may not know
		m.label = tidy(m.label[:i[0]])
	}
}

// isMark reports whether a text in brackets is a mark like p or r: a letter or two,
// or a word for it.
func isMark(s string) bool {
	if slices.Contains([]string{"初步", "初值", "修订", "快报", "预计"}, s) {
		return true
	}
	return len(s) > 0 && len(s) <= 2 && strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) < 0
}

// phrases takes the known words out of a text.
func (m *meaning) phrases(s string) string {
	rest := lower(s)
	for _, w := range vocabulary {
		for !w.alone {
			i := wordIndex(rest, w.text)
			if i < 0 {
				break
			}
			w.says(m)
			s = s[:i] + " " + s[i+len(w.text):]
			rest = rest[:i] + " " + rest[i+len(w.text):]
		}
	}
	return s
}

// alone takes a text that is one of the words that count only by themselves.
func (m *meaning) alone(s string) string {
	left := strings.ToLower(strings.ReplaceAll(tidy(s), " ", ""))
	for _, w := range vocabulary {
		if w.alone && left == strings.ReplaceAll(w.text, " ", "") {
			w.says(m)
			return ""
		}
	}
	return s
}

// lower is a text in lower case, of the same length in bytes.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if l := unicode.ToLower(r); utf8.RuneLen(l) == utf8.RuneLen(r) {
			return l
		}
		return r
	}, s)
}

// wordIndex finds a word; one in Latin letters only between other characters.
func wordIndex(s, word string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		if !latin(word[0]) || (i == 0 || !latin(s[i-1])) && (end == len(s) || !latin(s[end])) {
			return i
		}
		from = end
	}
}

func latin(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// numbering is how rows of bulletins are numbered or marked as a part of the row
// above.
var numbering = regexp.MustCompile(`^(?:[#＃*·•○●\s]+|其中\s*[:：]?|[(（]\s*(?:\d{1,2}|[一二三四五六七八九十]+)\s*[)）]|[①-⑳]|(?:\d{1,2}|[一二三四五六七八九十]+)\s*[.、､．]\s*)`)

// tidy removes numbering, and the signs and particles that are left of a text.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for {
		t := strings.Trim(numbering.ReplaceAllString(s, ""), " -—_:：,，;；/、|*#的")
		if t == s {
			return s
		}
		s = t
	}
}

// over returns m with what a nearer text says in addition or instead. parts reports
// whether the two periods were joined to one.
func (m meaning) over(near meaning) (both meaning, clash bool) {
	both = near
	both.toDate = near.toDate || m.toDate && !near.current
	both.of = cmp.Or(near.of, m.of)
	both.current = near.current || m.current && !near.toDate
	both.either, both.vague = m.either || near.either, m.vague || near.vague
	both.again, both.torn = m.again || near.again, m.torn || near.torn
	both.growth, both.level = near.growth || m.growth && !near.level, near.level || m.level && !near.growth
	both.label = cmp.Or(near.label, m.label)
	both.unit, both.mark, both.published = cmp.Or(near.unit, m.unit), cmp.Or(near.mark, m.mark), cmp.Or(near.published, m.published)
	both.drop = cmp.Or(near.drop, m.drop)
	both.period, clash = joined(m.period, near.period)
	return both, clash
}
