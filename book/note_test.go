package book_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// streamed is vintages with notes as store.Noted streams them.
func streamed(all ...store.Vintage) (out []store.Vintage) {
	for _, v := range all {
		said := v
		if v.Note = ""; said.Note == "" {
			out = append(out, v)
			continue
		}
		out = append(out, booktest.Noted(v, said.Note)...)
	}
	return out
}

func noted(period string, value float64, day, note string) store.Vintage {
	v := booktest.Published("boxes", period, value, day)
	v.Note = note
	return v
}

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestTheNoteOfAFigureIsThatOfItsNewestPublication(t *testing.T) {
	preliminary := noted("2023-01", 300, "2023-02-10", "flash")
	preliminary.Status = figure.Provisional
	b := booktest.Of(t, streamed(
		preliminary,
		noted("2023-01", 300, "2023-03-10", ""),         // final: another status
		noted("2023-01", 300, "2023-04-10", "see p. 3"), // the value stays
		noted("2023-01", 300, "2023-05-10", ""),         // says nothing about the note
		noted("2023-01", 290, "2023-06-10", ""),         // another value
		noted("2023-02", 280, "2023-03-10", ""),
		noted("2023-03", 270, "2023-04-10", "strike"),
	)...)
	s := b.Of("boxes")[0]
	january := figure.Month(2023, 1)
	for at, want := range map[string]string{"2023-02-09": "", "2023-02-10": "flash", "2023-03-10": "", "2023-04-10": "see p. 3", "2023-05-11": "see p. 3", "2023-06-10": ""} {
		if got := s.Note(january, day(at)); got != want {
			t.Errorf("on %s it is %q, want %q", at, got, want)
		}
	}
	if got := s.Note(january, time.Time{}); got != "" {
		t.Errorf("now it is %q", got)
	}
	var all []string
	for f, text := range s.Notes(day("2023-05-11")) {
		all = append(all, f.Period.String()+" "+text)
	}
	if want := []string{"2023-01 see p. 3", "2023-03 strike"}; !slices.Equal(all, want) {
		t.Errorf("got %q, want %q", all, want)
	}
}

func TestAnotherNoteIsNoRevision(t *testing.T) {
	b := booktest.Of(t, streamed(noted("2023-01", 300, "2023-02-10", "flash"), noted("2023-01", 300, "2023-03-10", "final"))...)
	n := 0
	for f := range b.Of("boxes")[0].Vintages(figure.Month(2023, 1)) {
		if n++; !f.Published.Equal(day("2023-02-10")) {
			t.Errorf("published on %s", f.Published)
		}
	}
	if n != 1 {
		t.Errorf("%d publications of the value", n)
	}
}

func TestNotesAreTheSameInWhateverOrderTheyArrive(t *testing.T) {
	all := []store.Vintage{noted("2023-01", 300, "2023-02-10", "a"), noted("2023-01", 300, "2023-03-10", "b"),
		noted("2023-01", 290, "2023-04-10", "c"), noted("2023-02", 1, "2023-04-10", "d"), noted("2023-01", 300, "2023-03-10", "b2")}
	want := notesOf(booktest.Of(t, streamed(all...)...))
	rapid.Check(t, func(r *rapid.T) {
		b := booktest.Of(t, all[0]) // notes of unknown series are left out
		b, err := b.Merge(sequence([]store.Vintage{noted("2023-01", 300, "2023-02-10", "")}))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range rapid.Permutation(streamed(append(slices.Clone(all), all...)...)).Draw(r, "order") {
			if b, err = b.Merge(sequence([]store.Vintage{v})); err != nil {
				t.Fatal(err)
			}
		}
		if got := notesOf(b); !slices.Equal(got, want) {
			r.Fatalf("got  %q\nwant %q", got, want)
		}
		if again, err := b.Merge(sequence(streamed(all...))); err != nil || again != b {
			r.Fatal("a repetition makes another book")
		}
	})
}

func sequence(all []store.Vintage) func(func(*store.Vintage, error) bool) {
	return func(yield func(*store.Vintage, error) bool) {
		for i := range all {
			if !yield(&all[i], nil) {
				return
			}
		}
	}
}

func notesOf(b *book.Book) (all []string) {
	for s := range b.All() {
		for f, text := range s.Notes(time.Time{}) {
			all = append(all, f.Period.String()+" "+text)
		}
		for f, text := range s.Notes(day("2023-03-15")) {
			all = append(all, "then "+f.Period.String()+" "+text)
		}
	}
	return all
}
