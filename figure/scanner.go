package figure

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// scanner reads a flat JSON object of strings, numbers, booleans and null,
// which is all that a body may be. The worker decodes every figure through it:
// encoding/json took longer than the rest of its work, and it accepts repeated
// keys and keys in another case.
type scanner struct {
	b []byte // valid UTF-8
	i int
}

func bodyProblem(field, reason, hint string) *Problem {
	return &Problem{Code: "figure/not-json", Field: field, Reason: reason, Hint: hint}
}

// wrongType is the problem of a value of the wrong type. A body that ends
// before the value was cut off, so it is reported as malformed.
func (s *scanner) wrongType(field, want string) *Problem {
	if s.peek() == 0 && s.i == len(s.b) {
		return s.malformed(want)
	}
	return &Problem{Code: "figure/type", Field: field, Reason: "is not " + want, Hint: "see figure.schema.json for the types"}
}

func (s *scanner) malformed(want string) *Problem {
	return bodyProblem("", fmt.Sprintf("is not a single JSON object: expected %s at byte %d", want, s.i),
		`send {"indicator": …, "area": …, "measure": …, "period": …, "value": …, "unit": …}`)
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return s.malformed(fmt.Sprintf("%q", c))
	}
	s.i++
	return nil
}

// object calls member for every key; member must read the value.
func (s *scanner) object(member func(key []byte) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.peek() == '}' && first {
			break
		}
		key, err := s.token()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if s.peek() == '}' {
			break
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
	s.i++
	if s.peek() != 0 || s.i != len(s.b) {
		return s.malformed("the end")
	}
	return nil
}

// token reads a JSON string and returns its decoded bytes, which may share the
// body's memory.
func (s *scanner) token() ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	start := s.i
	for escaped := false; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c < 0x20:
			return nil, s.malformed("no control character")
		case c == '\\':
			escaped = true
			s.i++
		case c == '"':
			s.i++
			if !escaped {
				return s.b[start : s.i-1], nil
			}
			var text string
			if err := json.Unmarshal(s.b[start-1:s.i], &text); err != nil {
				s.i = start
				return nil, s.malformed("a valid escape")
			}
			return []byte(text), nil
		}
	}
	s.i = len(s.b)
	return nil, s.malformed("the closing quotation mark")
}

func (s *scanner) str(field string) (string, error) {
	if s.peek() != '"' {
		return "", s.wrongType(field, "a string")
	}
	t, err := s.token()
	return string(t), err
}

// word skips white space and, if it follows, the word w; it reports whether it
// was there.
func (s *scanner) word(w string) bool {
	s.peek()
	if !bytes.HasPrefix(s.b[s.i:], []byte(w)) {
		return false
	}
	s.i += len(w)
	return true
}

// number returns the bytes up to the next delimiter when they are a JSON
// number, otherwise nil. JSON numbers have no leading plus or zero, and no
// bare point.
func (s *scanner) number() []byte {
	start := s.i
	for s.i < len(s.b) && bytes.IndexByte([]byte(" \t\r\n,}"), s.b[s.i]) < 0 {
		s.i++
	}
	n := s.b[start:s.i]
	if len(n) == 0 || n[0] != '-' && (n[0] < '0' || n[0] > '9') || !json.Valid(n) {
		return nil
	}
	return n
}
