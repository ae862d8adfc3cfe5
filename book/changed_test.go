package book

import (
	"maps"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// of is a figure of another indicator or area.
func of(indicator, area, period string) store.Vintage {
	v := month(period, 1, figure.Normal, "2023-03-10")
	v.Indicator, v.Area = indicator, area
	return v
}

func TestOnlyPlacesWithANewFigureHaveChanged(t *testing.T) {
	b := merge(t, new(Book), of("a", "X", "2023-01"), of("a", "Y", "2023-01"), of("b", "X", "2023-01"), of("c", "Z", "2023-01"))
	more := merge(t, b, of("a", "Y", "2023-02"), of("b", "W", "2023-01"), of("d", "X", "2023-01"))
	want := map[Place]bool{{"a", "Y"}: true, {"b", "W"}: true, {"d", "X"}: true}
	for name, got := range map[string]map[Place]bool{"to": b.Changed(more), "from": more.Changed(b)} {
		if !maps.Equal(got, want) {
			t.Errorf("%s the new book %v have changed, want %v", name, got, want)
		}
	}
	if got := b.Changed(b); len(got) != 0 {
		t.Errorf("between a book and itself %v have changed", got)
	}
	if got := b.Changed(new(Book)); len(got) != 4 {
		t.Errorf("between a book and an empty one %v have changed, want 4 places", got)
	}
}

func TestAPlaceHasTheSeriesOfItsIndicatorAndAreaOnly(t *testing.T) {
	b := merge(t, new(Book), of("a", "X", "2023-01"), of("a", "XX", "2023-01"), of("aa", "X", "2023-01"), of("b", "X", "2023"), of("b", "X", "2023-01"))
	for place, want := range map[Place]int{{"a", "X"}: 1, {"a", "XX"}: 1, {"b", "X"}: 2, {"b", "Y"}: 0, {"c", "X"}: 0} {
		all := b.In(place.Indicator, place.Area)
		for _, s := range all {
			if s.Key.Indicator != place.Indicator || s.Key.Area != place.Area {
				t.Errorf("%v has the series %v", place, s.Key)
			}
		}
		if len(all) != want {
			t.Errorf("%v has %d series, want %d", place, len(all), want)
		}
	}
}
