package rules

import "testing"

func TestNotesThatDifferOnlyInWhatCannotBeSeenAreTheSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"flash", "flash", true}, {" two\r\nlines\u00a0", "two lines", true}, {"e\u0301", "\u00e9", true}, {"a\x00b", "a b", true}, {"\ufeffa\u200b", "a", true},
		{"flash", "Flash", false}, {"flash", "flash.", false}, {"快报", "快 报", false}, {"a", "", false},
	} {
		if got := sameNote(c.a, c.b); got != c.same {
			t.Errorf("%q and %q are the same: %v", c.a, c.b, got)
		}
	}
}
