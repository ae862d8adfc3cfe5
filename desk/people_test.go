package desk

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
)

// hash is the bcrypt hash of a password that no test needs.
const hash = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5BWX4Z6VJ0s2wJk1zQd8c7jXw0T1e"

func TestEveryMistakeInAPasswordFileIsNamed(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"wang", "line 1: is not name:hash:agencies or name:hash:agencies:reviewer; `tidemark desk passwd NAME` writes such a line"},
		{"wang:secret:port", "line 1: wang: the second part is not a bcrypt hash, nor - for none; `tidemark desk passwd` makes one"},
		{"wang:" + hash + ":", "line 1: wang has no agency: write the codes of one or several, separated by commas"},
		{"wang:" + hash + ":harbour", `line 1: wang: "harbour" is not an agency of the catalogue`},
		{"wang:" + hash + ":port:king", `line 1: wang: "king" is not a role; the only one is reviewer`},
		{"wang:" + strings.Replace(hash, "$10$", "$05$", 1) + ":port", "line 1: wang: the hash has cost 5, and not from 10 to 13; `tidemark desk passwd` makes one"},
		{"wang:" + strings.Replace(hash, "$10$", "$31$", 1) + ":port", "line 1: wang: the hash has cost 31, and not from 10 to 13; `tidemark desk passwd` makes one"},
		{":" + hash + ":port", `line 1: "" is not a name: it has 1 to 64 characters, and no colon or #`},
		{"# people\n\nwang:-:port\nwang:-:port", "line 4: wang has a line already"},
	} {
		_, err := parsePeople([]byte(c.line), catalog.Ningbo())
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.line, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), hash) {
			t.Errorf("the error shows a hash: %v", err)
		}
	}
}

func TestThePersonOfALineIsThePersonWhoWroteIt(t *testing.T) {
	p, err := NewPerson(catalog.Ningbo(), "王 小明", "correct horse", []string{"port", "customs"}, true)
	if err != nil {
		t.Fatal(err)
	}
	people, err := parsePeople([]byte(p.Line()), catalog.Ningbo())
	if err != nil {
		t.Fatal(err)
	}
	got := people["王 小明"]
	if got == nil || got.Line() != p.Line() || !got.Reviewer || !got.Sends("customs") || got.Sends("statistics") {
		t.Errorf("%q became %+v", p.Line(), got)
	}
}

func TestAPasswordThatIsTooShortOrTooLongIsRefused(t *testing.T) {
	for _, word := range []string{"", "1234567", strings.Repeat("长", 25)} {
		if _, err := NewPerson(catalog.Ningbo(), "wang", word, []string{"port"}, false); err == nil {
			t.Errorf("%q is accepted", word)
		}
	}
}

func FuzzPeople(f *testing.F) {
	f.Add("wang:" + hash + ":port:reviewer\n")
	f.Add("# nobody\n\n")
	f.Add("wang:-:port,customs")
	f.Fuzz(func(t *testing.T, text string) {
		people, err := parsePeople([]byte(text), catalog.Ningbo())
		if err != nil {
			return
		}
		for name, p := range people {
			again, err := parsePeople([]byte(p.Line()), catalog.Ningbo())
			if err != nil || again[name] == nil || again[name].Line() != p.Line() {
				t.Errorf("the line %q is not read as it was written: %v", p.Line(), err)
			}
		}
	})
}
