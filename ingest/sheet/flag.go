package sheet

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tidemark-stats/tidemark/figure"
)

// unbracketed takes the brackets off a mark: (p), [p].
func unbracketed(mark string) string {
	for _, pair := range [...]string{"()", "[]"} {
		if len(mark) > 2 && mark[0] == pair[0] && mark[len(mark)-1] == pair[1] {
			return mark[1 : len(mark)-1]
		}
	}
	return mark
}

// flagOf is the flag that the agency gives a mark, with or without brackets
// and what stands between several.
func (b *builder) flagOf(mark string) (flag figure.Flag, ok bool) {
	flags := b.sender().Flags
	for _, way := range []string{mark, unbracketed(mark), joined(mark)} {
		if flag, ok = flags.Of(way); ok {
			break
		}
	}
	return flag, ok
}

// joined writes several marks side by side: (b, p) is bp.
func joined(mark string) string {
	return strings.NewReplacer(" ", "", ",", "", ";", "", "/", "").Replace(unbracketed(mark))
}

// flagsOfAll tells whether each letter of a mark is one of the agency's.
func (b *builder) flagsOfAll(mark string) bool {
	flags := b.sender().Flags
	for _, r := range mark {
		if _, ok := flags[string(r)]; !ok {
			return false
		}
	}
	return mark != ""
}

// withoutFlag takes a sender's mark off a value's cell. What it says goes into
// the figure's status; of a mark in the place of a value "" is left, or 0. A
// mark that the agency has not said the meaning of is a problem that names
// those it has elsewhere; what is no mark is left for number.
func (b *builder) withoutFlag(cell string) (rest string, p *figure.Problem) {
	if plain(cell) || strings.Trim(cell, "0123456789+., %") == "" {
		return cell, nil // nearly all
	}
	s := fold(raised(cell))
	digits, mark := apart(s)
	if digits == "" {
		return b.withoutNumber(cell, s)
	}
	if mark == "" || strings.ContainsAny(mark[:1], ":-./") {
		return cell, nil // which stand in the place of a value only
	}
	if flag, ok := b.flagOf(mark); ok {
		return b.besideValue(cell, digits, flag)
	}
	conflict := b.flagsOfAll(joined(mark))
	if !conflict && !beside(unbracketed(mark)) {
		return cell, nil
	}
	plain, _, _, notNumber := b.reader.survey.number(digits)
	if notNumber != nil || plain == "" {
		return cell, nil // what is wrong with the number is told first
	}
	digits = b.reader.survey.written(plain)
	if conflict {
		return "", &figure.Problem{Code: "sheet/flag", Field: "value", Text: cell,
			Reason: fmt.Sprintf("carries the flags %s, which mean two different statuses", mark),
			Hint:   fmt.Sprintf("write %s in the column value and the one that counts in the column status%s", digits, sayOnce)}
	}
	return "", &figure.Problem{Code: "sheet/flag", Field: "value", Text: cell,
		Reason: fmt.Sprintf("carries the flag %s", mark), Hint: besideHint(digits, meanings(unbracketed(mark)))}
}

// raised writes the letters that stand as a mark at a number as usual ones. A
// raised digit stays what it is: 119¹ is no 1191.
func raised(cell string) string {
	if isASCII(cell) {
		return cell
	}
	var b strings.Builder
	for _, r := range cell {
		if unicode.Is(unicode.No, r) {
			b.WriteRune(r)
		} else {
			b.WriteString(norm.NFKC.String(string(r)))
		}
	}
	return b.String()
}

// besideValue is a mapped mark that stands beside a number.
func (b *builder) besideValue(cell, digits string, flag figure.Flag) (rest string, p *figure.Problem) {
	if !flag.Zero && flag.Status.Allows(false) {
		b.flag = flag
		return digits, nil
	}
	says := fmt.Sprintf("%s, %s", flag.Status, flag.Status.NameEN())
	if flag.Zero {
		says = "zero"
	}
	return "", &figure.Problem{Code: "figure/value-and-status", Field: "value", Text: cell,
		Reason: fmt.Sprintf("is a number with a flag that means there is none (%s)", says), Hint: "remove the number or the flag"}
}

// withoutNumber is withoutFlag for a cell without a number. A mark of which
// the agency has not said what it means is a problem only where no status says
// why there is no value.
func (b *builder) withoutNumber(cell, s string) (rest string, p *figure.Problem) {
	mark := noNumber(s)
	flag, mapped := b.flagOf(s)
	if !mapped {
		flag, mapped = b.flagOf(mark)
	}
	known := meanings(mark)
	switch {
	case !mapped && len(known) == 0:
		return cell, nil
	case !mapped && b.cells[status] != "":
		return "", nil
	case !mapped:
		return "", &figure.Problem{Code: "sheet/flag", Field: "value", Text: cell,
			Reason: "is in place of a value, and no status says what it means", Hint: aloneHint(known)}
	case flag.Zero:
		return "0", nil
	case !flag.Status.Allows(true):
		return "", &figure.Problem{Code: "figure/value-and-status", Field: "value", Text: cell,
			Reason: fmt.Sprintf("is a flag (%s, %s) without a value", flag.Status, flag.Status.NameEN()),
			Hint:   "write the value that it marks, or leave the cell empty and write O (missing) or Q (withheld) in the column status"}
	}
	b.flag = flag
	return "", nil
}

// noNumber writes the usual marks for no value in one way each: dashes and
// dots of any length, n/a.
func noNumber(s string) string {
	mark := unbracketed(s)
	if why := strings.TrimSpace(strings.TrimPrefix(mark, ":")); why != "" {
		mark = why // Eurostat writes ": c" for what is missing because it is confidential
	}
	switch {
	case strings.Trim(mark, "-—―") == "":
		return "-"
	case strings.Trim(mark, ".") == "":
		return "..."[:max(min(len(mark), 3), 2)]
	}
	letters := strings.NewReplacer("/", "", ".", "").Replace(strings.TrimPrefix(mark, "#")) // n/a, n.a., #N/A
	return cmp.Or(letters, mark)
}

// apart divides a cell into a number and the mark behind or before it. digits
// is empty when there is no number.
func apart(s string) (digits, mark string) {
	first, last := strings.IndexFunc(s, unicode.IsDigit), strings.LastIndexFunc(s, unicode.IsDigit)
	if first < 0 {
		return "", s
	}
	if before := strings.TrimRight(s[:first], "+-. "); before != "" {
		return strings.TrimSpace(s[len(before):]), strings.TrimSpace(before)
	}
	_, width := utf8.DecodeRuneInString(s[last:])
	digits, mark = s[:last+width], strings.TrimSpace(s[last+width:])
	if rest, percent := strings.CutPrefix(mark, "%"); percent {
		return digits + "%", strings.TrimSpace(rest)
	}
	return digits, mark
}

// status sets the figure's status from its cell, or from the mark that stood
// with the value.
func (b *builder) status() {
	if cell := b.cells[status]; len(cell) == 1 && b.flag.Status == 0 && len(b.sender().Flags) == 0 {
		if code, err := figure.ParseStatus(cell); err == nil { // as nearly all
			b.row.Figure.Status = code
			return
		}
	}
	text := b.meaning(status, fold)
	if text == "" {
		b.row.Figure.Status = b.flag.Status
		return
	}
	switch flag, mapped := b.flagOf(text); {
	case mapped && !flag.Zero:
		text = flag.Status.String()
	default:
		code, p := statusText(text)
		if p != nil {
			b.refuse(status, b.cells[status], p)
			return
		}
		text = code
	}
	b.set(status, text)
	if own := b.row.Figure.Status; b.flag.Status != 0 && b.flag.Status != figure.Normal && !b.wrong[status] && own != b.flag.Status {
		b.refuse(status, b.cells[status], &figure.Problem{Code: "figure/status", Field: "status",
			Reason: fmt.Sprintf("disagrees with the flag on the value, %s", b.flag.Status), Hint: "remove one of the two"})
	}
}

// statusText gives the code of a status: a code in capitals, its name, or a
// mark that means the same wherever it is used.
func statusText(s string) (string, *figure.Problem) {
	if _, err := figure.ParseStatus(s); err == nil {
		return s, nil
	}
	for _, known := range figure.Statuses() {
		if s == known.NameZH() || s+"值" == known.NameZH() || strings.EqualFold(s, known.NameEN()) || strings.EqualFold(s+" value", known.NameEN()) {
			return known.String(), nil
		}
	}
	mark := unbracketed(s)
	known := meanings(mark)
	switch {
	case len(known) == 0 || utf8.RuneCountInString(mark) > 1:
		return s, nil // which is refused with the codes
	case differ(known):
		return s, &figure.Problem{Code: "figure/status", Field: "status",
			Reason: "means different things at different offices", Hint: statusHint(known)}
	}
	return known[0].flag.Status.String(), nil
}
