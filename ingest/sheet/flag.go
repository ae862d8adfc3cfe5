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

// unbracketed removes the brackets around a mark: (p), [p].
func unbracketed(mark string) string {
	for _, pair := range [...]string{"()", "[]"} {
		if len(mark) > 2 && mark[0] == pair[0] && mark[len(mark)-1] == pair[1] {
			return mark[1 : len(mark)-1]
		}
	}
	return mark
}

// flagOf returns the agency's flag for a mark, with or without its brackets and the
// separators between several marks.
func (b *builder) flagOf(mark string) (flag figure.Flag, ok bool) {
	flags := b.sender().Flags
	for _, way := range []string{mark, unbracketed(mark), joined(mark)} {
		if flag, ok = flags.Of(way); ok {
			break
		}
	}
	return flag, ok
}

// joined concatenates several marks: (b, p) becomes bp.
func joined(mark string) string {
	return strings.NewReplacer(" ", "", ",", "", ";", "", "/", "").Replace(unbracketed(mark))
}

// flagsOfAll reports whether each letter of a mark is one of the agency's flags.
func (b *builder) flagsOfAll(mark string) bool {
	flags := b.sender().Flags
	for _, r := range mark {
		if _, ok := flags[string(r)]; !ok {
			return false
		}
	}
	return mark != ""
}

// withoutFlag removes a sender's flag from a value's cell and keeps it in b.flag for
// the status. If the flag is in place of a value, "" remains, or 0. A mark that the
// agency has not defined is a problem whose hint lists its meanings elsewhere;
// anything that is not a known mark is left for number to judge.
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
		return cell, nil // these are used only in place of a value
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
		return cell, nil // report what is wrong with the number first
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

// raised converts superscript letters to ordinary ones. Superscript digits stay as
// they are: 119¹ is not 1191.
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

// besideValue handles a defined flag next to a number.
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

// withoutNumber is withoutFlag for a cell without a number. A mark that the agency
// has not defined is a problem only if no status says why there is no value.
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

// noNumber normalises the usual marks for a missing value: dashes and dots of any
// length, n/a.
func noNumber(s string) string {
	mark := unbracketed(s)
	if why := strings.TrimSpace(strings.TrimPrefix(mark, ":")); why != "" {
		mark = why // Eurostat writes ": c" for a missing value that is confidential
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

// apart splits a cell into a number and the mark after or before it. digits is empty
// when there is no number.
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

// status sets the figure's status from its cell, or from the flag on the value.
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

// statusText returns the code of a status given as a code in capitals, as its name,
// or as a mark that means the same wherever it is used.
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
		return s, nil // SetField refuses it with the list of codes
	case differ(known):
		return s, &figure.Problem{Code: "figure/status", Field: "status",
			Reason: "means different things at different offices", Hint: statusHint(known)}
	}
	return known[0].flag.Status.String(), nil
}
