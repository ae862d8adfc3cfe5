package figure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(figure.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("figure.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("figure.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(schema *jsonschema.Schema, body []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// schemaPattern is the regular expression of a property in the schema.
func schemaPattern(t *testing.T, property string) *regexp.Regexp {
	t.Helper()
	type node struct {
		Pattern string
		AnyOf   []struct{ Pattern string }
	}
	var schema struct{ Properties map[string]node }
	if err := json.Unmarshal(figure.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	n := schema.Properties[property]
	for _, alternative := range n.AnyOf {
		n.Pattern += alternative.Pattern
	}
	if n.Pattern == "" {
		t.Fatalf("the schema has no pattern for %s", property)
	}
	return regexp.MustCompile(n.Pattern)
}

func TestThePublishedSchemaIsCurrent(t *testing.T) {
	file, err := os.ReadFile("figure.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, figure.Schema()) {
		t.Error("figure.schema.json is not what the code says; run go generate ./figure")
	}
}

func TestEveryFigureThatIsWrittenSatisfiesTheSchema(t *testing.T) {
	schema := compiledSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		f := figures().Draw(t, "figure")
		if body := f.AppendJSON(nil); validate(schema, body) != nil {
			t.Fatalf("%s\n%v", body, validate(schema, body))
		}
	})
}

func TestSchemaAndDecodeAgree(t *testing.T) {
	const fits, refused = true, false
	schema := compiledSchema(t)
	long := strings.Repeat("波", 64)
	tests := []struct {
		name, body string
		want       bool
	}{
		{"plain", plainBody, fits},
		{"all fields", with(`}`, `,"category":"外贸","status":"P","note":"快报","confirmed":true,"published":"2023-04-20"}`), fits},
		{"a reason for confirmed", with(`}`, `,"confirmed":"受春节影响"}`), fits},
		{"a reason in words", with(`}`, `,"confirmed":"a strike, see\nthe bulletin"}`), fits},
		{"longest reason", with(`}`, `,"confirmed":"`+strings.Repeat("波", 4096)+`"}`), fits},
		{"number", with(`"3770.6"`, `3770.6`), fits},
		{"number with an exponent", with(`"3770.6"`, `-3.7706e3`), fits},
		{"text with an exponent", with(`3770.6`, `+.37E+040`), fits},
		{"withheld", with(`"3770.6"`, `null,"status":"Q"`), fits},
		{"derogation with a value", with(`}`, `,"status":"J"}`), fits},
		{"derogation without a value", with(`"3770.6"`, `null,"status":"J"`), fits},
		{"empty status", with(`}`, `,"status":""}`), fits},
		{"empty note and unit", with(`"亿元"`, `"","note":"","published":""`), fits},
		{"64 characters", with(`亿元`, long), fits},
		{"code of 64 characters", with(`gdp`, long), fits},
		{"longest note", with(`}`, `,"note":"`+strings.Repeat("波", 4096)+`"}`), fits},

		{"array", `[]`, refused},
		{"empty object", `{}`, refused},
		{"missing unit", with(`,"unit":"亿元"`, ``), refused},
		{"unknown field", with(`}`, `,"source":"x"}`), refused},
		{"code with a point", with(`gdp`, `g.dp`), refused},
		{"empty code", with(`gdp`, ``), refused},
		{"code of 65 characters", with(`gdp`, long+"x"), refused},
		{"code with a line break", with(`gdp`, `gdp\n`), refused},
		{"unknown measure", with(`ytd`, `mom`), refused},
		{"measure as a number", with(`"ytd"`, `1`), refused},
		{"period", with(`2023-Q1`, `2023-Q5`), refused},
		{"year outside", with(`2023-Q1`, `1799`), refused},
		{"period with a line break", with(`2023-Q1`, `2023-Q1\n`), refused},
		{"boolean value", with(`"3770.6"`, `true`), refused},
		{"thousands comma", with(`3770.6`, `3,770.6`), refused},
		{"empty value", with(`3770.6`, ``), refused},
		{"exponent 41", with(`3770.6`, `1e41`), refused},
		{"65 characters", with(`亿元`, long+"x"), refused},
		{"null unit", with(`"亿元"`, `null`), refused},
		{"long note", with(`}`, `,"note":"`+strings.Repeat("波", 4097)+`"}`), refused},
		{"unknown status", with(`}`, `,"status":"R"}`), refused},
		{"null status", with(`}`, `,"status":null}`), refused},
		{"one word for confirmed", with(`}`, `,"confirmed":"maybe"}`), refused},
		{"long reason", with(`}`, `,"confirmed":"`+strings.Repeat("波", 4097)+`"}`), refused},
		{"text for confirmed", with(`}`, `,"confirmed":"true"}`), refused},
		{"withheld without a reason", with(`"3770.6"`, `null`), refused},
		{"withheld with the empty status", with(`"3770.6"`, `null,"status":""`), refused},
		{"withheld but normal", with(`"3770.6"`, `null,"status":"A"`), refused},
		{"suppressed with a value", with(`}`, `,"status":"Q"}`), refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bySchema, byCode := validate(schema, []byte(tt.body)), decode(tt.body)
			if (bySchema == nil) != tt.want || (byCode == nil) != tt.want {
				t.Errorf("fits %v expected\nschema: %v\ncode: %v", tt.want, bySchema, byCode)
			}
		})
	}
}

func TestSchemaAndDecodeAgreeOnEveryStatusWithAndWithoutAValue(t *testing.T) {
	schema := compiledSchema(t)
	for _, status := range figure.Statuses() {
		for _, value := range []string{"1", "null"} {
			body := with(`"3770.6"`, value+`,"status":"`+status.String()+`"`)
			if bySchema, byCode := validate(schema, []byte(body)), decode(body); (bySchema == nil) != (byCode == nil) {
				t.Errorf("%s\nschema: %v\ncode: %v", body, bySchema, byCode)
			}
		}
	}
}

// writtenPeriods are valid and invalid spellings of periods.
func writtenPeriods() []string {
	texts := []string{"", "202", "20234", "2023-", "2023-01-01", "2023-S1", "2023-W01", "２０２３"}
	for _, year := range []string{"0000", "1799", "1800", "1999", "2023", "2100", "2199", "2200", "9999"} {
		texts = append(texts, year, year+"-A0", year+"-A1", year+"-A2", year+"-A01", year+"-a1")
		for q := range 6 {
			texts = append(texts, fmt.Sprintf("%s-Q%d", year, q), fmt.Sprintf("%s-Q0%d", year, q), fmt.Sprintf("%s-q%d", year, q), fmt.Sprintf("%sQ%d", year, q))
		}
		for m := range 14 {
			texts = append(texts, fmt.Sprintf("%s-%02d", year, m), fmt.Sprintf("%s-M%02d", year, m), fmt.Sprintf("%s-%d", year, m),
				fmt.Sprintf("%s-M%d", year, m), fmt.Sprintf("%s%02d", year, m), fmt.Sprintf("%s-m%02d", year, m))
			for _, span := range []string{"01/P1M", "02/P1M", "01/P2M", "01/P3M", "01/P03M", "01/P01M", "01/P4M", "01/P6M", "01/P12M", "01/P13M",
				"01/P1Y", "01/P01Y", "01/P2Y", "01/P0M", "01/P1D", "01/P", "01/PM", "01/P1", "01/1M", "1/P1M", "01/p1m", "01/P120M"} {
				texts = append(texts, fmt.Sprintf("%s-%02d-%s", year, m, span))
			}
		}
	}
	return texts
}

func TestThePeriodPatternIsWhatParsePeriodReads(t *testing.T) {
	pattern := schemaPattern(t, "period")
	for _, text := range writtenPeriods() {
		for _, s := range []string{text, " " + text, text + " ", text + "\n"} {
			if _, err := figure.ParsePeriod(s); (err == nil) != pattern.MatchString(s) {
				t.Errorf("%q: pattern %v, ParsePeriod %v", s, pattern.MatchString(s), err)
			}
		}
	}
}

func TestTheDecimalPatternIsTheShapeThatParseDecimalReads(t *testing.T) {
	pattern := schemaPattern(t, "value")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(decimalTexts(), rapid.StringMatching(`[+-]?[0-9.]{0,3}([eE][+-]?[0-9]{0,3})?`), rapid.StringN(0, 4, -1)).Draw(t, "text")
		_, err := figure.ParseDecimal(s)
		if err == nil && !pattern.MatchString(s) {
			t.Fatalf("%q is read, but does not match", s)
		}
		if err != nil && pattern.MatchString(s) && strings.Contains(err.Error(), "is not a number") {
			t.Fatalf("%q matches, but is refused: %v", s, err)
		}
	})
}

func TestTheCodePatternIsWhatACodeIs(t *testing.T) {
	pattern := schemaPattern(t, "indicator")
	for _, property := range []string{"area", "category"} {
		if other := schemaPattern(t, property); other.String() != pattern.String() {
			t.Errorf("%s has the pattern %s, indicator %s", property, other, pattern)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9_.*> -]{0,66}`)).Draw(t, "code")
		if figure.IsCode(s) != pattern.MatchString(s) {
			t.Fatalf("%q: pattern %v, IsCode %v", s, pattern.MatchString(s), figure.IsCode(s))
		}
	})
}

func TestTheSchemaNamesEveryFieldThatIsWritten(t *testing.T) {
	var schema struct {
		Properties map[string]json.RawMessage
		Required   []string
	}
	if err := json.Unmarshal(figure.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for field := range schema.Properties {
		body := `{"` + field + `":`
		if err := decode(body); err == nil || strings.Contains(err.Error(), "unknown-field") {
			t.Errorf("%s: %v", field, err)
		}
	}
	want := []string{"indicator", "area", "measure", "period", "value", "unit"}
	if !slices.Equal(schema.Required, want) || len(schema.Properties) != 11 {
		t.Errorf("%d properties, required %v", len(schema.Properties), schema.Required)
	}
}
