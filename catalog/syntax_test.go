package catalog

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// validText is testdata/valid.yaml, which each test breaks in one place.
func validText(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestASyntaxErrorIsReportedInItsOwnLineWithAFix(t *testing.T) {
	lines := strings.Split(validText(t), "\n")
	for name, c := range map[string]struct {
		line      int
		old, slip string
		want      string
	}{
		"quotation mark not closed":      {31, "port", `"port`, `31:13: the quotation mark that opens here is not closed on this line; write " at the end of the text`},
		"single mark not closed":         {31, "port", `'port`, `31:13: the quotation mark that opens here is not closed on this line; write ' at the end of the text`},
		"mark not closed in brackets":    {24, "箱量", `"箱量`, `24:16: the quotation mark that opens here is not closed on this line; write " at the end of the text`},
		"mark of a code not closed":      {7, `"11"`, `"11`, `7:12: the quotation mark that opens here is not closed on this line; write " at the end of the text`},
		"mark not opened":                {31, "port", `port"`, `31:13: indicator boxes: agency "port\"" is unknown, did you mean "port"?`},
		"text after the mark":            {44, "the harbour plan", `"the" plan`, `44:19: there is text after the closing quotation mark; remove it, or put quotation marks around the whole`},
		"text after the mark in braces":  {24, "箱量", `"箱" 量`, `24:20: there is text after the closing quotation mark; write a comma between the two, or put quotation marks around the whole`},
		"unknown escape":                 {44, "the harbour plan", `"C:\data"`, `44:16: \d is not an escape sequence in double quotation marks; write \\ for a backslash, or use single quotation marks`},
		"tab as indentation":             {31, "    ", "\t", `31:1: this line is indented with a tab; indent it with spaces`},
		"tab after spaces":               {31, "    ", "  \t", `31:3: this line is indented with a tab; indent it with spaces`},
		"ideographic space":              {31, "    ", "  \u3000", `31:3: this line is indented with U+3000, which is not a space in YAML; indent it with spaces`},
		"no space after the colon":       {31, ": ", ":", `31:11: a space is missing after the colon; write "agency: port"`},
		"no space in braces":             {36, ": ", ":", `36:10: a space is missing after the colon; write "max: 10 万TEU"`},
		"full-width colon":               {31, ": ", "：", `31:11: this is a full-width colon; write ": "`},
		"full-width comma":               {24, ", ", "，", `24:18: this is a full-width comma; write ", "`},
		"no space after the dash":        {45, "- ", "-", `45:3: a space is missing after the dash; write "- code: ships"`},
		"brace not closed":               {24, "}", "", `24:11: the { that opens here is not closed; write } at its end, or a comma if it continues`},
		"outer brace not closed":         {4, "}}", "}", `4:5: the { that opens here is not closed; write } at its end, or a comma if it continues`},
		"brace not closed after a comma": {24, "en: boxes}", "en: boxes,", `24:11: the { that opens here is not closed; write } at its end, or a comma if it continues`},
		"bracket not closed":             {32, "]", "", `32:12: the [ that opens here is not closed; write ] at its end, or a comma if it continues`},
		"wrong closing bracket":          {33, "]", "}", `33:31: } was found where ] must close the [ of column 15`},
		"brace not opened":               {24, "{", "", `24:11: an opening { is missing here`},
		"brace closed twice":             {24, "}", "}}", `24:30: this } closes nothing; remove it, or add the bracket that it closes`},
		"colon missing before a brace":   {24, ": {", " {", `24:10: a colon is missing before this {`},
		"colon missing within braces":    {4, "name: {", "name {", `4:23: a colon or a comma is missing before this {`},
		"colon missing after a dash":     {23, "code:", "code", `23:5: a colon is missing after the key; write "key: value"`},
		"comma missing":                  {24, ", en", " en", `24:19: a comma is missing before "en"; or put quotation marks around a text with a colon in it`},
		"too little indentation":         {31, "    ", "   ", `31:4: this line is indented by 3 spaces but what it belongs to by 4; indent it by 4`},
		"too much indentation":           {31, "    ", "      ", `31:7: this line is indented by 6 spaces but the line before it, which already has its value, by 4; indent it by 4`},
		"no indentation":                 {31, "    ", "", `31:1: this line is indented by 0 spaces, unlike those around it; indent it by 4`},
		"first of a list to the right":   {23, "  -", "   -", `23:6: the key begins in column 6, but that of the next line in column 5; keys that belong together must begin in the same column`},
		"dash to the left":               {45, "  -", " -", `45:2: this line is indented by 1 space but what it belongs to by 2; indent it by 2`},
		"colon in a text":                {44, "the harbour plan", "plan: the harbour", `44:17: a text with a colon and a space in it needs quotation marks around it`},
		"colon in a text in braces":      {24, "boxes}", "more: boxes}", `24:28: a text with a colon and a space in it needs quotation marks around it`},
		"text that begins with @":        {44, "the", "@the", `44:13: a text that begins with @ needs quotation marks around it`},
		"text that begins with a star":   {44, "the", "*the", `44:13: a text that begins with * needs quotation marks around it`},
		"text that begins with %":        {24, "boxes}", "%}", `24:24: a text that begins with % needs quotation marks around it`},
		"text that begins with |":        {44, "the", "| the", `44:13: a text that begins with | needs quotation marks around it`},
		"anchor":                         {31, "port", "&sender port", `31:13: anchors are not allowed in a catalogue; a text that begins with & needs quotation marks around it`},
		"tag":                            {31, "port", "!sender port", `31:13: tags are not allowed in a catalogue; a text that begins with ! needs quotation marks around it`},
		"text that is a comment":         {44, "the harbour plan", "#1 of the plans", `44:12: indicator boxes: source is empty; a text that begins with # needs quotation marks around it`},
		"merge key":                      {30, "display: 万TEU", "<<: {display: 万TEU}", `30:5: indicator: unknown key "<<", write the keys out`},
		"key without colon":              {31, "agency: port", "agency", `31:5: "agency" is neither a key with a colon nor an entry of a list; write "key: value"`},
		"bytes of GBK":                   {24, "箱量", "\xcf\xe4\xc1\xbf", `24:16: the byte 0xcf is not UTF-8; save the file as UTF-8 (an editor set to GBK writes such bytes)`},
		"control character":              {24, "箱量", "箱\x00量", `24:17: there is a control character (U+0000) here; remove it`},
	} {
		t.Run(name, func(t *testing.T) {
			spoiled := strings.Clone(lines[c.line-1])
			if !strings.Contains(spoiled, c.old) {
				t.Fatalf("line %d has no %q: %s", c.line, c.old, spoiled)
			}
			spoiled = strings.Replace(spoiled, c.old, c.slip, 1)
			text := strings.Join(append(append(append([]string{}, lines[:c.line-1]...), spoiled), lines[c.line:]...), "\n")
			for ends, text := range map[string]string{"\\n": text, "\\r\\n": strings.ReplaceAll(text, "\n", "\r\n"), "a byte order mark": "\ufeff" + text} {
				_, err := Parse("city.yaml", []byte(text))
				if err == nil || !strings.Contains(err.Error(), "city.yaml:"+c.want) {
					t.Errorf("with %s got\n%v\nwant\ncity.yaml:%s", ends, err, c.want)
				}
			}
		})
	}
}

func TestATextThatIsNotOneCompleteDocumentIsRefused(t *testing.T) {
	whole := validText(t)
	for name, c := range map[string]struct{ text, want string }{
		"empty":              {"", "city.yaml: the catalogue is empty"},
		"comments":           {"# later\n", "city.yaml: the catalogue is empty"},
		"in UTF-16":          {"\xff\xfec\x00i\x00t\x00y\x00:\x00", "city.yaml:1:1: the file is in UTF-16; save it as UTF-8"},
		"a web page":         {"<!doctype html>\n<html></html>\n", "city.yaml:1:1: catalogue: must be a mapping of keys"},
		"two documents":      {whole + "---\ncity: {}\n", "city.yaml:113:1: a second document begins; a catalogue is one YAML document"},
		"cut off in a key":   {whole[:strings.Index(whole, "quency: M")], `city.yaml:27:5: "fre" is neither a key with a colon nor an entry of a list; write "key: value"`},
		"cut off in braces":  {whole[:strings.Index(whole, "months_later")], "city.yaml:17:14: the { that opens here is not closed; write } at its end, or a comma if it continues"},
		"cut off in marks":   {whole[:strings.Index(whole, `11"`)+1], `city.yaml:7:12: the quotation mark that opens here is not closed on this line; write " at the end of the text`},
		"many open brackets": {strings.Repeat("[", 20000), "city.yaml:1:20000: the [ that opens here is not closed; write ] at its end, or a comma if it continues"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse("city.yaml", []byte(c.text)); err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// Aliases of aliases would grow to gigabytes if they were followed.
func TestAliasesAreNotFollowed(t *testing.T) {
	bomb := "a: &a [x, x]\n"
	for n := 'b'; n < 'z'; n++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", n, n, n-1, n-1, n-1, n-1, n-1, n-1, n-1, n-1)
	}
	if _, err := Parse("city.yaml", []byte(bomb)); err == nil || !strings.Contains(err.Error(), `city.yaml:2:1: catalogue: unknown key "b"`) {
		t.Errorf("got %v", err)
	}
}

// Words that other YAML readers convert are kept as written.
func TestWordsThatLookLikeOtherTypesStayTexts(t *testing.T) {
	text := strings.NewReplacer("{zh: 海城, en: Harbour}\ntimezone", "{zh: no, en: 1e3}\ntimezone", "day: 15", "day: 08").Replace(validText(t))
	c, err := Parse("city.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := (lang.Text{ZH: "no", EN: "1e3"}); c.City != want {
		t.Errorf("the city is called %v and not %v", c.City, want)
	}
}

func TestNoMistakeIsFoundInWhatIsRight(t *testing.T) {
	for name, text := range map[string]string{"valid.yaml": validText(t), "ningbo.yaml": string(ningbo), "with long texts": longTexts} {
		if m := findMistake(text); m != nil {
			t.Errorf("%s:%d:%d: %s", name, m.line+1, m.column+1, m.text)
		}
	}
}

// longTexts has every kind of YAML that is valid in a catalogue and rarely
// used.
const longTexts = `---
# the city
city:
  zh: "海
    城"
  en: 'the harbour''s
    town'
source: >-
  what was: said
    in brackets {
timezone: Asia/Shanghai # the time
note: a text
  that goes on, http://example.org/a:b
areas:
- {code: "1", name: {zh: 海城,
    en: 'a, b: c'}}
- code: 2
  "name": {
    zh: 东, # east
    en: "\u00e9\"x\""
  }
list: [
  a, b,
  c
]
`

// Every syntactically relevant character is left out once, everywhere.
func TestAMissingCharacterIsReportedInItsLine(t *testing.T) {
	text := validText(t)
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		for at, r := range line {
			if !strings.ContainsRune(`{}[]":`, r) || line[at:] == ":" {
				continue
			}
			spoiled := append([]string{}, lines...)
			spoiled[n] = line[:at] + line[at+1:]
			text := strings.Join(spoiled, "\n")
			if yaml.Unmarshal([]byte(text), new(yaml.Node)) == nil {
				continue // it is a different text, but valid YAML
			}
			if m := findMistake(text); m == nil || m.line != n {
				t.Errorf("without the %c of column %d in line %d, %s, the mistake is %+v", r, at+1, n+1, line, m)
			}
		}
	}
}

func FuzzFindMistake(f *testing.F) {
	f.Add(validText(f))
	f.Add(longTexts)
	f.Add("a: [{b: \"c\\\n- '\n? |\n%")
	f.Fuzz(func(t *testing.T, text string) {
		m := findMistake(text)
		if m == nil {
			return
		}
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), "\n")
		if m.line < 0 || m.line >= len(lines) || m.column < 0 || m.column > len([]rune(lines[m.line])) || m.text == "" {
			t.Errorf("%q: %+v has no valid position", text, *m)
		}
	})
}
