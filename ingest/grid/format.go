package grid

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// format is what a number format says about the meaning of a number.
type format struct {
	date     bool // the number is a day
	noDay    bool // of which only year and month are shown
	yearOnly bool
	percent  bool
	from1904 bool // the workbook counts days from 1904
}

// builtIn are the number formats without a code that show a date: ECMA-376 part 1,
// 18.8.30, with those of East Asian languages.
var builtIn = map[int]format{9: {percent: true}, 10: {percent: true}, 14: {date: true}, 15: {date: true}, 16: {date: true}, 17: {date: true, noDay: true}, 22: {date: true},
	27: {date: true, noDay: true}, 28: {date: true}, 29: {date: true}, 30: {date: true}, 31: {date: true}, 36: {date: true, noDay: true},
	50: {date: true, noDay: true}, 51: {date: true}, 52: {date: true, noDay: true}, 53: {date: true}, 54: {date: true}, 55: {date: true, noDay: true},
	56: {date: true}, 57: {date: true, noDay: true}, 58: {date: true}}

// formatOf reads the code of a number format.
func formatOf(code string) (f format) {
	first, _, _ := strings.Cut(code, ";")
	bare := bareCode(strings.ToLower(first))
	f.percent = strings.Contains(bare, "%")
	year := strings.ContainsAny(bare, "ye")
	month := strings.Contains(bare, "m") && (year || strings.Contains(bare, "d") || strings.Contains(bare, "mmm"))
	f.date = !f.percent && !strings.ContainsAny(bare, "0#?") && (year || month || strings.Contains(bare, "d"))
	f.noDay = f.date && year && !strings.Contains(bare, "d")
	f.yearOnly = f.noDay && !strings.Contains(bare, "m")
	return f
}

// bareCode returns a number format without its quoted text, its colours and
// conditions, and the characters that only take space.
func bareCode(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			end := byte('"')
			if c == '[' {
				end = ']'
			}
			n := strings.IndexByte(code[i+1:], end)
			if n < 0 {
				return b.String()
			}
			i += n + 1
		case '\\', '_', '*':
			i++
		default:
			b.WriteByte(c)
		}
	}
	return strings.ReplaceAll(b.String(), "general", "")
}

// styles returns the format of each style of a cell.
func (b *Book) styles() ([]format, error) {
	properties, err := b.file.GetWorkbookProps()
	if err != nil {
		return nil, err
	}
	from1904 := properties.Date1904 != nil && *properties.Date1904
	var all []format
	for i := 0; ; i++ {
		style, err := b.file.GetStyle(i)
		if err != nil {
			return all, nil //nolint:nilerr // the first index that is not there ends the list
		}
		all = append(all, styleFormat(style, from1904))
	}
}

func styleFormat(style *excelize.Style, from1904 bool) format {
	f, ok := builtIn[style.NumFmt]
	if style.CustomNumFmt != nil {
		f = formatOf(*style.CustomNumFmt)
	} else if !ok {
		f = format{}
	}
	f.from1904 = from1904
	return f
}
