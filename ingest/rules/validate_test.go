package rules

import (
	"math"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// validatorAt returns a validator for the built-in catalogue with a fixed clock.
func validatorAt(t testing.TB, now string) *Validator {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	v := NewValidator(catalog.Ningbo())
	v.now = func() time.Time { return at }
	return v
}

// knownContainers knows months of container throughput of about 300 万TEU, and their
// year-to-date values.
func knownContainers(t testing.TB) *Known {
	t.Helper()
	k := NewKnown()
	for year := 2022; year <= 2023; year++ {
		for month := 1; month <= 12; month++ {
			c := ingesttest.Container("2022-01", "1").Cell
			c.Period = figure.Month(year, month)
			k.Put(c, Vintage{Value: 3_000_000, Status: figure.Normal})
			c.Measure = figure.YTD
			k.Put(c, Vintage{Value: 3_000_000 * float64(month), Status: figure.Normal})
		}
	}
	return k
}

// judged returns the outcome of a message: ok, or the full text of its problem.
func judged(v *Validator, k *Known, subject, body string) string {
	f, c, problem := v.Read(subject, []byte(body))
	if problem == nil {
		if d := k.Doubt(&c, Beside{}); d.Refused {
			problem = d.Problem
		}
	}
	if problem == nil {
		return "ok"
	}
	if f == nil && c.Figure != nil {
		return "a candidate without a figure"
	}
	return problem.Error()
}

func TestEveryRuleSaysWhatIsWrongAndHowToFixIt(t *testing.T) {
	v, k := validatorAt(t, "2024-03-15T12:00:00+08:00"), knownContainers(t)
	for _, c := range rules {
		t.Run(c.name, func(t *testing.T) {
			subject := c.subject
			if subject == "" {
				f, err := figure.Decode([]byte(c.body))
				if err == nil {
					agency := "port"
					if ind, ok := v.Cat.Indicator(f.Indicator); ok {
						agency = ind.Agency.Code
					}
					subject = f.Subject(agency)
				}
			}
			if got := judged(v, k, subject, c.body); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAllProblemsOfIndependentKindsAreGivenAtOnce(t *testing.T) {
	f := ingesttest.Plain("2030-Q1", "300")
	f.Area, f.Category, f.Unit, f.Published = "330299", "X", "头", "yesterday"
	_, problems := validatorAt(t, "2024-03-15T12:00:00+08:00").Check(&f)
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.Code)
	}
	ingesttest.WantLines(t, codes, "figure/unknown-area", "figure/unknown-category", "figure/published", "figure/future-period", "figure/unit")
}

func TestAPeriodEndsAtMidnightInTheCity(t *testing.T) {
	for now, want := range map[string]string{
		"2024-02-29T15:59:59Z": `figure/unfinished-period: period "2024-02" is not over yet; check the period, or give status E (estimated) to an early figure`,
		"2024-02-29T16:00:00Z": "ok",
	} {
		f := ingesttest.Container("2024-02", "300")
		if got := judged(validatorAt(t, now), NewKnown(), f.Subject("port"), string(f.AppendJSON(nil))); got != want {
			t.Errorf("at %s\ngot  %s\nwant %s", now, got, want)
		}
	}
}

func TestAValueIsComparedOnlyWhenTwoNeighboursAreKnown(t *testing.T) {
	v, k := validatorAt(t, "2024-03-15T12:00:00+08:00"), NewKnown()
	f := ingesttest.Plain("2023-03", "30")
	body := string(f.AppendJSON(nil))
	for i, want := range []string{"ok", "ok", `figure/unit-slip: value "30" is 10^-1 times what the figures around it suggest (about 300 万TEU); did you mean 300 万TEU? If it is right, send it again with confirmed: true (--confirm)`} {
		if got := judged(v, k, f.Subject("port"), body); got != want {
			t.Errorf("with %d neighbours\ngot  %s\nwant %s", i, got, want)
		}
		k.Put(f.Series().At(f.Period.Add(-1-i)), Vintage{Value: 3_000_000})
	}
}

func TestNeighboursAreThoseOfThreeYearsOnEitherSide(t *testing.T) {
	k := NewKnown()
	c := ingesttest.Plain("2022-03", "1").Cell
	for year := 2016; year <= 2028; year++ {
		for month := 1; month <= 12; month++ {
			k.Put(c.Series().At(figure.Month(year, month)), Vintage{Value: float64(year*100 + month)})
		}
	}
	k.Put(c.Series().At(figure.Month(2022, 2)), Vintage{Withheld: true, Moment: 1})
	got := map[float64]bool{}
	for _, p := range around(k.Series[c.Series()], c.Period.Ordinal(), 12, func(p *Vintage) bool { return p.Withheld }, nil) {
		got[p.Value] = true
	}
	for p := figure.Month(2019, 3); p.Compare(figure.Month(2025, 3)) <= 0; p = p.Next() {
		value := float64(p.Year()*100 + p.Number())
		if want := p != c.Period && value != 202202; got[value] != want {
			t.Errorf("%s is among the neighbours: %v", p, got[value])
		}
		delete(got, value)
	}
	for v := range got {
		t.Errorf("%.0f is no neighbour", v)
	}
}

func TestAnOlderPublicationDoesNotReplaceWhatIsKnown(t *testing.T) {
	k := NewKnown()
	c := ingesttest.Plain("2022-03", "1").Cell
	k.Put(c, Vintage{Value: 2, Moment: 20})
	k.Put(c, Vintage{Value: 1, Moment: 10})
	if p, _ := k.Current(c); p.Value != 2 {
		t.Errorf("known is %v, want 2", p.Value)
	}
}

func TestAPublicationStaysWithinItsDayByTheCitysClock(t *testing.T) {
	city, err := os.ReadFile("../../catalog/testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	zone := regexp.MustCompile(`(?m)^timezone: .*$`)
	for _, place := range []string{"America/Sao_Paulo", "Asia/Beirut", "America/Havana", "America/St_Johns", "Asia/Shanghai"} {
		cat, err := catalog.Parse("valid.yaml", zone.ReplaceAll(city, []byte("timezone: "+place)))
		if err != nil {
			t.Fatal(err)
		}
		v := NewValidator(cat)
		for day := figure.DayOf(2010, 1, 1); day != figure.DayOf(2024, 1, 1); day = day.Add(1) {
			c := Candidate{Figure: &figure.Figure{Published: day.String()}}
			if p := v.checkPublished(&c); p != nil {
				t.Fatalf("%s in %s: %v", day, place, p)
			}
			for _, seq := range []uint64{0, 1, 82_799_999, 86_399_999, 89_999_999, 1 << 40} {
				at := time.UnixMilli(publication(&c, seq, math.MaxInt64)).In(cat.Location())
				if shown := figure.DayAt(at); shown != day {
					t.Fatalf("message %d, published on %s in %s, stands at %s", seq, day, place, at)
				}
			}
		}
	}
}
