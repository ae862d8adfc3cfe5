package figure_test

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// plainBody is a good body; with replaces a part of it.
const plainBody = `{"indicator":"gdp","area":"330200","measure":"ytd","period":"2023-Q1","value":"3770.6","unit":"亿元"}`

func with(old, replacement string) string {
	if !strings.Contains(plainBody, old) {
		panic("the good body has no " + old)
	}
	return strings.Replace(plainBody, old, replacement, 1)
}

func decode(s string) error {
	_, err := figure.Decode([]byte(s))
	return err
}

func TestTheBodyThatOtherTestsSpoilIsGood(t *testing.T) {
	if err := decode(plainBody); err != nil {
		t.Error(err)
	}
}

const sendHint = `; send {"indicator": …, "area": …, "measure": …, "period": …, "value": …, "unit": …}`

func TestABodyThatIsNotOneObjectIsRefused(t *testing.T) {
	notObject := "figure/not-json: is not a single JSON object: "
	checkErrors(t, []errorCase{
		{"empty", "", notObject + `expected '{' at byte 0` + sendHint},
		{"white space", " \n", notObject + `expected '{' at byte 2` + sendHint},
		{"an array", "[" + plainBody + "]", notObject + `expected '{' at byte 0` + sendHint},
		{"deep nesting", strings.Repeat("[", 30000), notObject + `expected '{' at byte 0` + sendHint},
		{"a text", `"gdp"`, notObject + `expected '{' at byte 0` + sendHint},
		{"null", `null`, notObject + `expected '{' at byte 0` + sendHint},
		{"a byte order mark", "\ufeff" + plainBody, notObject + `expected '{' at byte 0` + sendHint},
		{"trailing object", plainBody + plainBody, notObject + `expected the end at byte 103` + sendHint},
		{"trailing zero byte", plainBody + "\x00", notObject + `expected the end at byte 103` + sendHint},
		{"key without quotes", `{indicator:"gdp"}`, notObject + `expected '"' at byte 1` + sendHint},
		{"trailing comma", with(`"亿元"}`, `"亿元",}`), notObject + `expected '"' at byte 103` + sendHint},
		{"no colon", with(`"area":`, `"area" `), notObject + `expected ':' at byte 26` + sendHint},
		{"no comma", with(`"gdp",`, `"gdp" `), notObject + `expected ',' at byte 19` + sendHint},
		{"line break in a text", with("gdp", "g\ndp"), notObject + `expected no control character at byte 15` + sendHint},
		{"unknown escape", with("gdp", `\gdp`), notObject + `expected a valid escape at byte 14` + sendHint},
		{"half an escape", with("gdp", `\u00`), notObject + `expected a valid escape at byte 14` + sendHint},
		{"cut off in a text", plainBody[:16], notObject + `expected the closing quotation mark at byte 16` + sendHint},
		{"cut off after a backslash", plainBody[:16] + `\`, notObject + `expected the closing quotation mark at byte 17` + sendHint},
		{"cut off before a value", plainBody[:13], notObject + `expected a string at byte 13` + sendHint},
		{"cut off before a number", plainBody[:78], notObject + `expected a number, a decimal string or null at byte 78` + sendHint},
		{"cut off after a value", plainBody[:18], notObject + `expected ',' at byte 18` + sendHint},
		{"cut off after a comma", plainBody[:19], notObject + `expected '"' at byte 19` + sendHint},
		{"cut off at the brace", plainBody[:len(plainBody)-1], notObject + `expected ',' at byte 102` + sendHint},
	}, decode)
}

func TestABodyOfOtherBytesOrTooManyIsRefused(t *testing.T) {
	checkErrors(t, []errorCase{
		{"GBK", with("亿元", "\xd2\xda\xd4\xaa"), "figure/not-json: is not UTF-8; encode the JSON body as UTF-8"},
		{"too large", plainBody + strings.Repeat(" ", figure.MaxBody-len(plainBody)+1), "figure/not-json: has 32769 bytes, more than 32768; send one figure per message"},
	}, decode)
}

func TestALargestBodyIsRead(t *testing.T) {
	if err := decode(plainBody + strings.Repeat(" ", figure.MaxBody-len(plainBody))); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownFieldIsRefused(t *testing.T) {
	const fields = "is not a field of a figure; the fields are indicator, area, category, measure, period, value, unit, status, note, confirmed, published"
	checkErrors(t, []errorCase{
		{"unknown", with(`"unit"`, `"einheit"`), `figure/unknown-field: "einheit" ` + fields},
		{"other case", with(`"unit"`, `"Unit"`), `figure/unknown-field: "Unit" ` + fields},
		{"line break", with(`"unit"`, `"unit\n\u001b[2J"`), `figure/unknown-field: "unit··[2J" ` + fields},
		{"empty", with(`"unit"`, `""`), `figure/unknown-field: ` + fields},
		{"nested", with(`"unit":"亿元"`, `"unit2":`+strings.Repeat(`{"a":`, 5000)), `figure/unknown-field: "unit2" ` + fields},
	}, decode)
}

func TestARepeatedFieldIsRefused(t *testing.T) {
	var cases []errorCase
	for _, field := range []string{"indicator", "value", "unit"} {
		cases = append(cases, errorCase{field, with(`{`, `{"`+field+`":"1",`), "figure/not-json: " + field + " appears twice; send each field once"})
	}
	cases = append(cases, errorCase{"escaped", with(`{`, `{"\u0061rea":"330200",`), "figure/not-json: area appears twice; send each field once"})
	checkErrors(t, cases, decode)
}

func TestAMissingFieldIsRefused(t *testing.T) {
	missing := func(field string) string {
		return "figure/missing-field: " + field + " is missing; add it to the message"
	}
	checkErrors(t, []errorCase{
		{"nothing at all", "{}", missing("indicator")},
		{"indicator", with(`"indicator":"gdp",`, ``), missing("indicator")},
		{"area", with(`"area":"330200",`, ``), missing("area")},
		{"measure", with(`"measure":"ytd",`, ``), missing("measure")},
		{"period", with(`"period":"2023-Q1",`, ``), missing("period")},
		{"value", with(`"value":"3770.6",`, ``), missing("value")},
		{"unit", with(`,"unit":"亿元"`, ``), missing("unit")},
	}, decode)
}

func TestAValueOfAWrongTypeIsRefused(t *testing.T) {
	text := func(field string) string {
		return "figure/type: " + field + " is not a string; see figure.schema.json for the types"
	}
	const number = "figure/type: value is not a number, a decimal string or null; see figure.schema.json for the types"
	const boolean = "figure/type: confirmed is not true, false or a reason of a few words; see figure.schema.json for the types"
	cases := []errorCase{
		{"area as a number", with(`"330200"`, `330200`), text("area")},
		{"period as a number", with(`"2023-Q1"`, `2023`), text("period")},
		{"null for a text", with(`"亿元"`, `null`), text("unit")},
		{"note as an object", with(`}`, `,"note":{"zh":"快报"}}`), text("note")},
		{"category as a list", with(`}`, `,"category":["_T"]}`), text("category")},
	}
	for _, v := range []string{"true", "nul", "NaN", "-", "+1", "01", ".5", "1.", "1e", "0x1", "[1]", `{"v":1}`, strings.Repeat("[", 20000)} {
		cases = append(cases, errorCase{"value as " + v[:min(len(v), 9)], with(`"3770.6"`, v), number})
	}
	for _, v := range []string{`"true"`, `"false"`, `"no"`, `"maybe"`, `"未确认"`, `""`, `" "`, "1", "null", "tru", "True"} {
		cases = append(cases, errorCase{"confirmed as " + v, with(`}`, `,"confirmed":`+v+`}`), boolean})
	}
	checkErrors(t, cases, decode)
}

func TestAFieldThatMakesNoSenseIsRefused(t *testing.T) {
	const code = "is not a code; a code has 1 to 64 letters, digits, _ or -"
	const decimalHint = "; write digits with an optional sign and point, like 2726.08"
	long := strings.Repeat("x", 65)
	checkErrors(t, []errorCase{
		{"empty code", with("gdp", ""), "figure/code: indicator " + code},
		{"code with a point", with("gdp", "a.b"), `figure/code: indicator "a.b" ` + code},
		{"code with a wildcard", with("330200", ">"), `figure/code: area ">" ` + code},
		{"code with a space", with(`}`, `,"category":"外贸 出口"}`), `figure/code: category "外贸 出口" ` + code},
		{"code with a full-width stop", with(`}`, `,"category":"外贸．"}`), `figure/code: category "外贸．" ` + code},
		{"long code", with("gdp", long), `figure/code: indicator "` + long + `" ` + code},
		{"measure", with("ytd", "累计"), `figure/measure: measure "累计" is not a measure; write one of level, ytd, yoy, ytd_yoy`},
		{"period", with("2023-Q1", "2023Q1"), `figure/period: period "2023Q1" is not in SDMX period format; write 2023-Q1`},
		{"value", with("3770.6", "3,770.6"), `figure/value: value "3,770.6" is not a number` + decimalHint},
		{"exact number", with(`"3770.6"`, `0.1234567890123456789`), `figure/digits: value "0.1234567890123456789" has more than 18 significant digits; write 0.123456789012346; 15 significant digits are kept in every unit`},
		{"huge number", with(`"3770.6"`, `1e400`), `figure/value: value "1e400" is too large or too small to be a figure` + decimalHint},
		{"empty value", with("3770.6", ""), "figure/value: value is an empty string; write null for a value that is withheld"},
		{"status", with(`}`, `,"status":"R"}`), `figure/status: status "R" is not an SDMX observation status; write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS`},
		{"long unit", with("亿元", long), `figure/too-long: unit "` + long + `" has 65 characters, more than 64; shorten it`},
		{"long note", with(`}`, `,"note":"`+strings.Repeat("波", 4097)+`"}`), `figure/too-long: note "` + strings.Repeat("波", 80) + `…" has 4097 characters, more than 4096; shorten it`},
		{"long publication", with(`}`, `,"published":"`+long+`"}`), `figure/too-long: published "` + long + `" has 65 characters, more than 64; shorten it`},
	}, decode)
}

func TestAValueAndAStatusThatDisagreeAreRefused(t *testing.T) {
	none := func(status string) string {
		return `figure/value-and-status: status "` + status + `" says there is a value, but there is none; ` +
			`give the value, or say why there is none: Q (withheld), O (missing), L (not collected), K (included in another category)`
	}
	there := func(status string) string {
		return `figure/value-and-status: status "` + status + `" says there is no value, but there is one; leave the value empty (null), or use A, P or E`
	}
	withheld := func(status string) string { return with(`"3770.6"`, `null,"status":"`+status+`"`) }
	cases := []errorCase{{"null and no status", with(`"3770.6"`, `null`), none("A")}, {"null and the empty status", withheld(""), none("A")}}
	for _, s := range []string{"A", "P", "E", "I", "W"} {
		cases = append(cases, errorCase{"null and " + s, withheld(s), none(s)})
	}
	for _, s := range []string{"Q", "O", "L", "M", "H"} {
		cases = append(cases, errorCase{"a value and " + s, with(`}`, `,"status":"`+s+`"}`), there(s)})
	}
	checkErrors(t, cases, decode)
}

func TestARefusedBodyGivesNoFigure(t *testing.T) {
	for _, body := range []string{with("2023-Q1", "2023Q1"), with(`"3770.6"`, `null`), plainBody + "x"} {
		if f, err := figure.Decode([]byte(body)); err == nil || f != (figure.Figure{}) {
			t.Errorf("%s\ngives %#v, %v", body, f, err)
		}
	}
}
