package catalog

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func valid(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func indicator(t *testing.T, c *Catalog, code string) *Indicator {
	t.Helper()
	i, ok := c.Indicator(code)
	if !ok {
		t.Fatalf("no indicator %s", code)
	}
	return i
}

func decimal(t *testing.T, s string) figure.Decimal {
	t.Helper()
	d, err := figure.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func period(t *testing.T, s string) figure.Period {
	t.Helper()
	p, err := figure.ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestALookupFindsWhatTheFileNames(t *testing.T) {
	c := valid(t)
	_, agency := c.agencies["port"]
	_, area := c.Area("11")
	_, unit := c.units["TEU"]
	_, calendar := c.calendars["monthly"]
	_, topic := c.topics["sea"]
	_, target := c.Target("boxes_2027")
	_, unknown := c.Indicator("nothing")
	got := []bool{agency, area, unit, calendar, topic, target, unknown}
	if want := []bool{true, true, true, true, true, true, false}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAMissingFileIsReported(t *testing.T) {
	_, err := Load("testdata/absent.yaml")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestASingleMistakeCanBeTakenOutOfTheErrors(t *testing.T) {
	_, err := Load("testdata/invalid-several.yaml")
	var all Errors
	var first *Error
	if !errors.As(err, &all) || !errors.As(err, &first) {
		t.Fatalf("got %T", err)
	}
	if first != all[0] || first.Line != 23 || len(all) != 6 {
		t.Errorf("got line %d of %d mistakes", first.Line, len(all))
	}
}

func TestAreasAreExpandedByTheirKind(t *testing.T) {
	got := indicator(t, valid(t), "boxes").Areas
	if want := []string{"1", "11", "12"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPlausibleFollowsAreaMeasureAndFrequency(t *testing.T) {
	boxes := indicator(t, valid(t), "boxes")
	for _, c := range []struct {
		area     string
		measure  figure.Measure
		freq     figure.Frequency
		min, max string
	}{
		{"1", figure.Level, figure.Monthly, "10000", "100000"},
		{"1", figure.Level, figure.Quarterly, "30000", "300000"},
		{"1", figure.Level, figure.Annual, "120000", "1000000"},
		{"1", figure.YTD, figure.Monthly, "10000", "1000000"},
		{"1", figure.YoY, figure.Monthly, "-50", "50"},
		{"11", figure.Level, figure.Monthly, "0", "50000"},
		{"11", figure.YTD, figure.Monthly, "0", "600000"},
		{"12", figure.Level, figure.Monthly, "0", "20000"},
	} {
		r, ok := boxes.Plausible(c.area, c.measure, c.freq)
		if want := (Range{decimal(t, c.min), decimal(t, c.max)}); !ok || r != want {
			t.Errorf("%s %s %s: got %s to %s, want %s to %s", c.area, c.measure, c.freq, r.Min, r.Max, c.min, c.max)
		}
	}
}

func TestNothingShrinksByMoreThanAll(t *testing.T) {
	r := growthRange(decimal(t, "500"))
	if want := (Range{decimal(t, "-100"), decimal(t, "500")}); r != want {
		t.Errorf("got %s to %s", r.Min, r.Max)
	}
}

func TestAnAreaThatDoesNotReportHasNoPlausibleRange(t *testing.T) {
	if _, ok := indicator(t, valid(t), "boxes").Plausible("P", figure.Level, figure.Monthly); ok {
		t.Error("there is one")
	}
}

func TestARatioKnowsItsParts(t *testing.T) {
	c := valid(t)
	r := indicator(t, c, "per_ship").Ratio
	if r.Numerator != indicator(t, c, "boxes") || r.Denominator != indicator(t, c, "ships") {
		t.Errorf("got %v", r)
	}
}

func TestOpenCategoriesTakeAnyToken(t *testing.T) {
	i := &Indicator{Categories: []string{AnyCategory}}
	for code, want := range map[string]bool{"_T": true, "social_security": true, "不动产登记": true,
		"any": false, "": false, "a.b": false, "a b": false, ">": false, "*": false, "\xff": false, strings.Repeat("x", 65): false} {
		if got := i.HasCategory(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
}

func TestALongListOfKnownWordsIsNotPrinted(t *testing.T) {
	known := strings.Split("abcdefghijklmnopqrstuvwxyz", "")
	if got := didYouMean("nothing alike", known); got != "" {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/valid.yaml", "testdata/invalid-several.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"", "a: &a [*a]", "? [1]: 2", "indicators: [{}]", "units:\n- {code: '%', name: {}, written: {'': 1}}",
		"targets: [{id: x, value: 1, by: open}]", "- - -", "\xff\xfe", "areas: [{code: 1, kind: 1}]", "!!binary x: y"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("fuzz.yaml", data)
		if (c == nil) == (err == nil) {
			t.Errorf("catalogue %v with error %v", c, err)
		}
	})
}
