package store_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

func ignore(vintages iter.Seq2[*store.Vintage, error]) error {
	for _, err := range vintages {
		if err != nil {
			return err
		}
	}
	return nil
}

// poll returns what one Poll passes on, and checks that update is called
// exactly if Poll reports a change.
func poll(t testing.TB, f *store.Follower) []store.Vintage {
	t.Helper()
	var got []store.Vintage
	called := 0
	changed, err := f.Poll(t.Context(), func(vintages iter.Seq2[*store.Vintage, error]) error {
		called++
		for v, err := range vintages {
			if err != nil {
				return err
			}
			got = append(got, *v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if changed != (called == 1) {
		t.Fatalf("changed is %v and update was called %d times", changed, called)
	}
	return sorted(got)
}

func TestTheFirstPollGivesEverything(t *testing.T) {
	opts := empty(t)
	a, b := vintage("gdp", figure.Year(2022), 1), vintage("cargo", figure.Month(2023, 5), 2)
	write(t, open(t, opts), a, b)
	check(t, poll(t, open(t, opts).Follow()), a, b)
}

func TestTheFirstPollOfAnEmptyBucketIsALoadToo(t *testing.T) {
	opts := empty(t)
	f := open(t, opts).Follow()
	if changed, err := f.Poll(t.Context(), ignore); !changed || err != nil {
		t.Fatal(changed, err)
	}
	check(t, poll(t, f))
	v := vintage("gdp", figure.Year(2022), 1)
	write(t, open(t, opts), v)
	check(t, poll(t, f), v)
}

func TestWithoutAChangeThereIsNoUpdate(t *testing.T) {
	opts := empty(t)
	write(t, open(t, opts), vintage("gdp", figure.Year(2022), 1))
	f := open(t, opts).Follow()
	poll(t, f)
	for range 3 {
		check(t, poll(t, f))
	}
}

func TestAPollGivesWhatAnotherStoreHasWritten(t *testing.T) {
	opts := empty(t)
	writer := open(t, opts)
	write(t, writer, vintage("gdp", figure.Year(2022), 1), vintage("cargo", figure.Month(2023, 5), 2), vintage("cargo", figure.Month(2020, 5), 3))
	f := open(t, opts).Follow()
	poll(t, f)
	revised := vintage("cargo", figure.Month(2023, 5), 4)
	revised.Moment++
	write(t, writer, revised)
	check(t, poll(t, f), vintage("cargo", figure.Month(2023, 5), 2), revised)
	check(t, poll(t, f))
}

func TestOwnWritesAreNotReported(t *testing.T) {
	opts := empty(t)
	own := open(t, opts)
	f := own.Follow()
	poll(t, f)
	write(t, own, vintage("gdp", figure.Year(2022), 1))
	check(t, poll(t, f))
	other := vintage("cargo", figure.Month(2023, 5), 2)
	write(t, open(t, opts), other)
	check(t, poll(t, f), other)
}

func TestAFailedUpdateIsRepeated(t *testing.T) {
	opts := empty(t)
	writer := open(t, opts)
	first, second := vintage("gdp", figure.Year(2022), 1), vintage("gdp", figure.Year(2023), 2)
	write(t, writer, first)
	f := open(t, opts).Follow()
	failure := errors.New("the book is full")
	fail := func(iter.Seq2[*store.Vintage, error]) error { return failure }
	for _, want := range [][]store.Vintage{{first}, {second}} {
		for range 2 {
			if changed, err := f.Poll(t.Context(), fail); changed || !errors.Is(err, failure) {
				t.Fatal(changed, err)
			}
		}
		check(t, poll(t, f), want...)
		if want[0].Value == 1 {
			write(t, writer, second)
		}
	}
}

func TestAnUpdateThatStopsEarlyIsRepeated(t *testing.T) {
	opts := empty(t)
	a, b := vintage("gdp", figure.Year(2022), 1), vintage("gdp", figure.Year(2023), 2)
	write(t, open(t, opts), a, b)
	f := open(t, opts).Follow()
	_, err := f.Poll(t.Context(), func(vintages iter.Seq2[*store.Vintage, error]) error {
		for range vintages {
			break
		}
		return nil
	})
	refused(t, err, "the vintages were not read to the end")
	check(t, poll(t, f), a, b)
}

// entries writes journal entries directly, with given times.
func entries(t testing.TB, opts store.Options, at ...time.Time) {
	t.Helper()
	var b strings.Builder
	for _, at := range at {
		fmt.Fprintf(&b, "journal,indicator=gdp,slot=7 periods=\"2022-01-01/2022-01-01/somebody\" %d\n", at.UnixNano())
	}
	writeLines(t, opts, b.String())
}

func TestEntriesThatShowUpLateAreSeen(t *testing.T) {
	opts := empty(t)
	v := vintage("gdp", figure.Year(2022), 1)
	own := open(t, opts)
	write(t, own, v)
	f := open(t, opts).Follow()
	poll(t, f)
	newest := time.Now().Add(time.Minute)
	entries(t, opts, newest)
	check(t, poll(t, f), v)
	for _, late := range []time.Duration{time.Nanosecond, 3 * time.Second, 14 * time.Second, time.Second} {
		entries(t, opts, newest.Add(-late))
		check(t, poll(t, f), v)
		check(t, poll(t, f))
	}
}

func TestManyEntriesBeforeTheLoadAreNotReadAgain(t *testing.T) {
	opts := empty(t)
	write(t, open(t, opts), vintage("gdp", figure.Year(2022), 1))
	var at []time.Time
	for i := range 2500 {
		at = append(at, time.Now().Add(time.Duration(i)*time.Millisecond))
	}
	entries(t, opts, at...)
	f := open(t, opts).Follow()
	poll(t, f)
	check(t, poll(t, f))
}

func TestAnEntryInTheFutureHidesNoOthers(t *testing.T) {
	for _, by := range []time.Duration{time.Minute, 24 * time.Hour, 200 * 365 * 24 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			opts := empty(t)
			writer, running := open(t, opts), open(t, opts).Follow()
			poll(t, running)
			v := vintage("gdp", figure.Year(2022), 1)
			write(t, writer, v)
			check(t, poll(t, running), v)
			entries(t, opts, time.Now().Add(by), time.Now().Add(by/2))
			check(t, poll(t, running), v)
			check(t, poll(t, running))
			restarted := open(t, opts).Follow()
			poll(t, restarted)
			for name, f := range map[string]*store.Follower{"running": running, "restarted": restarted} {
				if ahead := f.Ahead(); ahead > by || ahead < by-time.Minute {
					t.Errorf("the journal is reported to be %s ahead by an entry that was %s", ahead, name)
				}
			}
			for year := 2023; year < 2026; year++ {
				next := vintage("cargo", figure.Year(year), 2)
				write(t, writer, next)
				for _, f := range []*store.Follower{running, restarted} {
					check(t, poll(t, f), next)
					check(t, poll(t, f))
				}
			}
		})
	}
}

func TestAnotherNoteReachesAFollower(t *testing.T) {
	opts := empty(t)
	s, other := open(t, opts), open(t, opts)
	first := vintage("gdp", figure.Year(2023), 5)
	write(t, other, first)
	f := s.Follow()
	notes := func() (all []string) {
		t.Helper()
		if _, err := f.Poll(t.Context(), func(vintages iter.Seq2[*store.Vintage, error]) error {
			for v, err := range vintages {
				if err != nil {
					return err
				}
				if v.Note != "" {
					all = append(all, v.Note)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := notes(); len(got) != 0 {
		t.Errorf("there is a note: %q", got)
	}
	second := first
	second.Moment, second.Note = first.Moment+1, "final"
	write(t, other, second)
	if got := notes(); len(got) != 1 || got[0] != "final" {
		t.Errorf("got %q, want the note", got)
	}
}
