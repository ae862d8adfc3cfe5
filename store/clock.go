package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/tidemark-stats/tidemark/figure"
)

// Clock says which time it is for those who read the figures: Shows at the moment
// Since, and from then on as fast as any clock. It shows a city as it was on a past
// day; without one, or if both are the same, readers use the real time.
//
//	measurement  clock
//	field        shows
//	time         since
type Clock struct {
	Since time.Time // in real time, to the millisecond
	Shows time.Time // in the city's time zone
}

// Real reports whether the clock shows the real time.
func (c Clock) Real() bool { return c.Since.Equal(c.Shows) }

// At is what the clock shows at a real time.
func (c Clock) At(real time.Time) time.Time { return c.Shows.Add(real.Sub(c.Since)) }

// Clocks are all that were ever set, in their order; the last one runs. None means
// the real time.
type Clocks []Clock

// Equal reports whether they are the same.
func (c Clocks) Equal(o Clocks) bool {
	return slices.EqualFunc(c, o, func(a, b Clock) bool { return a.Since.Equal(b.Since) && a.Shows.Equal(b.Shows) })
}

// Now is what the clock that runs shows at a real time.
func (c Clocks) Now(real time.Time) time.Time {
	if clock, ok := c.running(); ok {
		return clock.At(real)
	}
	return real
}

// Real reports whether readers use the real time.
func (c Clocks) Real() bool {
	_, ok := c.running()
	return !ok
}

// running is the last clock; ok is false if it shows the real time.
func (c Clocks) running() (last Clock, ok bool) {
	if len(c) == 0 {
		return last, false
	}
	last = c[len(c)-1]
	return last, !last.Real()
}

// See passes the vintages on as somebody sees them who takes the clock's time for the
// real one: without those that were published after the day that it showed first, and
// what was pushed since then as published at the time that it showed.
func (c Clocks) See(vintages iter.Seq2[*Vintage, error]) iter.Seq2[*Vintage, error] {
	clock, ok := c.running()
	if !ok {
		return vintages
	}
	end := figure.DayAt(clock.Shows).End(clock.Shows.Location())
	return func(yield func(*Vintage, error) bool) {
		for v, err := range vintages {
			if err == nil {
				at := time.UnixMilli(v.Moment)
				under := c.at(at)
				if under >= 0 {
					at = c[under].At(at)
				}
				if under < len(c)-1 && !at.Before(end) {
					continue
				}
				v.Moment = at.UnixMilli()
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// at is the clock that ran at a real time, -1 before the first one.
func (c Clocks) at(real time.Time) int {
	n, exactly := slices.BinarySearchFunc(c, real, func(c Clock, t time.Time) int { return c.Since.Compare(t) })
	if exactly {
		return n
	}
	return n - 1
}

// The names of clocks in the data model.
const (
	clockMeasurement = "clock"
	fieldShows       = "shows"
)

// SetClock makes readers use a clock from now on, and tells them in the journal. The
// errors are those of Write.
func (s *Store) SetClock(ctx context.Context, c Clock) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	e := encoders.Get().(*lineprotocol.Encoder)
	defer encoders.Put(e)
	e.Reset()
	e.StartLine(clockMeasurement)
	e.AddField(fieldShows, lineprotocol.MustNewValue(c.Shows.Format(time.RFC3339Nano)))
	e.EndLine(c.Since)
	news := Vintage{Cell: figure.Cell{Indicator: clockMeasurement, Period: figure.PeriodAt(figure.Monthly, c.Since.UTC())}}
	return s.send(ctx, e, []Vintage{news})
}

// Clocks reads all clocks. An error is an *UnavailableError.
func (s *Store) Clocks(ctx context.Context) (all Clocks, err error) {
	flux := fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement == %q and r._field == %q)`,
		fluxString(s.opts.Bucket), beginning.Format(time.RFC3339), end.Format(time.RFC3339), clockMeasurement, fieldShows)
	err = s.query(ctx, flux, func(t *table) error {
		at, err := t.columns("_time", "_value")
		if err != nil {
			return err
		}
		for t.next() {
			var c Clock
			if err := c.Since.UnmarshalText(t.row[at[0]]); err != nil {
				return fmt.Errorf("time of a clock %q: %w", t.row[at[0]], err)
			}
			if err := c.Shows.UnmarshalText(t.row[at[1]]); err != nil {
				return fmt.Errorf("what a clock shows, %q: %w", t.row[at[1]], err)
			}
			all = append(all, c)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Clock) int { return a.Since.Compare(b.Since) })
	return all, s.wrap("read the clock from InfluxDB", err)
}
