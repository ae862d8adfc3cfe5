package book

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// note is the note on a vintage. Most vintages have none, so notes are kept beside
// them.
type note struct {
	moment int64 // of the publication, ms since 1970 UTC
	period int32
	text   string
}

// compareNotes orders the notes of a series by period, then by publication. Of two
// on the same publication the larger text is the newer one.
func compareNotes(n, o note) int {
	return cmp.Or(cmp.Compare(n.period, o.period), cmp.Compare(n.moment, o.moment), cmp.Compare(n.text, o.text))
}

// addNotes merges the notes into their series.
func (m *builder) addNotes() {
	for key, notes := range m.notes {
		old, known := m.touched[key]
		if !known {
			old, known = m.base.Find(key)
		}
		if !known {
			continue // its figures are hidden, or come with the next change
		}
		all := append(slices.Clip(old.notes), notes...) // Clip, because other books share them
		slices.SortFunc(all, compareNotes)
		all = slices.CompactFunc(all, func(n, o note) bool { return n == o })
		if len(all) == len(old.notes) {
			continue
		}
		noted := *old
		noted.notes = slices.Clip(all)
		m.touched[noted.Key] = &noted
	}
}

// Note returns the note on a figure as it was known at a time, the zero time being
// now; empty if there is none. The note of a value holds for as long as the value
// and its status do, unless it is published with another note.
func (s *Series) Note(p figure.Period, at time.Time) string {
	if len(s.notes) == 0 {
		return ""
	}
	return s.noteOf(knownBy(s.cell(p), at))
}

// Notes returns the figures of the series that have a note, and the note, as they
// were known at a time, the zero time being now, in the order of their periods.
func (s *Series) Notes(at time.Time) iter.Seq2[Figure, string] {
	return func(yield func(Figure, string) bool) {
		for i := range s.notes {
			if i > 0 && s.notes[i].period == s.notes[i-1].period {
				continue
			}
			cell := knownBy(s.cell(figure.NthPeriod(s.Key.Frequency, s.notes[i].period)), at)
			if text := s.noteOf(cell); text != "" && !yield(s.figure(newest(cell)), text) {
				return
			}
		}
	}
}

// knownBy is the vintages of a cell that were published by a time, the zero time
// being now.
func knownBy(cell []vintage, at time.Time) []vintage {
	if at.IsZero() {
		return cell
	}
	for limit := at.UnixMilli(); len(cell) > 0 && cell[len(cell)-1].moment > limit; {
		cell = cell[:len(cell)-1]
	}
	return cell
}

// noteOf returns the newest note within the last run of equal vintages of a cell.
func (s *Series) noteOf(cell []vintage) string {
	if len(cell) == 0 {
		return ""
	}
	last := cell[len(cell)-1]
	first := newest(cell).moment
	after, _ := slices.BinarySearchFunc(s.notes, last, func(n note, v vintage) int {
		if cmp.Or(cmp.Compare(n.period, v.period), cmp.Compare(n.moment, v.moment)) > 0 {
			return 1
		}
		return -1
	})
	if after == 0 {
		return ""
	}
	if n := s.notes[after-1]; n.period == last.period && n.moment >= first {
		return n.text
	}
	return ""
}
