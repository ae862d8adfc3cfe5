package store_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/tidemark-stats/tidemark/store"
)

func TestDefinitionsAreReadBackAsWrittenInTheirOrder(t *testing.T) {
	s := open(t, empty(t))
	want := []store.Definition{
		{Of: store.OfIndicator, Code: "boxes", Since: 1000, Is: `{"unit":"TEU"}`},
		{Of: store.OfIndicator, Code: "boxes", Since: 2000, Is: `{"wording":"say \"yes\", \\ and \n, 万TEU\t$1"}`},
		{Of: store.OfTarget, Code: "箱_2025", Since: 1500, Is: "一百万标箱"},
	}
	shuffled := []store.Definition{want[2], want[1], want[0], want[1]}
	for range 2 { // a second time changes nothing
		if err := s.Define(t.Context(), shuffled); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Definitions(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	if newest := store.Newest(got, store.OfIndicator, "boxes"); newest != want[1] {
		t.Errorf("the newest is %v", newest)
	}
	if none := store.Newest(got, store.OfTarget, "boxes"); none.Is != "" {
		t.Errorf("of nothing it is %v", none)
	}
}

func TestFollowersNoticeADefinition(t *testing.T) {
	opts := empty(t)
	s := open(t, opts)
	f := open(t, opts).Follow()
	looked := 0
	look := func(vintages iter.Seq2[*store.Vintage, error]) error {
		looked++
		for _, err := range vintages {
			return err
		}
		return nil
	}
	if _, err := f.Poll(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	if changed, err := f.Poll(t.Context(), look); changed || err != nil {
		t.Fatalf("without news: %t %v", changed, err)
	}
	if err := s.Define(t.Context(), []store.Definition{{Of: store.OfIndicator, Code: "boxes", Since: 1000, Is: "{}"}}); err != nil {
		t.Fatal(err)
	}
	if changed, err := f.Poll(t.Context(), look); !changed || err != nil || looked != 2 {
		t.Errorf("after a definition: changed %t, looked %d times, %v", changed, looked, err)
	}
}
