package store_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/store"
)

func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestClocksAreReadBackAsSetInTheirOrder(t *testing.T) {
	s := open(t, empty(t))
	want := store.Clocks{
		{Since: instant("2026-11-27T10:00:00Z"), Shows: instant("2024-02-20T09:00:00+08:00")},
		{Since: instant("2026-11-28T10:00:00Z"), Shows: instant("2026-11-28T10:00:00Z")},
	}
	for _, c := range []store.Clock{want[1], want[0]} {
		if err := s.SetClock(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Clocks(t.Context()); err != nil || !got.Equal(want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

func TestTheLastClockRunsOn(t *testing.T) {
	real := instant("2026-11-29T10:00:00Z")
	shows := store.Clock{Since: real.Add(-26 * time.Hour), Shows: instant("2024-02-20T09:00:00+08:00")}
	today := store.Clock{Since: real.Add(-time.Hour), Shows: real.Add(-time.Hour)}
	for _, of := range []struct {
		name   string
		clocks store.Clocks
		want   time.Time
	}{
		{"none", nil, real},
		{"a past day", store.Clocks{shows}, instant("2024-02-21T11:00:00+08:00")},
		{"back to today", store.Clocks{shows, today}, real},
	} {
		t.Run(of.name, func(t *testing.T) {
			if got := of.clocks.Now(real); !got.Equal(of.want) {
				t.Errorf("it shows %s, want %s", got, of.want)
			}
		})
	}
}

// moments are when the vintages that are seen were published.
func moments(t *testing.T, c store.Clocks, published ...string) (seen []string) {
	t.Helper()
	var all iter.Seq2[*store.Vintage, error] = func(yield func(*store.Vintage, error) bool) {
		for _, at := range published {
			if !yield(&store.Vintage{Moment: instant(at).UnixMilli()}, nil) {
				return
			}
		}
	}
	for v, err := range c.See(all) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, time.UnixMilli(v.Moment).UTC().Format(time.RFC3339))
	}
	return seen
}

func TestOnlyWhatWasKnownOnTheDayOrPushedSinceIsSeen(t *testing.T) {
	day := store.Clock{Since: instant("2026-11-27T10:00:00Z"), Shows: instant("2024-02-20T09:00:00+08:00")}
	later := store.Clock{Since: instant("2026-11-28T10:00:00Z"), Shows: instant("2025-02-20T09:00:00+08:00")}
	again := store.Clock{Since: instant("2026-11-29T10:00:00Z"), Shows: day.Shows}
	archive := []string{"2024-02-19T16:00:00Z", "2024-02-20T15:59:59Z", "2024-02-20T16:00:00Z", "2026-01-01T00:00:00Z"}
	for _, of := range []struct {
		name      string
		clocks    store.Clocks
		published []string
		want      []string
	}{
		{"the real time", nil, archive, archive},
		{"a past day", store.Clocks{day}, archive, archive[:2]},
		{"pushed since, days later too", store.Clocks{day}, []string{"2026-11-27T10:00:01Z", "2026-12-07T10:00:00Z"}, []string{"2024-02-20T01:00:01Z", "2024-03-01T01:00:00Z"}},
		{"pushed on a later day shown before", store.Clocks{day, later, again}, []string{"2026-11-28T10:00:01Z"}, nil},
		{"pushed when the same day was shown before", store.Clocks{day, later, again}, []string{"2026-11-27T11:00:00Z"}, []string{"2024-02-20T02:00:00Z"}},
	} {
		t.Run(of.name, func(t *testing.T) {
			if got := moments(t, of.clocks, of.published...); !slices.Equal(got, of.want) {
				t.Errorf("seen are %v, want %v", got, of.want)
			}
		})
	}
}

func TestFollowersNoticeAClock(t *testing.T) {
	opts := empty(t)
	s, f := open(t, opts), open(t, opts).Follow()
	look := func(vintages iter.Seq2[*store.Vintage, error]) error {
		for _, err := range vintages {
			return err
		}
		return nil
	}
	if _, err := f.Poll(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	if err := s.SetClock(t.Context(), store.Clock{Since: instant("2026-11-27T10:00:00Z"), Shows: instant("2024-02-20T09:00:00+08:00")}); err != nil {
		t.Fatal(err)
	}
	if changed, err := f.Poll(t.Context(), look); !changed || err != nil {
		t.Errorf("changed is %t (%v)", changed, err)
	}
}
