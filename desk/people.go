package desk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"github.com/tidemark-stats/tidemark/catalog"
)

// Person is someone who may sign in.
type Person struct {
	Name     string
	Agencies []string // codes of the agencies for which this person sends, in the order of the file
	Reviewer bool     // may approve what others of these agencies have sent

	hash []byte // of the password; nil for somebody who only comes through a proxy
}

// Sends reports whether the person sends for an agency.
func (p *Person) Sends(agency string) bool { return slices.Contains(p.Agencies, agency) }

// noPassword stands in place of a hash in the file.
const noPassword = "-"

// reviewer is the word for a role in the file.
const reviewer = "reviewer"

// Line is the person's line in a password file.
func (p *Person) Line() string {
	hash := string(p.hash)
	if p.hash == nil {
		hash = noPassword
	}
	line := p.Name + ":" + hash + ":" + strings.Join(p.Agencies, ",")
	if p.Reviewer {
		line += ":" + reviewer
	}
	return line
}

// The length of a password. bcrypt does not read more than 72 bytes.
const (
	shortestPassword = 8
	longestPassword  = 72
)

// longestName is how many characters a name may have.
const longestName = 64

// The costs of a hash. A low one is soon guessed once the file is stolen, and a high one
// holds up everybody who signs in.
const (
	lowestCost  = bcrypt.DefaultCost
	highestCost = lowestCost + 3
)

// NewPerson returns a person with a password. The error says what is wrong with the
// name, the password or the agencies.
func NewPerson(cat *catalog.Catalog, name, password string, agencies []string, reviews bool) (*Person, error) {
	switch {
	case utf8.RuneCountInString(password) < shortestPassword:
		return nil, fmt.Errorf("the password is shorter than %d characters", shortestPassword)
	case len(password) > longestPassword:
		return nil, fmt.Errorf("the password is longer than %d bytes", longestPassword)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return nil, err
	}
	p := &Person{Name: name, Agencies: agencies, Reviewer: reviews, hash: hash}
	return p, p.check(cat)
}

func (p *Person) check(cat *catalog.Catalog) error {
	if p.Name == "" || utf8.RuneCountInString(p.Name) > longestName || strings.TrimSpace(p.Name) != p.Name ||
		strings.ContainsFunc(p.Name, func(r rune) bool { return r == ':' || r == '#' || !unicode.IsPrint(r) }) {
		return fmt.Errorf("%q is not a name: it has 1 to 64 characters, and no colon or #", p.Name)
	}
	if len(p.Agencies) == 0 {
		return fmt.Errorf("%s has no agency: write the codes of one or several, separated by commas", p.Name)
	}
	for _, a := range p.Agencies {
		if !slices.ContainsFunc(cat.Agencies, func(known *catalog.Agency) bool { return known.Code == a }) {
			return fmt.Errorf("%s: %q is not an agency of the catalogue", p.Name, a)
		}
	}
	return nil
}

// People are those who may sign in, as the password file lists them, one on a line:
//
//	name:bcrypt hash:agency,agency[:reviewer]
//
// Blank lines and lines that begin with # are ignored. The file is read again when it
// has changed; one with mistakes changes nothing.
type People struct {
	path    string
	catalog *catalog.Catalog
	log     *slog.Logger

	mu     sync.Mutex
	looked time.Time // when the file was last looked at
	state  fileState
	byName map[string]*Person
	// slowest is the hash of the file that takes longest to compare. Names that are not
	// known are compared with it.
	slowest []byte
}

// fileState tells whether a file has changed.
type fileState struct {
	modified time.Time
	size     int64
}

// lookEvery limits how often the file is looked at.
const lookEvery = time.Second

// OpenPeople reads a password file. The error names every line that cannot be used.
func OpenPeople(path string, cat *catalog.Catalog, log *slog.Logger) (*People, error) {
	p := &People{path: path, catalog: cat, log: log}
	return p, p.read()
}

// Find returns the person with a name.
func (p *People) Find(name string) (*Person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) > lookEvery {
		if err := p.read(); err != nil {
			p.log.Error("the password file cannot be used; those of before may still sign in", "error", err)
		}
	}
	person, ok := p.byName[name]
	return person, ok
}

// read reads the file if it has changed since the last time.
func (p *People) read() error {
	p.looked = time.Now()
	info, err := os.Stat(p.path)
	if err != nil {
		return fmt.Errorf("password file: %w", err)
	}
	state := fileState{info.ModTime(), info.Size()}
	if state == p.state {
		return nil
	}
	text, err := os.ReadFile(p.path)
	if err != nil {
		return fmt.Errorf("password file: %w", err)
	}
	p.state = state // one with mistakes is reported once
	people, err := parsePeople(text, p.catalog)
	if err != nil {
		return fmt.Errorf("password file %s: %w", p.path, err)
	}
	p.byName, p.slowest = people, nobody
	for _, one := range people {
		if one.hash != nil && costOf(one.hash) > costOf(p.slowest) {
			p.slowest = one.hash
		}
	}
	return nil
}

// parsePeople reads the lines of a password file. No error quotes a hash.
func parsePeople(text []byte, cat *catalog.Catalog) (map[string]*Person, error) {
	people := map[string]*Person{}
	var wrong []error
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := parsePerson(line, cat)
		if err == nil && people[p.Name] != nil {
			err = fmt.Errorf("%s has a line already", p.Name)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		people[p.Name] = p
	}
	return people, errors.Join(append(wrong, lines.Err())...)
}

func parsePerson(line string, cat *catalog.Catalog) (*Person, error) {
	parts := strings.Split(line, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return nil, errors.New("is not name:hash:agencies or name:hash:agencies:reviewer; `tidemark desk passwd NAME` writes such a line")
	}
	p := &Person{Name: parts[0]}
	for a := range strings.SplitSeq(parts[2], ",") {
		if a = strings.TrimSpace(a); a != "" {
			p.Agencies = append(p.Agencies, a)
		}
	}
	if len(parts) == 4 {
		if parts[3] != reviewer {
			return nil, fmt.Errorf("%s: %q is not a role; the only one is %s", p.Name, parts[3], reviewer)
		}
		p.Reviewer = true
	}
	if parts[1] != noPassword {
		cost, err := bcrypt.Cost([]byte(parts[1]))
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: the second part is not a bcrypt hash, nor %s for none; `tidemark desk passwd` makes one", p.Name, noPassword)
		case cost < lowestCost || cost > highestCost:
			return nil, fmt.Errorf("%s: the hash has cost %d, and not from %d to %d; `tidemark desk passwd` makes one", p.Name, cost, lowestCost, highestCost)
		}
		p.hash = []byte(parts[1])
	}
	return p, p.check(cat)
}

// nobody is the hash of no person's password.
var nobody, _ = bcrypt.GenerateFromPassword([]byte("nobody"), lowestCost)

func costOf(hash []byte) int {
	cost, _ := bcrypt.Cost(hash) // it has been read before
	return cost
}

// SignIn returns the person with a name and a password. It takes at least as long for a
// name that is not known.
func (p *People) SignIn(name, password string) (*Person, bool) {
	person, ok := p.Find(name)
	p.mu.Lock()
	hash := p.slowest
	p.mu.Unlock()
	if ok && person.hash != nil {
		hash = person.hash
	}
	match := bcrypt.CompareHashAndPassword(hash, []byte(password)) == nil
	return person, match && ok && person.hash != nil
}
