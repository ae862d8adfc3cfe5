package verdict

import (
	"errors"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// judgedAgain are the ids of the targets that a keeper judged now.
func judgedAgain(k *Keeper, c *catalog.Catalog, b *book.Book, at time.Time) map[string]bool {
	ids := map[string]bool{}
	for _, s := range k.All(c, b, at) {
		if s.At.Equal(at) {
			ids[s.Target.ID] = true
		}
	}
	return ids
}

func withFigure(t *testing.T, b *book.Book, indicator, area string) *book.Book {
	t.Helper()
	after, err := b.Merge(func(yield func(*store.Vintage, error) bool) {
		yield(&store.Vintage{Cell: figure.Cell{Indicator: indicator, Area: area, Category: figure.Total, Measure: figure.Level, Period: figure.Month(2024, 5)},
			Agency: "port", Status: figure.Normal, Value: 123456, Moment: day("2024-06-01").UnixMilli()}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return after
}

func TestAFigureOfOneIndicatorLetsOnlyItsTargetsBeJudgedAgain(t *testing.T) {
	c, b, at := catalog.Ningbo(), sampleBook(), day("2024-06-25")
	var k Keeper
	if first := judgedAgain(&k, c, b, at); len(first) != len(c.Targets) {
		t.Fatalf("at first %d of %d targets are judged", len(first), len(c.Targets))
	}
	at = at.Add(time.Minute)
	if again := judgedAgain(&k, c, b, at); len(again) != 0 {
		t.Errorf("%v were judged again though nothing has changed", again)
	}
	at = at.Add(time.Minute)
	again := judgedAgain(&k, c, withFigure(t, b, "container_throughput", "NBZS"), at)
	for _, target := range c.Targets {
		if want := target.Indicator.Code == "container_throughput" && target.Area.Code == "NBZS"; again[target.ID] != want {
			t.Errorf("%s on %s was judged again: %t", target.ID, target.Indicator.Code, again[target.ID])
		}
	}
}

func TestANewDayLetsEveryTargetBeJudgedAgain(t *testing.T) {
	c, b, at := catalog.Ningbo(), sampleBook(), day("2024-06-25")
	var k Keeper
	k.All(c, b, at)
	if again := judgedAgain(&k, c, b, at.Add(12*time.Hour)); len(again) != len(c.Targets) {
		t.Errorf("after midnight %d of %d targets are judged", len(again), len(c.Targets))
	}
}

func TestAGoalThatChangesLetsItsTargetBeJudgedAgain(t *testing.T) {
	target := parsed(t, "kind: floor\nindicator: entities\nvalue: 100 万户\nby: 2026\nsince:\n  - {day: 2024-06-01, value: 120 万户}")
	c, at := &catalog.Catalog{Targets: []*catalog.Target{target}}, target.Changes()[0].Add(-time.Minute).In(time.UTC)
	var k Keeper
	k.All(c, new(book.Book), at)
	if s := k.All(c, new(book.Book), at.Add(2*time.Minute))[0]; s.Goal.Value != 120e4 {
		t.Errorf("the goal is %v", s.Goal)
	}
	other := *target
	other.ID, other.Value = target.ID, figure.NewDecimal(7, 0)
	c = &catalog.Catalog{Targets: []*catalog.Target{&other}}
	if again := judgedAgain(&k, c, new(book.Book), at.Add(3*time.Minute)); !again[target.ID] {
		t.Error("a target of another catalogue keeps the verdict of the old one")
	}
}

func TestFiguresThatAreRefusedLetTheirTargetsBeJudgedAgain(t *testing.T) {
	c, at := catalog.Ningbo(), day("2024-06-25")
	var k Keeper
	k.All(c, new(book.Book), at)
	refused := new(book.Book).Refuse(map[string]error{"gdp": errors.New("another unit")})
	for id := range judgedAgain(&k, c, refused, at.Add(time.Minute)) {
		if target, _ := c.Target(id); target.Indicator.Code != "gdp" {
			t.Errorf("%s was judged again", id)
		}
	}
	for _, s := range k.All(c, refused, at) {
		if _, is := illegible(s.Target, refused, at); is && s.Reason.EN == "" || is && s.Verdict != NoData {
			t.Errorf("%s is %s", s.Target.ID, s.Verdict)
		}
	}
}

func TestAKeeperSaysWhatJudgingAgainSays(t *testing.T) {
	c, b := catalog.Ningbo(), sampleBook()
	var k Keeper
	for at := day("2023-01-15"); at.Year() < 2026; at = at.AddDate(0, 0, 9).Add(5 * time.Hour) {
		kept, fresh := k.All(c, b, at), All(c, b, at)
		for i := range fresh {
			if kept[i].Target.ID != fresh[i].Target.ID || kept[i].Verdict != fresh[i].Verdict || kept[i].Reason != fresh[i].Reason {
				t.Fatalf("on %s %s is %s: %s; want %s: %s", at, fresh[i].Target.ID, kept[i].Verdict, kept[i].Reason.EN, fresh[i].Verdict, fresh[i].Reason.EN)
			}
		}
		b = withFigure(t, b, c.Targets[at.YearDay()%len(c.Targets)].Indicator.Code, c.Targets[at.YearDay()%len(c.Targets)].Area.Code)
	}
}
