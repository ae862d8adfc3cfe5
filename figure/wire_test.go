package figure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

func TestAFigureReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := figures().Draw(t, "figure")
		body := f.AppendJSON(nil)
		if got, err := figure.Decode(body); err != nil || got != f {
			t.Fatalf("%s\nreads back as %#v, %v", body, got, err)
		}
	})
}

func TestEncodingJSONWritesAndReadsAFigureTheSameWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := figures().Draw(t, "figure")
		body, err := json.Marshal(struct{ F figure.Figure }{f})
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ F figure.Figure }
		if err := json.Unmarshal(body, &back); err != nil || back.F != f {
			t.Fatalf("%s\nreads back as %#v, %v", body, back.F, err)
		}
	})
}

func TestABodyIsWrittenInFixedOrderWithoutEmptyFields(t *testing.T) {
	f := figure.Figure{Cell: january, Value: decimal(t, "346.0"), Unit: "万TEU", Status: figure.Normal}
	if got, want := string(f.AppendJSON(nil)), `{"indicator":"container_throughput","area":"NBZS","category":"_T",`+
		`"measure":"level","period":"2023-01","value":"346","unit":"万TEU","status":"A"}`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	f.Value, f.Withheld, f.Status, f.Note, f.Confirmed, f.Published = figure.Decimal{}, true, figure.Suppressed, "见\n“公报”\"", true, "2023-02-10"
	if got, want := string(f.AppendJSON(nil)), `{"indicator":"container_throughput","area":"NBZS","category":"_T",`+
		`"measure":"level","period":"2023-01","value":null,"unit":"万TEU","status":"Q","note":"见\n“公报”\"",`+
		`"confirmed":true,"published":"2023-02-10"}`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAReasonIsWrittenInPlaceOfTrue(t *testing.T) {
	f := figure.Figure{Cell: january, Value: decimal(t, "346"), Unit: "万TEU", Status: figure.Normal, Confirmed: true, Reason: "台风后集中靠泊，已与港口核对"}
	body := string(f.AppendJSON(nil))
	if want := `"status":"A","confirmed":"台风后集中靠泊，已与港口核对"}`; !strings.HasSuffix(body, want) {
		t.Errorf("\n got %s\nwant …%s", body, want)
	}
	if got, err := figure.Decode([]byte(body)); err != nil || got != f {
		t.Errorf("it reads back as %+v, %v", got, err)
	}
}

func TestAReasonHasTwoWordsOrFourCharacters(t *testing.T) {
	for text, want := range map[string]bool{
		"typhoon week": true, "Порт закрыт": true, "受春节影响": true, "連休のため": true, "항만 파업": true, "a\nb": true, "strike, port closed": true,
		"": false, "true": false, "maybe": false, "nein": false, "未确认": false, "-": false, "300 万": false, "1 2 3 4": false, "?? !!": false,
	} {
		if got := figure.IsReason(text); got != want {
			t.Errorf("%q is a reason: %v, want %v", text, got, want)
		}
	}
}

func TestANoteAndAReasonMustFitIntoOneMessage(t *testing.T) {
	long := strings.Repeat("𠀀", figure.MaxNote-5)
	f := figure.Figure{Cell: january, Value: decimal(t, "346"), Unit: "万TEU", Note: long, Confirmed: true, Reason: "two words" + long[:4*4085]}
	const want = "figure/too-long: note and the reason in confirmed make a message of more than 32768 bytes; shorten them"
	err := f.Settle()
	var p *figure.Problem
	if !errors.As(err, &p) || p.Code+": "+p.Field+" "+p.Reason+"; "+p.Hint != want {
		t.Errorf("\n got %.200v\nwant %s", err, want)
	}
	f.Note = ""
	if err := f.Settle(); err != nil {
		t.Errorf("the reason alone is refused: %.200v", err)
	}
}

func TestAFigureWithoutCategoryAndStatusIsWrittenWithoutThem(t *testing.T) {
	f := figure.Figure{Cell: january, Value: decimal(t, "346"), Unit: "万TEU"}
	f.Category = ""
	got, err := figure.Decode(f.AppendJSON(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got.Category != figure.Total || got.Status != figure.Normal {
		t.Errorf("category %q, status %v", got.Category, got.Status)
	}
}

func TestTheLongestNoteFitsIntoABodyHoweverItIsEscaped(t *testing.T) {
	for _, c := range []string{"x", "波", "\"", "\x01", "<", "\u2028", "😀"} {
		f := figure.Figure{Cell: january, Unit: strings.Repeat(c, 64), Status: figure.Normal,
			Note: strings.Repeat(c, figure.MaxNote), Published: strings.Repeat(c, 64)}
		f.Indicator, f.Area = strings.Repeat("i", 64), strings.Repeat("a", 64)
		if got, err := figure.Decode(f.AppendJSON(nil)); err != nil || got != f {
			t.Errorf("%q: %v", c, err)
		}
	}
}

// members are the parts of a body that a sender may write, with white space
// and escapes.
func members(t *rapid.T) []string {
	draw := func(name string, choices ...string) string { return rapid.SampledFrom(choices).Draw(t, name) }
	m := []string{
		`"indicator" : "` + draw("indicator", "gdp", `\u0067dp`, "trade_total") + `"`,
		draw("area key", `"area"`, `"\u0061rea"`) + `:"330200"`,
		`"measure":"` + draw("measure", "level", "ytd", "yoy", "ytd_yoy") + `"`,
		`"period":` + "\n" + `"` + draw("period", "2023-01", "2023-M01", "2023-Q1", "2023", `2023-01-01\/P3M`) + `"`,
		`"unit":"` + draw("unit", "%", "亿元", `\u4ebf元`, "") + `"`,
	}
	if draw("withheld", "yes", "no") == "yes" {
		m = append(m, `"value": null`, `"status":"`+draw("status", "Q", "O", "K")+`"`)
	} else {
		m = append(m, `"value":`+draw("value", "0", "-0", "12.50", "1.27e4", "-0.5E+2", `"+12"`, `".5"`, `"007"`))
		if s := draw("status", "", "A", "P", "E"); s != "" {
			m = append(m, `"status":"`+s+`"`)
		}
	}
	for _, optional := range []string{`"category":"foreign"`, `"note":"` + draw("note", "", `\n\t\"`, `\ud83d\ude00`, `\ud800`, "快报 <a>") + `"`,
		`"confirmed": ` + draw("confirmed", "true", "false"), `"published":"2023-02-10"`} {
		if draw("has "+optional, "yes", "no") == "yes" {
			m = append(m, optional)
		}
	}
	return m
}

func TestABodyMeansTheSameInWhateverOrderItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := members(t)
		body := "{" + strings.Join(m, ",") + "}"
		f, err := figure.Decode([]byte(body))
		if err != nil {
			t.Fatalf("%s\n%v", body, err)
		}
		other := " { " + strings.Join(rapid.Permutation(m).Draw(t, "order"), "\t, ") + "\r\n } "
		if g, err := figure.Decode([]byte(other)); err != nil || g != f {
			t.Fatalf("%s\nis %#v, %v, want %#v", other, g, err, f)
		}
	})
}

func TestDecodeAgreesWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := []byte("{" + strings.Join(members(t), ",") + "}")
		if rapid.Bool().Draw(t, "damaged") {
			i := rapid.IntRange(0, len(body)-1).Draw(t, "at")
			body[i] = rapid.SampledFrom([]byte("\"\\{}[]:,.eE+-0n \x00\x1fa")).Draw(t, "byte")
		}
		if f, err := figure.Decode(body); err == nil {
			checkAgainstEncodingJSON(t, body, f)
		}
	})
}

// checkAgainstEncodingJSON compares a figure that Decode made of body with
// what encoding/json reads.
func checkAgainstEncodingJSON(t interface {
	Helper()
	Fatalf(string, ...any)
}, body []byte, f figure.Figure) {
	t.Helper()
	var fields map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil || !json.Valid(body) {
		t.Fatalf("Decode accepts what encoding/json refuses: %q, %v", body, err)
	}
	want := figure.Figure{Cell: figure.Cell{Category: figure.Total}, Status: figure.Normal}
	for name, v := range fields {
		var err error
		switch v := v.(type) {
		case string:
			err = want.SetField(name, v)
		case json.Number:
			err = want.SetField(name, v.String())
		case bool:
			want.Confirmed = v
		case nil:
			want.Withheld = true
		}
		if err != nil {
			t.Fatalf("%q: %s: %v", body, name, err)
		}
	}
	if f != want {
		t.Fatalf("%q\n is %#v\nwant %#v", body, f, want)
	}
}

func TestAFieldIsSetFromItsText(t *testing.T) {
	var f figure.Figure
	for _, field := range [][2]string{{"indicator", "gdp"}, {"area", "330200"}, {"category", "_T"}, {"measure", "ytd"},
		{"period", "2023-Q1"}, {"value", "3770.6"}, {"unit", "亿元"}, {"status", "P"}, {"note", "快报"}, {"confirmed", "true"}, {"published", "2023-04-20"}} {
		if err := f.SetField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	want := figure.Figure{Cell: figure.Cell{Indicator: "gdp", Area: "330200", Category: figure.Total, Measure: figure.YTD, Period: figure.Quarter(2023, 1)},
		Value: decimal(t, "3770.6"), Unit: "亿元", Status: figure.Provisional, Note: "快报", Confirmed: true, Published: "2023-04-20"}
	if f != want {
		t.Errorf("\n got %#v\nwant %#v", f, want)
	}
}

func TestAnEmptyValueIsWithheld(t *testing.T) {
	f := figure.Figure{Value: decimal(t, "12")}
	if err := f.SetField("value", ""); err != nil {
		t.Fatal(err)
	}
	if !f.Withheld || !f.Value.IsZero() {
		t.Errorf("withheld %v, value %v", f.Withheld, f.Value)
	}
}

func TestAnOddConfirmationIsRefusedWithAHint(t *testing.T) {
	checkErrors(t, []errorCase{
		{"", "yes", `figure/type: confirmed "yes" is neither true nor false; write true, false or nothing, or the reason why the value is right in a few words`},
		{"", "TRUE", `figure/type: confirmed "TRUE" is neither true nor false; write true, false or nothing, or the reason why the value is right in a few words`},
	}, func(s string) error { return new(figure.Figure).SetField("confirmed", s) })
}

func TestAProblemIsOneLineThatIsSafeOnATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &figure.Problem{Code: "figure/test", Text: string(rapid.SliceOf(rapid.Byte()).Draw(t, "text")), Reason: "is a test"}
		for _, s := range []string{p.Error(), p.Quoted()} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x1b\u009b\u2028\u202e") || utf8.RuneCountInString(s) > 120 {
				t.Fatalf("the message is %q", s)
			}
		}
	})
}

func TestAProblemShortensLongTexts(t *testing.T) {
	p := &figure.Problem{Code: "figure/test", Text: strings.Repeat("波", 81), Reason: "is long"}
	if got, want := p.Quoted(), `"`+strings.Repeat("波", 80)+`…"`; got != want {
		t.Errorf("the text is quoted as %s, want %s", got, want)
	}
	if got := (&figure.Problem{Code: "figure/test", Reason: "is short"}).Quoted(); got != "" {
		t.Errorf("no text is quoted as %s", got)
	}
}

func TestEveryErrorOfDecodeIsAProblem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, err := figure.Decode(rapid.SliceOf(rapid.Byte()).Draw(t, "body"))
		var p *figure.Problem
		if !errors.As(err, &p) {
			t.Fatalf("the error is %v", err)
		}
	})
}

func TestACodeIsComposedHoweverItWasTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"I\u0302le-de-France": "Île-de-France",
		"हिन्दी":              "हिन्दी",
		"ไทย_ปี":              "ไทย_ปี",
		"e\u0301":             "é",
	} {
		var f figure.Figure
		if err := f.SetField("category", typed); err != nil || f.Category != want {
			t.Errorf("%q is read as %q (%v)", typed, f.Category, err)
		}
	}
}

func TestASignWithoutALetterIsNotACode(t *testing.T) {
	for _, s := range []string{"\u0301", "\u0301a", "्क"} {
		if figure.IsCode(s) {
			t.Errorf("%q is a code", s)
		}
	}
}
