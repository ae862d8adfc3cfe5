package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// dateFlag says which day is shown with the sample.
type dateFlag struct {
	Date string `help:"The day to show, by what was known then, as 2024-02-20; now for today; the day of the sample's newest figure if omitted." placeholder:"DAY"`
}

// shown is the day that a flag names; real is set for today, with the real clock.
type shown struct {
	day  figure.Day
	real bool
}

// read says which day is meant in a city.
func (f *dateFlag) read(city *time.Location) (shown, error) {
	first, last := sample.Published()
	today := figure.DayAt(time.Now().In(city))
	switch f.Date {
	case "":
		return shown{day: last}, nil
	case "now":
		return shown{day: today, real: true}, nil
	}
	day, ok := figure.ParseDay(f.Date)
	switch {
	case !ok:
		return shown{}, fmt.Errorf("--date %q is not a date; write it as 2024-02-20, or now for today", f.Date)
	case day.Sub(today) > 0:
		return shown{}, fmt.Errorf("--date %s is in the future; give a day up to today, %s, or now", day, today)
	case day.Sub(first) < 0:
		return shown{}, fmt.Errorf("--date %s is before the first figure of the sample, which was published on %s; give that day or a later one", day, first)
	}
	return shown{day: day, real: day == today}, nil
}

// opening is what the clock shows at first on a past day: nine in the morning, when
// the offices open, so that the day lasts as long as somebody looks at it.
const opening = 9 * time.Hour

// set makes the readers of a bucket show the day, from now on.
func (d shown) set(ctx context.Context, figures *store.Store, city *time.Location) error {
	now := time.Now().Truncate(time.Millisecond).In(city)
	clock := store.Clock{Since: now, Shows: now}
	if !d.real {
		clock.Shows = d.day.Start(city).Add(opening)
	}
	before, err := figures.Clocks(ctx)
	if err != nil || d.real && before.Real() {
		return err
	}
	return figures.SetClock(ctx, clock)
}

// String says what is shown, in both languages.
func (d shown) String() string {
	if d.real {
		return fmt.Sprintf("当前日期为今天（%s） (showing today, %[1]s)", d.day)
	}
	return fmt.Sprintf("按 %s 当天已知的情况展示；--date now 为今天 (showing %[1]s, by what was known then; --date now shows today)", d.day)
}
