package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Follower keeps a reader up to date: first with everything, then with what
// the journal says has changed. It is used by one goroutine.
type Follower struct {
	s      *Store
	loaded time.Time           // when everything was read last; zero before
	mark   time.Time           // InfluxDB's time of the newest entry seen that is not in the future
	seen   map[entry]time.Time // entries that the next answer may hold again
	ahead  ahead
}

// ahead is what is known of entries in the future. InfluxDB stamps none with
// such a time unless its clock was ahead and has been set back, or somebody
// else writes there. They must not draw the mark into the future, behind which
// nothing is looked for.
type ahead struct {
	newest time.Time     // of those entries; zero when there are none
	by     time.Duration // how far the newest was ahead of InfluxDB's clock
}

// entry tells journal entries apart.
type entry struct {
	at        int64 // InfluxDB's clock, nanoseconds since 1970
	slot      string
	indicator string
}

// overlap is how far behind the newest entry seen another may still appear:
// InfluxDB stamps an entry when it reads the request and shows it when it
// has stored it, and Store.Write bounds the time between.
const overlap = 15 * time.Second

// reloadEvery is after how long everything is read again. It heals what the
// journal cannot tell.
const reloadEvery = time.Hour

// Follow makes a Follower. Entries that this very Store has written are left
// out: whoever wrote knows.
func (s *Store) Follow() *Follower {
	return &Follower{s: s, seen: map[entry]time.Time{}}
}

// Ahead is how far the newest entry of the journal lay in the future of
// InfluxDB's clock at the last Poll, 0 when it did not. Such an entry does no
// harm, but tells of a clock that went wrong.
func (f *Follower) Ahead() time.Duration { return f.ahead.by }

// Poll looks for changes once. The first successful call gives update all
// vintages, and so does one in each reloadEvery; another those around the cells
// that have changed since, with known ones among them; without changes update
// is not called. When update
// or InfluxDB fails nothing is marked as seen and the next call tries again.
func (f *Follower) Poll(ctx context.Context, update func(iter.Seq2[*Vintage, error]) error) (changed bool, err error) {
	if f.loaded.IsZero() || time.Since(f.loaded) > reloadEvery {
		return f.load(ctx, update)
	}
	news, err := f.journal(ctx, f.mark, f.ahead.newest)
	if err != nil {
		return false, err
	}
	if !news.now.IsZero() && f.mark.After(news.now) {
		// InfluxDB's clock was set back behind entries that were seen. Those
		// written since then may stand anywhere before them.
		return f.load(ctx, update)
	}
	if len(news.changes) > 0 {
		if err := readAll(update, f.vintages(ctx, news.changes)); err != nil {
			return false, err
		}
	}
	f.ahead = news.ahead
	f.remember(news.entries)
	return len(news.changes) > 0, nil
}

// load reads all vintages. The journal is read before them: what it says is
// in them, and what it does not say yet comes with the next Poll.
func (f *Follower) load(ctx context.Context, update func(iter.Seq2[*Vintage, error]) error) (bool, error) {
	mark, err := f.newest(ctx)
	if err != nil {
		return false, err
	}
	news, err := f.journal(ctx, mark, time.Time{})
	if err != nil {
		return false, err
	}
	if err := readAll(update, f.s.Vintages(ctx, Selection{})); err != nil {
		return false, err
	}
	f.loaded, f.mark, f.ahead = time.Now(), mark, news.ahead
	clear(f.seen)
	f.remember(news.entries)
	return true, nil
}

// readAll gives update the vintages, and an error when it has not read to
// their end: what it has not seen must not count as seen.
func readAll(update func(iter.Seq2[*Vintage, error]) error, vintages iter.Seq2[*Vintage, error]) error {
	var failed error
	ended := false
	err := update(func(yield func(*Vintage, error) bool) {
		failed, ended = nil, false
		for v, err := range vintages {
			failed = err
			if !yield(v, err) {
				return
			}
		}
		ended = true
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return failed
	case !ended:
		return errors.New("the vintages were not read to their end")
	}
	return nil
}

// vintages reads what changed, indicator by indicator.
func (f *Follower) vintages(ctx context.Context, c changes) iter.Seq2[*Vintage, error] {
	return func(yield func(*Vintage, error) bool) {
		for _, selection := range c {
			for v, err := range f.s.Vintages(ctx, selection) {
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
	}
}

// newest is InfluxDB's time of the newest journal entry that is not in the
// future, zero when there is none.
func (f *Follower) newest(ctx context.Context) (mark time.Time, err error) {
	flux := f.flux(beginning, "now()", `
  |> last()`)
	err = f.s.query(ctx, flux, func(t *table) error {
		at, err := t.columns("_time")
		for err == nil && t.next() {
			var stamp time.Time
			if err = stamp.UnmarshalText(t.row[at[0]]); stamp.After(mark) {
				mark = stamp
			}
		}
		return err
	})
	return mark, f.s.wrap("read the journal from InfluxDB", err)
}

// news is what a look at the journal has brought.
type news struct {
	entries map[entry]time.Time // not seen before
	changes changes             // that others made
	now     time.Time           // InfluxDB's clock; zero when there was no entry at all
	ahead   ahead
}

// journal reads the entries from overlap before mark on. Of those in the
// future, when some are known, it reads the newest and what is within overlap
// of it: they stay there, and there may be many.
func (f *Follower) journal(ctx context.Context, mark, ahead time.Time) (*news, error) {
	from := beginning
	if !mark.IsZero() {
		from = mark.Add(-overlap)
	}
	then := `
  |> map(fn: (r) => ({r with now: now()}))`
	if !ahead.IsZero() {
		then = fmt.Sprintf(`
  |> filter(fn: (r) => r._time <= now() or r._time >= %s)`, ahead.Add(-overlap).Format(time.RFC3339Nano)) + then
	}
	n := &news{entries: map[entry]time.Time{}, changes: changes{}}
	err := f.s.query(ctx, f.flux(from, end.Format(time.RFC3339), then), func(t *table) error { return f.scan(t, n) })
	return n, f.s.wrap("read the journal from InfluxDB", err)
}

// scan takes the news from a table of the journal.
func (f *Follower) scan(t *table, n *news) error {
	at, err := t.columns("_time", "_value", "now")
	if err != nil {
		return err
	}
	slot, indicator := t.name("slot"), t.name("indicator")
	for t.next() {
		var stamp time.Time
		if err := stamp.UnmarshalText(t.row[at[0]]); err != nil {
			return fmt.Errorf("journal time %q: %w", t.row[at[0]], err)
		}
		if err := n.now.UnmarshalText(t.row[at[2]]); err != nil {
			return fmt.Errorf("time of InfluxDB %q: %w", t.row[at[2]], err)
		}
		if by := stamp.Sub(n.now); by > n.ahead.by {
			n.ahead.newest, n.ahead.by = stamp, by
		}
		e := entry{stamp.UnixNano(), slot, indicator}
		if _, known := f.seen[e]; known {
			continue
		}
		n.entries[e] = stamp
		periods, own := strings.CutSuffix(string(t.row[at[1]]), "/"+f.s.id)
		if own {
			continue
		}
		if err := n.changes.addSpan(indicator, periods); err != nil {
			return err
		}
	}
	return nil
}

// flux is the query for journal entries, with what is to be done to them.
func (f *Follower) flux(from time.Time, until, then string) string {
	return fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement == %q and r._field == %q)%s`,
		fluxString(f.s.opts.Bucket), from.Format(time.RFC3339Nano), until, journal, fieldPeriods, then)
}

// addSpan reads what encodeJournal wrote: first period, last period, writer.
func (c changes) addSpan(indicator, text string) error {
	days := strings.SplitN(text, "/", 3)
	for _, day := range days[:min(2, len(days))] {
		start, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return fmt.Errorf("journal periods %q: %w", text, err)
		}
		c.add(indicator, figure.PeriodAt(figure.Monthly, start))
	}
	return nil
}

// remember marks the entries as seen and forgets those that no later answer
// can hold. Those in the future do not move the mark.
func (f *Follower) remember(entries map[entry]time.Time) {
	for e, at := range entries {
		f.seen[e] = at
		if at.After(f.mark) && !f.inFuture(at) {
			f.mark = at
		}
	}
	for e, at := range f.seen {
		from := f.mark
		if f.inFuture(at) {
			from = f.ahead.newest
		}
		if at.Before(from.Add(-overlap)) {
			delete(f.seen, e)
		}
	}
}

// inFuture tells whether the time was ahead of InfluxDB's clock at the last
// look.
func (f *Follower) inFuture(at time.Time) bool {
	return !f.ahead.newest.IsZero() && at.After(f.ahead.newest.Add(-f.ahead.by))
}
