package desk

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// say writes a sentence in both languages.
func say(zh, en string, args ...any) lang.Text { return lang.Say(zh, en, args...) }

// measureNames are what people call the measures.
var measureNames = map[figure.Measure]lang.Text{
	figure.Level:  {ZH: "当期", EN: "the period alone"},
	figure.YTD:    {ZH: "累计", EN: "year to date"},
	figure.YoY:    {ZH: "同比", EN: "growth on a year before"},
	figure.YTDYoY: {ZH: "累计同比", EN: "growth of the year to date"},
}

// outcomeNames say what became of a figure.
var outcomeNames = map[ingest.Outcome]lang.Text{
	ingest.Written:    {ZH: "已写入（新）", EN: "stored, new"},
	ingest.Revised:    {ZH: "已写入（修订了原值）", EN: "stored, replaces the former value"},
	ingest.Unchanged:  {ZH: "与库中相同，未变", EN: "the same was stored already"},
	ingest.Superseded: {ZH: "存为历史：已有更晚发布的数据", EN: "stored as history: a later publication is known"},
	ingest.Refused:    {ZH: "未写入", EN: "not stored"},
}

// shortOutcomes are the same in a word.
var shortOutcomes = map[ingest.Outcome]lang.Text{
	ingest.Written:    {ZH: "新增", EN: "new"},
	ingest.Revised:    {ZH: "修订", EN: "revised"},
	ingest.Unchanged:  {ZH: "未变", EN: "unchanged"},
	ingest.Superseded: {ZH: "存为历史", EN: "kept as history"},
}

// commandWords are parts of hints that speak of the command line. On the page there is
// a field or a button beside them.
var commandWords = regexp.MustCompile(`(; |[?.] |^)?[Ii]f (it|this one|the file) is( right)?, send it again with (confirmed: true \(--confirm\)|--confirm)|,? ?\(--\w+\)|,? and push with --map|tidemark catalog show lists [^;]*`)

// plainHint is a hint without them.
func plainHint(hint string) string {
	hint = commandWords.ReplaceAllStringFunc(hint, func(s string) string {
		if strings.HasPrefix(s, "? ") {
			return "?"
		}
		return ""
	})
	return strings.TrimSpace(strings.NewReplacer("write a mapping with tidemark map, answer it there", "answer it below",
		"write a mapping with tidemark map, say there", "say below", "write a mapping with tidemark map", "say below", "tidemark map", "the questions below").Replace(hint))
}

// cellAddress matches the address of a cell of a text: a file, a line, a column.
var cellAddress = regexp.MustCompile(`^(.*):(\d+):([A-Z]+)$`)

// addressOf writes the address of a cell as spreadsheets do: port.csv C17.
func addressOf(where string) string {
	if m := cellAddress.FindStringSubmatch(where); m != nil {
		return m[1] + " " + m[3] + m[2]
	}
	return where
}

// digits groups the digits of a number in threes, as tables do.
func digits(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + b.String() + fraction
}

// counted is a number of things.
func counted(n int, zh, one, many string) lang.Text {
	en := many
	if n == 1 {
		en = one
	}
	return lang.Text{ZH: fmt.Sprintf(zh, n), EN: fmt.Sprintf("%d %s", n, en)}
}
