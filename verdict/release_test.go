package verdict

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

func TestAPushOfTenMinutesIsOneReleaseAtItsLastFigure(t *testing.T) {
	begun := day("2024-01-21")
	at := func(month int, later time.Duration) store.Vintage {
		v := output(figure.Level, figure.Month(2023, month).String(), 100, "2024-01-21")
		v.Moment = begun.Add(later).UnixMilli()
		return v
	}
	var all []store.Vintage
	for n := range 12 { // fifty seconds between one figure and the next
		all = append(all, at(n+1, time.Duration(n)*50*time.Second))
	}
	last := 11 * 50 * time.Second
	late := at(1, last+time.Minute) // is another release
	late.Value++
	all = append(all, late)
	target := parsed(t, slightRise)
	got := Releases(bookOf(t, all...), target.Indicator, "CITY", figure.Total, time.Time{}, begun.AddDate(1, 0, 0))
	if len(got) != 2 || !got[0].Equal(begun.Add(last)) || !got[1].Equal(begun.Add(last+time.Minute)) {
		t.Errorf("the releases are %v", got)
	}
}
