package queryapi

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// revised is a series with everything that can happen to a figure.
func revised(t *testing.T) answerer {
	published, withheld := booktest.Published, booktest.Withheld
	return answerer{t, over(harbour(t), booktest.Of(t,
		published("boxes", "2023-01", 2726080, "2023-02-10"),
		published("boxes", "2023-02", 2500000, "2023-03-10"),
		published("boxes", "2023-02", 2510000, "2023-04-10"),
		published("boxes", "2023-03", 3000000, "2023-04-10"),
		withheld(published("boxes", "2023-03", 0, "2023-05-10")),
		published("boxes", "2023-04", 2900000, "2023-05-10"),
		published("boxes", "2022", 33351000, "2023-01-20"),
	))}
}

// answerer compares answers with what is expected.
type answerer struct {
	t   *testing.T
	api http.Handler
}

func (a answerer) at(day, query, want string) {
	a.t.Helper()
	if got := instant(a.t, a.api, day, query); got != want {
		a.t.Errorf("%s on %s is\n%s\nwant\n%s", query, day, got, want)
	}
}

const months = `{indicator="boxes",freq="M"}`

// boxesH1 are the labels of months of boxes, as written in these tests.
const boxesH1 = "area=H1 category=_T freq=M indicator=boxes measure=level "

func TestAFigureIsAtTheStartOfItsPeriodAndIsExact(t *testing.T) {
	revised(t).at("2023-05-31", "tidemark_figure"+months+"[1y]",
		boxesH1+"unit=TEU 2023-01-01:2726080 2023-02-01:2510000 2023-04-01:2900000")
}

func TestAnInstantSelectorSeesAPeriodForTheLifeOfItsFrequency(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t, // with gaps
		booktest.Published("boxes", "2023-01", 2726080, "2023-02-10"),
		booktest.Published("boxes", "2023-02", 2510000, "2023-04-10"),
		booktest.Withheld(booktest.Published("boxes", "2023-03", 0, "2023-05-10")),
		booktest.Published("boxes", "2023-04", 2900000, "2023-05-10"),
		booktest.Published("boxes", "2023-07", 3100000, "2023-08-10"),
		booktest.Published("boxes", "2022", 33351000, "2023-01-20"),
		booktest.Published("boxes", "2024", 34000000, "2025-01-20"),
	))}
	for day, want := range map[string]string{
		"2022-12-31": "", "2023-01-01": "2726080", "2023-01-31": "2726080", "2023-02-01": "2510000",
		"2023-03-01": "", // withheld
		"2023-04-01": "2900000", "2023-05-15": "2900000",
		"2023-05-16": "", // 45 days after the start of April
		"2023-06-30": "", "2023-07-01": "3100000",
	} {
		if want != "" {
			want = boxesH1 + "unit=TEU " + want
		}
		a.at(day, "tidemark_figure"+months, want)
	}
	for day, want := range map[string]string{"2023-02-04": "33351000", "2023-02-05": ""} { // 400 days
		if want != "" {
			want = "area=H1 category=_T freq=A indicator=boxes measure=level unit=TEU " + want
		}
		a.at(day, `tidemark_figure{freq="A",indicator="boxes"}`, want)
	}
}

// Months are due on the 10th of the next month, with five days of grace, in
// Shanghai; the calendar has no rule for years.
func TestTheNewestFigureIsValidUntilTheNextIsOverdue(t *testing.T) {
	a := revised(t)
	for _, metric := range []string{"tidemark_figure", "tidemark_figure_withheld", "tidemark_figure_cell", "tidemark_figure_derived", "tidemark_figure_period_timestamp_seconds"} {
		for day, want := range map[string]string{"2023-05-16": "1", "2023-06-14": "1", "2023-06-14T15:59:59Z": "1", "2023-06-14T16:00:00Z": "", "2026-01-01": ""} {
			measure := "level"
			if metric == "tidemark_figure_derived" {
				measure = "daily"
			}
			a.at(day, `count(`+metric+`{freq="M",measure="`+measure+`"} > -1)`, want)
		}
		for _, day := range []string{"2023-02-05", "2026-01-01"} {
			if metric != "tidemark_figure_derived" {
				a.at(day, `count(`+metric+`{freq="A",measure="level"} > -1)`, "1")
			}
		}
	}
}

func TestTodayTheNewestFigureIsShownEvenIfTheNextIsOverdue(t *testing.T) {
	a := revised(t)
	now := today.Format(time.RFC3339)
	a.at(now, "tidemark_figure"+months, boxesH1+"unit=TEU 2900000")
	a.at(now, "tidemark_figure_withheld"+months, boxesH1+"unit=TEU 0")
	a.at(now, `tidemark_figure{freq="M",scale="display"}`, "area=H1 category=_T freq=M indicator=boxes measure=level scale=display unit=万TEU 290")
	a.at(now, `tidemark_figure{freq="M",scale="display_en"}`, "area=H1 category=_T freq=M indicator=boxes measure=level scale=display_en unit=TEU 2900000")
	a.at(now, `tidemark_figure{freq="M",as_of="2023-03-15"}`, "area=H1 as_of=2023-03-15 category=_T freq=M indicator=boxes measure=level unit=TEU 2500000")
	a.at(now, `tidemark_figure{freq="M",as_of="2023-04-15"} `, "area=H1 as_of=2023-04-15 category=_T freq=M indicator=boxes measure=level unit=TEU 3000000")
	a.at(now, `tidemark_figure{freq="M",as_of="2020-01-01"}`, "")
	a.at(now, `tidemark_figure_derived{freq="M",measure="daily"}`, "area=H1 category=_T freq=M indicator=boxes measure=daily unit=TEU/d 96666.66666666667")
	a.at(now, `tidemark_figure_cell{freq="M",measure="level"}`, boxesH1+"number=04 origin=published period=2023-04 status=A unit=TEU year=2023 2900000")
	a.at(now, "tidemark_figure"+months+" offset 1d", "") // a day ago is the past
	if got := ranged(t, a.api, "2026-11-22", now, "1h", "tidemark_figure"+months); got != "" {
		t.Errorf("a range that ends now gives\n%s", got)
	}
}

func TestAWithheldNewestFigureIsNotThereToday(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2026-09", 200, "2026-10-10"), booktest.Withheld(booktest.Published("boxes", "2026-10", 0, "2026-11-10"))))}
	for _, now := range []string{today.Format(time.RFC3339), "2026-11-20"} {
		a.at(now, "tidemark_figure"+months, "")
		a.at(now, "tidemark_figure_withheld"+months, boxesH1+"unit=TEU 1")
	}
}

func TestAsOfShowsWhatWasKnownAtTheEndOfThatDay(t *testing.T) {
	for day, want := range map[string]string{
		"2023-02-08":                "",
		"2023-03-10":                " 2023-01-01:2726080 2023-02-01:2500000",
		"2023-04-09":                " 2023-01-01:2726080 2023-02-01:2500000",
		"2023-04-10":                " 2023-01-01:2726080 2023-02-01:2510000 2023-03-01:3000000",
		"2023-05-10T07:59:59+08:00": " 2023-01-01:2726080 2023-02-01:2510000 2023-03-01:3000000",
		"2023-05-10T08:00:00+08:00": " 2023-01-01:2726080 2023-02-01:2510000 2023-04-01:2900000",
	} {
		if want != "" {
			want = "area=H1 as_of=" + day + " category=_T freq=M indicator=boxes measure=level unit=TEU" + want
		}
		revised(t).at("2023-12-31", `tidemark_figure{freq="M",indicator="boxes",as_of="`+day+`"}[1y]`, want)
	}
}

func TestAsOfEndsADayByTheCitysClock(t *testing.T) {
	city, err := os.ReadFile("../testdata/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// In the night before 2018-11-04 clocks in São Paulo jumped from 00:00 to
	// 01:00, at 03:00 UTC.
	c, err := catalog.Parse("city.yaml", bytes.Replace(city, []byte("Asia/Shanghai"), []byte("America/Sao_Paulo"), 1))
	if err != nil {
		t.Fatal(err)
	}
	july, august := booktest.Published("boxes", "2018-07", 100, "2018-11-04"), booktest.Published("boxes", "2018-08", 110, "2018-11-04")
	july.Moment += (2*time.Hour + 30*time.Minute).Milliseconds() // 23:30 on the 3rd
	august.Moment += (3 * time.Hour).Milliseconds()              // the first moment of the 4th
	a := answerer{t, over(c, booktest.Of(t, july, august))}
	const newest = `tidemark_figure_newest{freq="M",measure="level",as_of="%s"}`
	for day, want := range map[string]string{"2018-11-02": "", "2018-11-03": "100", "2018-11-04": "110"} {
		if want != "" {
			want = "area=H1 as_of=" + day + " category=_T freq=M indicator=boxes measure=level unit=TEU " + want
		}
		a.at("2018-11-06", fmt.Sprintf(newest, day), want)
	}
}

func TestTodayCanBeComparedWithADay(t *testing.T) {
	revised(t).at("2023-02-15", `tidemark_figure`+months+` - ignoring (as_of) tidemark_figure{freq="M",as_of="2023-04-01"}`,
		boxesH1+"unit=TEU 10000")
}

func TestARevisionIsOnTheAxisOfPublication(t *testing.T) {
	revised(t).at("2026-01-01", `tidemark_figure_revision{freq="M",period=~"2023-0[23]"}[10y]`,
		boxesH1+"period=2023-02 unit=TEU 2023-03-10:2500000 2023-04-10:2510000\n"+boxesH1+"period=2023-03 unit=TEU 2023-04-10:3000000")
	revised(t).at("2026-01-01", `tidemark_figure_revision{freq="M"}`, // three years later; withheld values are absent
		boxesH1+"period=2023-01 unit=TEU 2726080\n"+boxesH1+"period=2023-02 unit=TEU 2510000\n"+boxesH1+"period=2023-04 unit=TEU 2900000")
}

func TestDisplayUnitsAreThoseOfTheCatalogue(t *testing.T) {
	revised(t).at("2023-01-15", `tidemark_figure{freq="M",scale="display"}`,
		"area=H1 category=_T freq=M indicator=boxes measure=level scale=display unit=万TEU 272.608")
	revised(t).at("2023-01-15", `tidemark_figure_published_timestamp_seconds{freq="M",scale="display"}`,
		"area=H1 category=_T freq=M indicator=boxes measure=level scale=display unit=万TEU 1675987200")
}

func TestACellTellsPeriodStatusAndOrigin(t *testing.T) {
	a := revised(t)
	a.at("2023-12-31", `last_over_time(tidemark_figure_cell{freq="M",measure="level"}[1y])`, strings.Join([]string{
		boxesH1 + "number=01 origin=published period=2023-01 status=A unit=TEU year=2023 2726080",
		boxesH1 + "number=02 origin=published period=2023-02 status=A unit=TEU year=2023 2510000",
		boxesH1 + "number=03 origin=published period=2023-03 status=" + figure.Suppressed.String() + " unit=TEU year=2023 NaN",
		boxesH1 + "number=04 origin=published period=2023-04 status=A unit=TEU year=2023 2900000"}, "\n"))
	a.at("2023-12-31", `last_over_time(tidemark_figure_cell{freq="M",measure="ytd",period="2023-02"}[1y])`,
		"area=H1 category=_T freq=M indicator=boxes measure=ytd number=02 origin=derived period=2023-02 status=A unit=TEU year=2023 5236080")
}

func TestWhatIsDerivedIsASeriesOfItsOwn(t *testing.T) {
	a := revised(t)
	a.at("2023-12-31", `tidemark_figure_derived{freq="M",measure="ytd"}[1y]`,
		"area=H1 category=_T freq=M indicator=boxes measure=ytd unit=TEU 2023-01-01:2726080 2023-02-01:5236080")
	a.at("2023-12-31", `tidemark_figure_derived{freq="M",measure="level"}[1y]`, "")
	a.at("2023-02-01", `tidemark_figure_derived{freq="M",measure="daily",scale="display"}`,
		"area=H1 category=_T freq=M indicator=boxes measure=daily scale=display unit=万TEU/d 8.964285714285715")
}

func TestTheYearBeforeReachesAYearAhead(t *testing.T) {
	revised(t).at("2024-12-31", `tidemark_figure_year_ago{freq="M",measure="level"}[366d]`,
		boxesH1+"unit=TEU 2024-01-01:2726080 2024-02-01:2510000 2024-04-01:2900000")
}

func TestAReleaseIsItsOwnMoment(t *testing.T) {
	revised(t).at("2026-01-01", `tidemark_release_timestamp_seconds{indicator="boxes"}[10y]`,
		"area=H1 indicator=boxes 2023-01-20:1674172800 2023-02-10:1675987200 2023-03-10:1678406400 2023-04-10:1681084800 2023-05-10:1683676800")
}

func TestAReleaseIsDueByWhatWasKnown(t *testing.T) {
	a := revised(t)
	// The calendar of the harbour says the 10th of the next month.
	for day, want := range map[string]string{"2023-02-09": "", "2023-02-11": "2023-03", "2023-03-11": "2023-04", "2023-04-11": "2023-05", "2024-01-01": "2023-06"} {
		got := instant(t, a.api, day, `tidemark_release_due_timestamp_seconds{indicator="boxes"} * 1000`)
		if want == "" && got == "" {
			continue
		}
		_, seconds, _ := strings.Cut(got, "indicator=boxes ")
		if month := monthOf(t, seconds); month != want {
			t.Errorf("on %s the next release is due in %s (%s), want %s", day, month, got, want)
		}
	}
}

func TestTheRangeOfDaysHoldsAFigureUntilTheNext(t *testing.T) {
	got := ranged(t, revised(t).api, "2023-01-30", "2023-02-02", "1d", "tidemark_figure"+months)
	if want := boxesH1 + "unit=TEU 2023-01-30:2726080 2023-01-31:2726080 2023-02-01:2510000 2023-02-02:2510000"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// monthOf is the month of a time in milliseconds since 1970, in the catalogue's
// zone.
func monthOf(t *testing.T, text string) string {
	t.Helper()
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(int64(ms)).In(harbour(t).Location()).Format("2006-01")
}

func TestTheNewestFigureIsValidUntilANewerIsPublished(t *testing.T) {
	a := revised(t)
	for day, want := range map[string]string{"2023-02-09": "", "2023-02-11": "2726080", "2023-03-11": "2510000", "2023-04-11": "", "2023-05-11": "2900000", "2030-01-01": "2900000"} {
		if want != "" {
			want = boxesH1 + "unit=TEU " + want
		}
		a.at(day, `tidemark_figure_newest{freq="M",measure="level"}`, want) // March, published in April, is withheld
	}
	a.at("2023-03-20", `tidemark_figure_newest{freq="M",measure="level",as_of="2023-03-15"}`,
		"area=H1 as_of=2023-03-15 category=_T freq=M indicator=boxes measure=level unit=TEU 2500000")
	a.at("2030-01-01", `tidemark_figure_newest_timestamp_seconds{freq="M",measure="ytd"}`, // derived from two months
		"area=H1 category=_T freq=M indicator=boxes measure=ytd unit=TEU 1675209600")
}

func TestAReleaseIsOverdueAfterItsGraceUntilItComes(t *testing.T) {
	a := revised(t)
	// Months are due on the 10th of the next month, with five days of grace, in
	// Shanghai.
	for day, want := range map[string]string{
		"2023-02-09": "", "2023-02-11": "0", "2023-03-10": "0", "2023-05-11": "0",
		"2023-06-14": "0", "2023-06-14T15:59:59Z": "0", "2023-06-14T16:00:00Z": "1", "2024-01-01": "1", "2030-01-01": "1",
	} {
		if want != "" {
			want = "area=H1 indicator=boxes " + want
		}
		a.at(day, `tidemark_release_overdue{indicator="boxes"}`, want)
	}
}

func TestTheNextPeriodIsNamedUntilItIsPublished(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2023-02", 200, "2023-03-10"),
		booktest.Published("boxes", "2023-03", 210, "2023-04-12"),
	))}
	for day, want := range map[string]string{"2023-03-09": "", "2023-03-11": "2023-03", "2023-04-11": "2023-03", "2023-04-13": "2023-04", "2024-01-01": "2023-04"} {
		if want != "" {
			want = "area=H1 indicator=boxes period=" + want + " 1"
		}
		a.at(day, `tidemark_release_info{indicator="boxes"}`, want)
	}
	// The 9th of April 2023 is a Sunday, and the 10th of June a Saturday.
	a.at("2023-03-11", `tidemark_release_reminder_timestamp_seconds{indicator="boxes"}`, "area=H1 indicator=boxes 1680710400") // 6 April in Shanghai
}

func TestWorkingDaysAreKnownForAnyTime(t *testing.T) {
	a := revised(t)
	for at, want := range map[string]string{
		"2023-03-10": "1", "2023-03-11": "0", // a Saturday
		"2023-03-12T15:59:59Z": "0", "2023-03-12T16:00:00Z": "1", // Monday begins in Shanghai
	} {
		a.at(at, "tidemark_working_day", want)
	}
}

// gap is a year in which March is withheld, and the year after it.
func gap(t *testing.T) answerer {
	return answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2023-02", 200, "2023-03-10"),
		booktest.Withheld(booktest.Published("boxes", "2023-03", 0, "2023-04-10")),
		booktest.Published("boxes", "2024-03", 330, "2024-04-10"),
	))}
}

func TestAWithheldPeriodEndsWhatFollowsFromTheOneBefore(t *testing.T) {
	a := gap(t)
	a.at("2024-03-05", `tidemark_figure_year_ago{freq="M",measure="level"}`, "")
	a.at("2024-03-05", `tidemark_figure{freq="M"} / tidemark_figure_year_ago`, "")
	a.at("2023-03-05", `tidemark_figure_derived{measure="daily",freq="M"}`, "")
	a.at("2023-02-27", `tidemark_figure_derived{measure="daily",freq="M"}`, "area=H1 category=_T freq=M indicator=boxes measure=daily unit=TEU/d 7.142857142857143")
}

func TestAPublishedPeriodEndsTheDerivedOneBefore(t *testing.T) {
	ytd := booktest.Published("boxes", "2023-01", 100, "2023-02-10")
	ytd.Measure = figure.YTD
	a := answerer{t, over(harbour(t), booktest.Of(t, ytd, booktest.Published("boxes", "2023-02", 120, "2023-03-10")))}
	a.at("2023-02-10", `tidemark_figure{measure="level",freq="M"} or tidemark_figure_derived{measure="level",freq="M"}`, boxesH1+"unit=TEU 120")
	a.at("2023-02-10", `tidemark_figure_derived{measure="level",freq="M"}`, "")
	a.at("2023-01-20", `tidemark_figure_derived{measure="level",freq="M"}`, boxesH1+"unit=TEU 100")
}

func TestARevisionDoesNotTakeTheNewestDerivedFigureFromThePast(t *testing.T) {
	toDate := func(period string, value float64, day string) store.Vintage {
		v := booktest.Published("boxes", period, value, day)
		v.Measure = figure.YTD
		return v
	}
	a := answerer{t, over(harbour(t), booktest.Of(t,
		toDate("2023-08", 800, "2023-09-10"), toDate("2023-09", 910, "2023-10-10"), toDate("2023-10", 1010, "2023-11-10"),
		toDate("2023-08", 801, "2024-01-05")))}
	for day, want := range map[string]string{"2023-10-09": "", "2023-10-12": "109", "2023-11-12": "100"} {
		if want != "" {
			want = boxesH1 + "unit=TEU " + want
		}
		a.at(day, `tidemark_figure_newest{measure="level",freq="M"}`, want)
	}
}
