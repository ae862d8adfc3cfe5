package record_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
	"github.com/tidemark-stats/tidemark/verdict/record/recordtest"
)

func city(t testing.TB) (*catalog.Catalog, *book.Book) {
	t.Helper()
	return recordtest.City(), booktest.Of(t, recordtest.Vintages()...)
}

func target(t testing.TB, c *catalog.Catalog, id string) *catalog.Target {
	t.Helper()
	found, ok := c.Target(id)
	if !ok {
		t.Fatalf("there is no target %s", id)
	}
	return found
}

// track is the record of a target that has one category, if its goal were
// another.
func track(t testing.TB, id, goal string) *record.Track {
	t.Helper()
	c, b := city(t)
	of := *target(t, c, id)
	if goal != "" {
		var err error
		if of.Value, err = figure.ParseDecimal(goal); err != nil {
			t.Fatal(err)
		}
	}
	return record.Of(&of, b, recordtest.Today())[0]
}

func TestATargetWellMetWasOnTrackAllTheTime(t *testing.T) {
	k := track(t, "boxes_2022", "8000000")
	if k.Outcome != record.Met || k.Alarms != 0 || k.Verdicts[verdict.OnTrack] != len(k.Said) || len(k.Said) == 0 {
		t.Errorf("%s after %v with %d alarms", k.Outcome, k.Verdicts, k.Alarms)
	}
}

func TestATargetFarOutOfReachWasCalledMonthsBefore(t *testing.T) {
	k := track(t, "boxes_2022", "26000000")
	const month = 30 * 24 * time.Hour
	if k.Outcome != record.Missed || k.Withdrawn != 0 || k.Verdicts[verdict.OnTrack] != 0 || !k.Warning.Known || k.Warning.ToDeadline < 6*month {
		t.Errorf("%s after %v with the warning %v", k.Outcome, k.Verdicts, k.Warning)
	}
	if late := k.Warning.ToOutcome - k.Warning.ToDeadline; late < 9*24*time.Hour || late > 11*24*time.Hour {
		t.Errorf("the total came %s after the year, not on 10 January", late)
	}
}

func TestATargetReachedBeforeItsYearEndsIsSettledThen(t *testing.T) {
	k := track(t, "boxes_2022", "9000000")
	if k.Outcome != record.Met || k.Settled.Year() != 2022 {
		t.Errorf("%s on %s", k.Outcome, k.Settled)
	}
	for _, j := range k.Said {
		if !j.At.Before(k.Settled) {
			t.Errorf("%s was said on %s, after it was settled", j.Verdict, j.At)
		}
	}
}

func TestATargetWhoseFigureNeverCameHasNoOutcome(t *testing.T) {
	if k := track(t, "ships_2020", ""); k.Outcome != record.Unknown || len(k.Said) != 0 {
		t.Errorf("%s after %v", k.Outcome, k.Verdicts)
	}
	if k := track(t, "boxes_2024", ""); k.Outcome != record.Open || len(k.Said) == 0 {
		t.Errorf("%s after %v", k.Outcome, k.Verdicts)
	}
}

func TestAnOutcomeThatARevisionTookBackIsTheRevisedOne(t *testing.T) {
	c := recordtest.City()
	of := func(vintages ...store.Vintage) *record.Track {
		return record.Of(target(t, c, "ships_2020"), booktest.Of(t, vintages...), recordtest.Today())[0]
	}
	first, revised := booktest.Published("ships", "2020", 250_000, "2021-02-10"), booktest.Published("ships", "2020", 150_000, "2021-09-10")
	if k := of(first); k.Outcome != record.Met || len(k.Said) != 0 || k.Settled.Format(time.DateOnly) != "2021-02-10" {
		t.Errorf("before the revision it was %s on %s after %v", k.Outcome, k.Settled, k.Verdicts)
	}
	if k := of(first, revised); k.Outcome != record.Missed || k.Verdicts[verdict.Met] != 1 || k.Warning.Known || k.Settled.Format(time.DateOnly) != "2021-09-10" {
		t.Errorf("after the revision it was %s on %s after %v", k.Outcome, k.Settled, k.Verdicts)
	}
	if k := of(first, booktest.Withheld(revised)); k.Outcome != record.Unknown {
		t.Errorf("a target whose figure was withdrawn is %s", k.Outcome)
	}
}

func TestATargetIsJudgedOnceForEachRelease(t *testing.T) {
	k := track(t, "boxes_2022", "26000000")
	if !slices.IsSortedFunc(k.Said, func(j, o record.Judgement) int { return j.At.Compare(o.At) }) {
		t.Error("the judgements are not in order")
	}
	// Revisions come with the release of the next month: February to November.
	if len(k.Said) != 10 {
		t.Errorf("there are %d judgements", len(k.Said))
	}
}

// An archive that is loaded in one go with its days of publication has the same
// record as one that was collected month by month; without them it has none,
// because nobody could have said anything before.
func TestThePublicationCountsAndNotTheLoading(t *testing.T) {
	c, b := city(t)
	for seed := range uint64(10) {
		shuffled := recordtest.Vintages()
		order := rand.New(rand.NewPCG(seed, seed))
		order.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again := booktest.Of(t, shuffled...)
		of := c.Targets[int(seed)%len(c.Targets)]
		if got, want := record.Of(of, again, recordtest.Today()), record.Of(of, b, recordtest.Today()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: got %+v, want %+v", of.ID, got[0], want[0])
		}
	}
}

func TestAnArchiveWithoutDaysOfPublicationHasNoRecord(t *testing.T) {
	c := recordtest.City()
	loaded := recordtest.Vintages()
	for i := range loaded {
		loaded[i].Moment = recordtest.Today().UnixMilli() - 1
	}
	b := booktest.Of(t, loaded...)
	r, err := new(record.Keeper).Report(t.Context(), c, b, recordtest.Today())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r.Tracks {
		if k.Target.By.Year() < 2024 && len(k.Said) > 0 {
			t.Errorf("%s: %v was said before anything was known", k.Target.ID, k.Verdicts)
		}
	}
	if len(r.Projections) > 0 {
		t.Errorf("there are %d cases of projections", r.Projections[0].Cases)
	}
}

func TestWhatIsPublishedLaterIsNotInARecord(t *testing.T) {
	c, b := city(t)
	for _, on := range []string{"2021-08-20", "2022-01-09", "2022-01-20", "2023-11-11"} {
		at, err := time.ParseInLocation(time.DateOnly, on, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		known := slices.DeleteFunc(recordtest.Vintages(), func(v store.Vintage) bool { return v.Moment > at.UnixMilli() })
		before := booktest.Of(t, known...)
		for _, of := range c.Targets {
			if got, want := record.Of(of, b, at), record.Of(of, before, at); !reflect.DeepEqual(got, want) {
				t.Errorf("%s on %s: got %+v, want %+v", of.ID, on, got[0], want[0])
			}
		}
		boxes, _ := c.Indicator("boxes")
		if got, want := record.ProjectionOf(b, boxes, "H1", figure.Total, at), record.ProjectionOf(before, boxes, "H1", figure.Total, at); !reflect.DeepEqual(got, want) {
			t.Errorf("the projection on %s: got %+v, want %+v", on, got, want)
		}
	}
}

// Two years are needed before a projection can be tested, and January is not
// published alone.
func TestTheProjectionHasARecordOfItsOwn(t *testing.T) {
	c, b := city(t)
	boxes, _ := c.Indicator("boxes")
	p := record.ProjectionOf(b, boxes, "H1", figure.Total, recordtest.Today())
	if p.Years < 4 || p.Cases != 10*p.Years || p.Held > p.Cases || len(p.Errors) != p.Cases || len(p.Widths) != p.Cases {
		t.Errorf("%d cases of %d years, %d held", p.Cases, p.Years, p.Held)
	}
	if e := p.Error(); !e.Known || e.Value <= 0 || e.Value > 0.1 {
		t.Errorf("the mean error is %v", e)
	}
	together := record.ProjectionsTogether([]*record.Projection{p, p})
	if together.Cases != 2*p.Cases || together.HeldRatio() != p.HeldRatio() || together.Width() != p.Width() {
		t.Errorf("twice the same adds up to %+v", together)
	}
}

func TestARecordIsKeptUntilItsFiguresChange(t *testing.T) {
	c, b := city(t)
	k := new(record.Keeper)
	report := func(c *catalog.Catalog, b *book.Book) record.Report {
		r, err := k.Report(t.Context(), c, b, recordtest.Today())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := report(c, b)
	with := func(b *book.Book, v store.Vintage) *book.Book {
		after, err := b.Merge(func(yield func(*store.Vintage, error) bool) { yield(&v, nil) })
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	same := func(r record.Report, id string) bool {
		n := slices.IndexFunc(r.Tracks, func(k *record.Track) bool { return k.Target.ID == id })
		return r.Tracks[n] == before.Tracks[n]
	}
	others := report(c, with(b, booktest.Published("ships", "2020", 2e5, "2021-02-10")))
	if !same(others, "boxes_2022") || others.Projections[0] != before.Projections[0] {
		t.Error("the record was made again although its figures are the same")
	}
	if same(others, "ships_2020") {
		t.Error("the record of the ships was not made again although their figure came")
	}
	v := recordtest.Vintages()[0]
	v.Moment, v.Value = v.Moment+1, v.Value+100
	if r := report(c, with(b, v)); same(r, "boxes_2022") || r.Projections[0] == before.Projections[0] {
		t.Error("the record was not made again although a figure was revised")
	}
	report(c, b)
	past := map[string][]catalog.Past{"boxes_2021": {{Since: recordtest.Today().AddDate(-4, 0, 0), Goal: "1100 万TEU"}}}
	if r := report(c.Remembering(past, recordtest.Today()), b); same(r, "boxes_2021") {
		t.Error("the record was not made again although the goal was another one")
	}
}

func TestAReportStopsWhenItIsNotWantedAnyMore(t *testing.T) {
	c, b := city(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := new(record.Keeper).Report(ctx, c, b, recordtest.Today()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkRecord compares the record of a target, which looks back at every
// release of its year, with judging it as of the same releases and now (at most
// 1.5 times as long), and a record that is kept with one that is made (at most a
// hundredth). The fastest of ten runs each counts, because others use the
// machine too.
func BenchmarkRecord(b *testing.B) {
	c, figures := city(b)
	of, at := target(b, c, "boxes_2022"), recordtest.Today()
	moments := []time.Time{at}
	for _, m := range verdict.Releases(figures, of.Indicator, of.Area.Code, of.Category, of.By.End(), at) {
		if !m.Before(of.By.Start()) {
			moments = append(moments, m.In(at.Location()))
		}
	}
	judge := func() {
		for _, m := range moments {
			verdict.OfAsOf(of, figures, m)
		}
	}
	k := new(record.Keeper)
	k.Tracks(of, figures, at)
	for b.Loop() {
		judging, making, keeping := time.Hour, time.Hour, time.Hour
		for range 10 {
			judging = min(judging, perCall(1, judge))
			making = min(making, perCall(1, func() { record.Of(of, figures, at) }))
			keeping = min(keeping, perCall(100, func() { k.Tracks(of, figures, at) }))
		}
		b.ReportMetric(float64(making.Microseconds())/float64(len(moments)), "µs/release")
		for name, x := range map[string]struct{ ratio, limit float64 }{
			"made/judged": {float64(making) / float64(judging), 1.5}, "kept/made": {float64(keeping) / float64(making), 0.01},
		} {
			b.ReportMetric(x.ratio, name)
			if x.ratio > x.limit {
				b.Errorf("%s is %.3f, more than %g", name, x.ratio, x.limit)
			}
		}
	}
}

func perCall(times int, f func()) time.Duration {
	start := time.Now()
	for range times {
		f()
	}
	return time.Since(start) / time.Duration(times)
}

func TestAProjectionDoesNotReachAcrossABreak(t *testing.T) {
	c := recordtest.City()
	boxes, _ := c.Indicator("boxes")
	cases := func(period figure.Period) int {
		vintages := recordtest.Vintages()
		for i := range vintages {
			if vintages[i].Period == period {
				vintages[i].Status = figure.SeriesBreak
			}
		}
		return record.ProjectionOf(booktest.Of(t, vintages...), boxes, "H1", figure.Total, recordtest.Today()).Years
	}
	whole := cases(figure.Period{})
	// After a break in 2020 two more years are needed before a projection can be
	// tested, so at most 2023 is left after it.
	if got := cases(figure.Month(2020, 2)); got > whole-3 {
		t.Errorf("%d years of %d are projected across a break at the beginning of 2020", got, whole)
	}
	if got := cases(figure.Month(2020, 8)); got > whole-3 {
		t.Errorf("%d years of %d are projected across a break within 2020", got, whole)
	}
}

// The year of an average is a mean: its projection is compared with the mean of
// the months.
func TestTheProjectionOfAnAverageIsComparedWithItsMean(t *testing.T) {
	prices := &catalog.Indicator{Code: "prices", Kind: catalog.Average, Unit: &catalog.Unit{Code: "index"}, Frequencies: []figure.Frequency{figure.Monthly, figure.Annual}}
	var all []store.Vintage
	for p := figure.Month(2015, 1); p.Year() < 2024; p = p.Next() {
		all = append(all, booktest.Published("prices", p.String(), 100+float64(p.Number()%5)+float64(p.Year()%3)/10, p.End().AddDate(0, 0, 9).Format(time.DateOnly)))
	}
	r := record.ProjectionOf(booktest.Of(t, all...), prices, "H1", figure.Total, recordtest.Today())
	if r.Years < 4 || r.Cases != 11*r.Years || r.Error().Value > 0.02 || !record.Projects(prices) {
		t.Errorf("%d cases of %d years, the mean error is %v", r.Cases, r.Years, r.Error())
	}
}
