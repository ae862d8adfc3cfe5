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
// has changed according to the journal. It must be used by one goroutine.
type Follower struct {
	s      *Store
	loaded time.Time           // when everything was last read; zero if never
	mark   time.Time           // InfluxDB's time of the newest entry seen that is not in the future
	seen   map[entry]time.Time // entries that the next response may contain again
	ahead  ahead
}

// ahead records entries in the future. InfluxDB assigns such a time only if
// its clock was ahead and has been set back, or if another program writes
// there. These entries must not advance the mark, because entries before the
// mark are not looked for.
type ahead struct {
	newest time.Time     // of those entries; zero if there are none
	by     time.Duration // how far the newest was ahead of InfluxDB's clock
}

// entry identifies a journal entry.
type entry struct {
	at        int64 // InfluxDB's clock, nanoseconds since 1970
	slot      string
	indicator string
}

// overlap is how far behind the newest entry seen another one may still
// appear: InfluxDB assigns the time when it reads the request and shows the
// entry once it is stored, and Store.Write limits the time between.
const overlap = 15 * time.Second

// reloadEvery is the interval at which everything is read again, which repairs
// what the journal cannot report.
const reloadEvery = time.Hour

// Follow returns a Follower. It ignores entries that this Store has written
// itself, because the writer knows about them.
func (s *Store) Follow() *Follower {
	return &Follower{s: s, seen: map[entry]time.Time{}}
}

// Ahead is how far the newest entry of the journal was ahead of InfluxDB's
// clock at the last Poll, 0 if it was not. Such an entry is harmless, but
// shows that a clock was wrong.
func (f *Follower) Ahead() time.Duration { return f.ahead.by }

// Poll looks for changes once. The first successful call, and one in every
// reloadEvery, passes all vintages to update; other calls pass those around
// the cells that have changed since, which may include known ones, all as Noted
// does; update is not called if nothing has changed. If update or InfluxDB fails, nothing is
// marked as seen and the next call tries again.
func (f *Follower) Poll(ctx context.Context, update func(iter.Seq2[*Vintage, error]) error) (changed bool, err error) {
	if f.loaded.IsZero() || time.Since(f.loaded) > reloadEvery {
		return f.load(ctx, update)
	}
	news, err := f.journal(ctx, f.mark, f.ahead.newest)
	if err != nil {
		return false, err
	}
	if !news.now.IsZero() && f.mark.After(news.now) {
		// InfluxDB's clock was set back to before entries that were seen.
		// Entries written since then may have any earlier time.
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

// load reads all vintages. The journal is read first: what it contains is
// among the vintages, and anything later comes with the next Poll.
func (f *Follower) load(ctx context.Context, update func(iter.Seq2[*Vintage, error]) error) (bool, error) {
	mark, err := f.newest(ctx)
	if err != nil {
		return false, err
	}
	news, err := f.journal(ctx, mark, time.Time{})
	if err != nil {
		return false, err
	}
	if err := readAll(update, f.s.Noted(ctx, Selection{})); err != nil {
		return false, err
	}
	f.loaded, f.mark, f.ahead = time.Now(), mark, news.ahead
	clear(f.seen)
	f.remember(news.entries)
	return true, nil
}

// readAll passes the vintages to update and returns an error if update did not
// read all of them: unread vintages must not count as seen.
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
		return errors.New("the vintages were not read to the end")
	}
	return nil
}

// vintages reads what changed, one indicator at a time.
func (f *Follower) vintages(ctx context.Context, c changes) iter.Seq2[*Vintage, error] {
	return func(yield func(*Vintage, error) bool) {
		for _, selection := range c {
			for v, err := range f.s.Noted(ctx, selection) {
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
	}
}

// newest is InfluxDB's time of the newest journal entry that is not in the
// future, zero if there is none.
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

// news is the result of reading the journal.
type news struct {
	entries map[entry]time.Time // not seen before
	changes changes             // made by others
	now     time.Time           // InfluxDB's clock; zero if there was no entry
	ahead   ahead
}

// journal reads the entries from overlap before mark on. If entries in the
// future are known, it reads only the newest and those within overlap of it,
// because they remain there and there may be many.
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

// scan collects the news from a table of the journal.
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

// flux returns the query for journal entries, followed by further processing
// steps.
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

// remember marks the entries as seen and forgets those that can no longer
// appear in a response. Those in the future do not advance the mark.
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

// inFuture reports whether the time was ahead of InfluxDB's clock when the
// journal was last read.
func (f *Follower) inFuture(at time.Time) bool {
	return !f.ahead.newest.IsZero() && at.After(f.ahead.newest.Add(-f.ahead.by))
}
