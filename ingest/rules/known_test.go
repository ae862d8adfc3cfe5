package rules

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// drawDecided draws a random message on one of a few cells, decides on it and applies
// the decision.
func drawDecided(t *rapid.T, k *Known, seq uint64) ledger.Decision {
	d := ledger.Decision{Seq: seq, Vintage: store.Vintage{
		Cell:   ingesttest.Container("2023-01", "1").Cell,
		Agency: "port", Status: figure.Normal,
		Value:  float64(rapid.IntRange(1, 3).Draw(t, "value")),
		Moment: rapid.Int64Range(1, 12).Draw(t, "moment"), Seq: seq}}
	d.Vintage.Period = d.Vintage.Period.Add(rapid.IntRange(0, 1).Draw(t, "month"))
	d.Outcome, d.Restated = k.place(&d.Vintage, rapid.Bool().Draw(t, "live"))
	k.Apply(ledger.Range, &d)
	return d
}

func TestWhatIsKnownStaysWhenACopyChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, seq := NewKnown(), uint64(0)
		draw := func(k *Known, n string) {
			for range rapid.IntRange(0, 12).Draw(t, n) {
				seq++
				d := drawDecided(t, k, seq)
				if rapid.IntRange(0, 3).Draw(t, "amended") == 0 {
					k.Apply(ledger.Amendment, &d)
				}
			}
		}
		draw(k, "before")
		before, cells := map[figure.Series][]Vintage{}, k.Size()
		for s, vintages := range k.Series {
			before[s] = slices.Clone(vintages)
		}
		one := k.Copy()
		draw(one, "of one")
		after := map[figure.Series][]Vintage{}
		for s, vintages := range one.Series {
			after[s] = slices.Clone(vintages)
		}
		draw(k.Copy(), "of another")
		same := func(a, b map[figure.Series][]Vintage) bool {
			return maps.EqualFunc(a, b, func(a, b []Vintage) bool { return slices.Equal(a, b) })
		}
		if !same(k.Series, before) || k.Size() != cells || !same(one.Series, after) {
			t.Fatalf("got  %v\nwant %v\ncopy %v\nwant %v", k.Series, before, one.Series, after)
		}
	})
}

func TestWhatIsKnownAndTakenBackIsAsBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, seq := NewKnown(), uint64(0)
		for range rapid.IntRange(0, 12).Draw(t, "before") {
			seq++
			drawDecided(t, k, seq)
		}
		before, cells := map[figure.Series][]Vintage{}, k.Size()
		for s, vintages := range k.Series {
			before[s] = slices.Clone(vintages)
		}
		k.Try()
		for range rapid.IntRange(0, 12).Draw(t, "tried") {
			seq++
			d := drawDecided(t, k, seq)
			if rapid.Bool().Draw(t, "amended") {
				k.Apply(ledger.Amendment, &d)
			}
		}
		k.RollBack()
		for s := range k.Series {
			if len(k.Series[s]) == 0 {
				delete(k.Series, s)
			}
		}
		if !reflect.DeepEqual(k.Series, before) || k.Size() != cells {
			t.Fatalf("got  %v\nwant %v", k.Series, before)
		}
	})
}

func TestWhoReadsTheDecisionsKnowsWhatTheirMakerKnows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maker, reader := NewKnown(), NewKnown()
		for seq := range uint64(rapid.IntRange(0, 25).Draw(t, "messages")) {
			d := drawDecided(t, maker, seq+1)
			reader.Apply(ledger.Range, &d)
		}
		if !reflect.DeepEqual(maker.Series, reader.Series) {
			t.Fatalf("maker  %v\nreader %v", maker.Series, reader.Series)
		}
	})
}

func TestTheCurrentValueIsThatOfTheLastPublication(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := NewKnown()
		var stored, said []store.Vintage
		for seq := range uint64(rapid.IntRange(1, 25).Draw(t, "messages")) {
			d := drawDecided(t, k, seq+1)
			stored, said = d.AppendPoints(stored), append(said, d.Vintage)
		}
		for _, v := range said {
			of := func(all []store.Vintage) store.Vintage {
				all = slices.DeleteFunc(slices.Clone(all), func(o store.Vintage) bool { return o.Cell != v.Cell })
				return slices.MaxFunc(all, func(a, b store.Vintage) int { return cmp.Compare(a.Moment, b.Moment) })
			}
			if got, want := of(stored), of(said); got.Value != want.Value {
				t.Fatalf("%s is %v at %d, want %v at %d", v.Cell, got.Value, got.Moment, want.Value, want.Moment)
			}
		}
	})
}

func TestNoTwoPointsOfACellShareAMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, seen := NewKnown(), map[figure.Cell]map[int64]bool{}
		for seq := range uint64(rapid.IntRange(1, 25).Draw(t, "messages")) {
			d := drawDecided(t, k, seq+1)
			for _, v := range d.AppendPoints(nil) {
				if seen[v.Cell] == nil {
					seen[v.Cell] = map[int64]bool{}
				}
				if seen[v.Cell][v.Moment] {
					t.Fatalf("two vintages at %d", v.Moment)
				}
				seen[v.Cell][v.Moment] = true
			}
		}
	})
}

func TestOfTwoLiveFiguresTheLaterInTheStreamIsCurrentWhateverTheClock(t *testing.T) {
	k := NewKnown()
	for seq, stored := range []int64{1_000_000, 400_000, 400_000} { // the clock was set back
		v := store.Vintage{Cell: ingesttest.Container("2023-01", "1").Cell, Status: figure.Normal, Value: float64(seq), Moment: stored, Seq: uint64(seq)}
		d := ledger.Decision{Seq: v.Seq, Vintage: v}
		d.Outcome, d.Restated = k.place(&d.Vintage, true)
		k.Apply(ledger.Range, &d)
		if p, _ := k.Current(v.Cell); p.Value != float64(seq) {
			t.Errorf("after message %d the current value is that of %v", seq, p.Value)
		}
		if want := ledger.Written; seq == 0 && d.Outcome != want || seq > 0 && d.Outcome != ledger.Revised {
			t.Errorf("message %d is %s", seq, d.Outcome)
		}
	}
}

func TestWhatInfluxDBRefusedIsNoLongerKnown(t *testing.T) {
	k := NewKnown()
	cell := ingesttest.Container("2023-01", "1").Cell
	var last ledger.Decision
	for seq, value := range []float64{280, 290} {
		d := ledger.Decision{Vintage: store.Vintage{Cell: cell, Status: figure.Normal, Value: value, Moment: int64(seq + 1)}}
		d.Outcome, d.Restated = k.place(&d.Vintage, true)
		k.Apply(ledger.Range, &d)
		last = d
	}
	k.Apply(ledger.Amendment, &last)
	if p, ok := k.Current(cell); !ok || p.Value != 280 {
		t.Errorf("the current value is %v, want 280, which was known before", p.Value)
	}
}
