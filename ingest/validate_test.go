package ingest

import (
	"math"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// validatorAt is a validator of the built-in catalogue whose clock stands.
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

// knownContainers knows months of container throughput of about 300 万TEU,
// and their year-to-dates.
func knownContainers(t testing.TB) *known {
	t.Helper()
	k := newKnown()
	for year := 2022; year <= 2023; year++ {
		for month := 1; month <= 12; month++ {
			c := container("2022-01", "1").Cell
			c.Period = figure.Month(year, month)
			k.put(c, point{value: 3_000_000, status: figure.Normal})
			c.Measure = figure.YTD
			k.put(c, point{value: 3_000_000 * float64(month), status: figure.Normal})
		}
	}
	return k
}

// judged is what a message comes to: ok, or the whole message of its problem.
func judged(v *Validator, k *known, subject, body string) string {
	f, c, problem := v.read(subject, []byte(body))
	if problem == nil {
		if d := k.doubt(&c, beside{}); d.refused {
			problem = d.problem
		}
	}
	if problem == nil {
		return "ok"
	}
	if f == nil && c.figure != nil {
		return "a candidate without a figure"
	}
	return problem.Error()
}

func TestEveryRuleSaysWhatIsWrongAndTheWayOut(t *testing.T) {
	v, k := validatorAt(t, "2024-03-15T12:00:00+08:00"), knownContainers(t)
	for _, c := range rules {
		t.Run(c.name, func(t *testing.T) {
			subject := c.subject
			if subject == "" {
				f, err := figure.Decode([]byte(c.body))
				if err == nil {
					agency := "port"
					if ind, ok := v.cat.Indicator(f.Indicator); ok {
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
	f := plain("2030-Q1", "300")
	f.Area, f.Category, f.Unit, f.Published = "330299", "X", "头", "yesterday"
	_, problems := validatorAt(t, "2024-03-15T12:00:00+08:00").check(&f)
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.Code)
	}
	wantLines(t, codes, "figure/unknown-area", "figure/unknown-category", "figure/published", "figure/future-period", "figure/unit")
}

func TestAPeriodEndsAtMidnightInTheCity(t *testing.T) {
	for now, want := range map[string]string{
		"2024-02-29T15:59:59Z": `figure/unfinished-period: period "2024-02" was not over now; check the period, or give status E (estimated) to an early figure`,
		"2024-02-29T16:00:00Z": "ok",
	} {
		f := container("2024-02", "300")
		if got := judged(validatorAt(t, now), newKnown(), f.Subject("port"), string(f.AppendJSON(nil))); got != want {
			t.Errorf("at %s\ngot  %s\nwant %s", now, got, want)
		}
	}
}

func TestAValueIsComparedOnlyWhenTwoNeighboursAreKnown(t *testing.T) {
	v, k := validatorAt(t, "2024-03-15T12:00:00+08:00"), newKnown()
	f := plain("2023-03", "30")
	body := string(f.AppendJSON(nil))
	for i, want := range []string{"ok", "ok", `figure/unit-slip: value "30" is 10^-1 off what is known around it (about 300 万TEU); did you mean 300 万TEU? If it is right send it again with confirmed: true (--confirm)`} {
		if got := judged(v, k, f.Subject("port"), body); got != want {
			t.Errorf("with %d neighbours\ngot  %s\nwant %s", i, got, want)
		}
		k.put(f.Series().At(f.Period.Add(-1-i)), point{value: 3_000_000})
	}
}

func TestNeighboursAreThoseOfThreeYearsOnEitherSide(t *testing.T) {
	k := newKnown()
	c := plain("2022-03", "1").Cell
	for year := 2016; year <= 2028; year++ {
		for month := 1; month <= 12; month++ {
			k.put(c.Series().At(figure.Month(year, month)), point{value: float64(year*100 + month)})
		}
	}
	k.put(c.Series().At(figure.Month(2022, 2)), point{withheld: true, moment: 1})
	got := map[float64]bool{}
	for _, p := range around(k.series[c.Series()], ordinal(c.Period), 12, func(p *point) bool { return p.withheld }, nil) {
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
	k := newKnown()
	c := plain("2022-03", "1").Cell
	k.put(c, point{value: 2, moment: 20})
	k.put(c, point{value: 1, moment: 10})
	if p, _ := k.current(c); p.value != 2 {
		t.Errorf("known is %v, want 2", p.value)
	}
}

func TestAPublicationStaysWithinItsDayByTheCitysClock(t *testing.T) {
	city, err := os.ReadFile("../catalog/testdata/valid.yaml")
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
			c := candidate{figure: &figure.Figure{Published: day.String()}}
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
