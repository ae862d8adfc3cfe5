package digest

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var city = catalog.Ningbo().Location()

func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, s, city)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// sample is the digest of the built-in sample for some days.
func sample(t *testing.T, from, to string) *Digest {
	t.Helper()
	return Of(catalog.Ningbo(), booktest.Sample(), day(t, from), day(t, to))
}

var (
	chinese = Style{Language: lang.Chinese, Grafana: "https://grafana.example.org/"}
	english = Style{Language: lang.English}
)

func TestADigestReadsAsInTheGoldenFile(t *testing.T) {
	october := sample(t, "2023-10-20", "2023-11-03")
	for name, write := range map[string]func(*bytes.Buffer) error{
		"october.zh.txt": func(b *bytes.Buffer) error { return october.Text(b, chinese) },
		"october.en.txt": func(b *bytes.Buffer) error { return october.Text(b, english) },
		"october.zh.md":  func(b *bytes.Buffer) error { return october.Markdown(b, chinese) },
		"october.en.md":  func(b *bytes.Buffer) error { return october.Markdown(b, english) },
		"october.html":   func(b *bytes.Buffer) error { return october.HTML(b, chinese) },
		"october.json":   func(b *bytes.Buffer) error { return october.JSON(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("it differs from %s; if it should, run go test ./verdict/digest -update. Got\n%s", golden, &got)
			}
		})
	}
}

func TestADigestWithoutNewsIsEmpty(t *testing.T) {
	quiet := Of(catalog.Ningbo(), booktest.Of(t), day(t, "2023-10-20"), day(t, "2023-11-03"))
	if !quiet.Empty() {
		t.Errorf("it has %d news, %d turns and %d releases", len(quiet.New), len(quiet.Turned), len(quiet.Due))
	}
}

func TestARevisionIsNewsWithBothNumbers(t *testing.T) {
	b := booktest.Of(t,
		booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-12"),
		booktest.Published("container_throughput", "2023-09", 2990000, "2023-10-26"),
		booktest.Published("container_throughput", "2023-08", 3000000, "2023-09-12"),
		booktest.Withheld(booktest.Published("container_throughput", "2023-08", 0, "2023-10-26")),
	)
	d := Of(catalog.Ningbo(), b, day(t, "2023-10-20"), day(t, "2023-11-03"))
	if len(d.New) != 1 {
		t.Fatalf("there are %d news", len(d.New))
	}
	got := d.published(lang.English)[0].Text
	if want := "September 2023 revised from 3.01 million TEU to 2.99 million TEU; August 2023 revised from 3 million TEU to withheld"; got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
}

// What was filled in or estimated is told as that, also beside its revision.
func TestNoNewsLooksOfficialThatIsNot(t *testing.T) {
	as := func(status figure.Status, v store.Vintage) store.Vintage {
		v.Status = status
		return v
	}
	for _, c := range []struct {
		status figure.Status
		zh, en string
	}{
		{figure.Normal, "2023年9月301万TEU；2023年8月由300万TEU（插补）修订为299万TEU", "September 2023: 3.01 million TEU; August 2023 revised from 3 million TEU (imputed) to 2.99 million TEU"},
		{figure.Provisional, "2023年9月301万TEU；2023年8月由300万TEU（插补）修订为299万TEU", "September 2023: 3.01 million TEU; August 2023 revised from 3 million TEU (imputed) to 2.99 million TEU"},
		{figure.Imputed, "2023年9月301万TEU（插补）；2023年8月由300万TEU（插补）修订为299万TEU（插补）", "September 2023: 3.01 million TEU (imputed); August 2023 revised from 3 million TEU (imputed) to 2.99 million TEU (imputed)"},
		{figure.Estimated, "2023年9月301万TEU（估计）；2023年8月由300万TEU（插补）修订为299万TEU（估计）", "September 2023: 3.01 million TEU (estimated); August 2023 revised from 3 million TEU (imputed) to 2.99 million TEU (estimated)"},
	} {
		b := booktest.Of(t,
			as(figure.Imputed, booktest.Published("container_throughput", "2023-08", 3000000, "2023-09-12")),
			as(c.status, booktest.Published("container_throughput", "2023-08", 2990000, "2023-10-26")),
			as(c.status, booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-26")))
		d := Of(catalog.Ningbo(), b, day(t, "2023-10-20"), day(t, "2023-11-03"))
		for l, want := range map[lang.Language]string{lang.Chinese: c.zh, lang.English: c.en} {
			if got := d.published(l)[0].Text; got != want {
				t.Errorf("%s: it reads %q, want %q", c.status, got, want)
			}
		}
	}
}

func TestARepeatedPublicationIsNoNews(t *testing.T) {
	b := booktest.Of(t,
		booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-12"),
		booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-26"),
	)
	if d := Of(catalog.Ningbo(), b, day(t, "2023-10-20"), day(t, "2023-11-03")); len(d.New) != 0 {
		t.Errorf("it is: %v", d.New)
	}
}

func TestAReleaseIsDueThenLateThenOverdue(t *testing.T) {
	b := booktest.Of(t, booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-12"))
	for to, want := range map[string]string{
		"2023-11-01": "",
		"2023-11-05": "October 2023 is due on 2023-11-10 from Ningbo port and shipping administration",
		"2023-11-11": "October 2023 was due on 2023-11-10 and has not arrived, from Ningbo port and shipping administration",
		"2023-11-25": "October 2023 was due on 2023-11-10 and is overdue, from Ningbo port and shipping administration",
	} {
		d := Of(catalog.Ningbo(), b, day(t, to).AddDate(0, 0, -7), day(t, to))
		got := ""
		for _, i := range d.owed(lang.English) {
			got += i.Text
		}
		if got != want {
			t.Errorf("on %s it says %q, want %q", to, got, want)
		}
	}
}

func TestALinkOpensTheTargetAtTheTimeOfItsVerdict(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	if len(d.Turned) == 0 {
		t.Fatal("no verdict turned")
	}
	at := day(t, "2023-11-03")
	for _, i := range d.turned(lang.Chinese, chinese.Grafana) {
		if !strings.HasPrefix(i.Link, "https://grafana.example.org/d/tidemark-indicator?from=") || !strings.Contains(i.Link, "&to=1698940800000&") {
			t.Errorf("the link is %s, and the time %d", i.Link, at.UnixMilli())
		}
	}
}

func TestGrowthOfAMonthIsNotToldAsGrowthToDate(t *testing.T) {
	ytd, yoy := booktest.Published("industrial_value_added", "2023-09", 3.9e11, "2023-10-26"), booktest.Published("industrial_value_added", "2023-09", 9.9, "2023-10-26")
	ytd.Measure, yoy.Measure = figure.YTD, figure.YoY
	d := Of(catalog.Ningbo(), booktest.Of(t, ytd, yoy), day(t, "2023-10-20"), day(t, "2023-11-03"))
	if got, want := d.published(lang.English)[0].Text, "September 2023: 390 billion yuan to date, +9.9 % on the year"; got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
	if got, want := d.published(lang.Chinese)[0].Text, "2023年9月累计3900亿元，同比+9.9%"; got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
}

func TestACategoryThatBeginsBadlyHasTurned(t *testing.T) {
	cases := booktest.Published("unresolved_cases", "2023-10", 50, "2023-11-02")
	cases.Area, cases.Category = "330200", "water"
	d := Of(catalog.Ningbo(), booktest.Of(t, cases), day(t, "2023-10-20"), day(t, "2023-11-03"))
	for _, turn := range d.Turned {
		if turn.Category == "water" && turn.Before == verdict.NoData && turn.Verdict == verdict.Missed {
			return
		}
	}
	t.Errorf("turned are %d targets, and not that one", len(d.Turned))
}

func TestWhatWasLateBeforeIsNotNewsEveryDay(t *testing.T) {
	b := booktest.Of(t, booktest.Published("container_throughput", "2023-09", 3010000, "2023-10-12"))
	for to, want := range map[string]bool{
		"2023-11-10": true,  // due today
		"2023-11-11": false, // late since midnight
		"2023-11-12": true,
		"2023-11-25": false, // overdue since midnight
		"2023-11-26": true,
	} {
		d := Of(catalog.Ningbo(), b, day(t, to).AddDate(0, 0, -1), day(t, to))
		d.Turned = nil // judged by other tests
		if d.Empty() != want {
			t.Errorf("on %s it is empty: %t", to, d.Empty())
		}
	}
}
