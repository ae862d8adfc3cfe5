package figure

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxBody is the largest message body tidemark reads, in bytes: room for the
// longest note with every character escaped, or for the longest note and reason
// in Chinese.
const MaxBody = 32 << 10

// wireKeys lists the keys of a body in the order in which they are written.
// figure.schema.json documents them for other programs.
var wireKeys = [...]string{"indicator", "area", "category", "measure", "period",
	"value", "unit", "status", "note", "confirmed", "published"}

// Decode reads the JSON body of one message. It is strict: an unknown or
// repeated key, a wrong type, a missing field and trailing bytes are each a
// *Problem that names the place. A missing category is Total, a missing status
// is A; a null value is withheld and needs a status that says why.
func Decode(body []byte) (Figure, error) {
	if len(body) > MaxBody {
		return Figure{}, bodyProblem("", fmt.Sprintf("has %d bytes, more than %d", len(body), MaxBody), "send one figure per message")
	}
	if !utf8.Valid(body) {
		return Figure{}, bodyProblem("", "is not UTF-8", "encode the JSON body as UTF-8")
	}
	f := Figure{Cell: Cell{Category: Total}}
	s := scanner{b: body}
	var seen uint16
	err := s.object(func(key []byte) error {
		i := keyIndex(key)
		if i < 0 {
			return &Problem{Code: "figure/unknown-field", Text: string(key), Reason: "is not a field of a figure",
				Hint: "the fields are " + strings.Join(wireKeys[:], ", ")}
		}
		if seen&(1<<i) != 0 {
			return bodyProblem(wireKeys[i], "appears twice", "send each field once")
		}
		seen |= 1 << i
		return f.decodeField(&s, i)
	})
	if err != nil {
		return Figure{}, err
	}
	for i, key := range wireKeys {
		if seen&(1<<i) == 0 && (key == "indicator" || key == "area" || key == "measure" || key == "period" || key == "value" || key == "unit") {
			return Figure{}, &Problem{Code: "figure/missing-field", Field: key, Reason: "is missing", Hint: "add it to the message"}
		}
	}
	if err := f.Settle(); err != nil {
		return Figure{}, err
	}
	return f, nil
}

// Settle gives a figure without a status the default one and checks that value
// and status agree. It must be called last, after all fields are set; its
// error is a *Problem.
func (f *Figure) Settle() error {
	if f.Status == 0 {
		f.Status = Normal
	}
	if len(f.Note)+len(f.Reason) > MaxNote && len(f.AppendJSON(nil)) > MaxBody {
		return &Problem{Code: "figure/too-long", Field: "note", Text: f.Note,
			Reason: fmt.Sprintf("and the reason in confirmed make a message of more than %d bytes", MaxBody), Hint: "shorten them"}
	}
	if f.Status.Allows(f.Withheld) {
		return nil
	}
	p := &Problem{Code: "figure/value-and-status", Field: "status", Text: f.Status.String()}
	if f.Withheld {
		p.Reason = "says there is a value, but there is none"
		p.Hint = "give the value, or say why there is none: Q (withheld), O (missing), L (not collected), K (included in another category)"
	} else {
		p.Reason = "says there is no value, but there is one"
		p.Hint = "leave the value empty (null), or use A, P or E"
	}
	return p
}

// decodeField reads the value of the key wireKeys[i].
func (f *Figure) decodeField(s *scanner, i int) (err error) {
	name := wireKeys[i]
	switch name {
	case "value":
		return f.decodeValue(s)
	case "confirmed":
		return f.decodeConfirmed(s)
	}
	text, err := s.str(name)
	if err != nil {
		return err
	}
	return f.SetField(name, text)
}

func keyIndex(key []byte) int {
	for i, k := range wireKeys {
		if k == string(key) {
			return i
		}
	}
	return -1
}

// SetField sets the field with the given wire name from text, for readers of
// people's files: an empty value is withheld, confirmed is "true", "false" or
// the reason.
// Errors are *Problem.
func (f *Figure) SetField(name, text string) (err error) {
	switch name {
	case "indicator":
		f.Indicator, err = code(name, text)
	case "area":
		f.Area, err = code(name, text)
	case "category":
		f.Category, err = code(name, text)
	case "measure":
		f.Measure, err = ParseMeasure(text)
	case "period":
		f.Period, err = ParsePeriod(text)
	case "value":
		f.Value, f.Withheld = Decimal{}, text == ""
		if !f.Withheld {
			f.Value, err = ParseDecimal(text)
		}
	case "unit":
		f.Unit, err = bounded(name, text, 64)
	case "status":
		f.Status, err = ParseStatus(text)
	case "note":
		f.Note, err = bounded(name, text, MaxNote)
	case "confirmed":
		err = f.setConfirmed(text)
	case "published":
		f.Published, err = bounded(name, text, 64)
	}
	return err
}

func (f *Figure) setConfirmed(text string) (err error) {
	f.Confirmed, f.Reason = text != "" && text != "false", ""
	if !f.Confirmed || text == "true" {
		return nil
	}
	if !IsReason(text) {
		return &Problem{Code: "figure/type", Field: "confirmed", Text: text, Reason: "is neither true nor false",
			Hint: "write true, false or nothing, or the reason why the value is right in a few words"}
	}
	f.Reason, err = bounded("confirmed", text, MaxNote)
	return err
}

// decodeConfirmed reads true, false or a reason.
func (f *Figure) decodeConfirmed(s *scanner) (err error) {
	const wanted = "true, false or a reason of a few words"
	if s.peek() != '"' {
		if f.Confirmed = s.word("true"); !f.Confirmed && !s.word("false") {
			return s.wrongType("confirmed", wanted)
		}
		return nil
	}
	text, err := s.str("confirmed")
	if err == nil && !IsReason(text) {
		return s.wrongType("confirmed", wanted)
	}
	if err != nil {
		return err
	}
	return f.setConfirmed(text)
}

// reasonPattern describes a reason: two words, or four characters of a script
// that is written without spaces.
const reasonPattern = `\p{L}\p{M}*[^\p{L}\p{M}]*\s[^\p{L}\p{M}]*\p{L}|[ぁ-ヿ㐀-鿿][^\n]*[ぁ-ヿ㐀-鿿][^\n]*[ぁ-ヿ㐀-鿿][^\n]*[ぁ-ヿ㐀-鿿]`

var reason = regexp.MustCompile(reasonPattern)

// IsReason reports whether a text can be the reason why a sender stands by a
// value. A single word cannot: it may be a way of saying no that tidemark does
// not know, and a reason switches checks off.
func IsReason(s string) bool { return reason.MatchString(s) }

// code checks an SDMX code, see IsCode.
func code(field, s string) (string, error) {
	if s = composed(s); IsCode(s) {
		return s, nil
	}
	return "", &Problem{Code: "figure/code", Field: field, Text: s,
		Reason: "is not a code", Hint: "a code has 1 to 64 letters, digits, _ or -"}
}

// composed normalizes to NFC, so that equal codes are equal bytes whatever
// program wrote them.
func composed(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(s)
		}
	}
	return s
}

// IsCode reports whether s can be a token of a NATS subject, a tag of InfluxDB
// and a value in a URL: 1 to 64 letters of any script, digits, _ and -. SDMX's
// own codes are ASCII; the categories of a city are often Chinese. A code may
// contain vowel signs, as in Hindi and Thai, but not begin with one, because
// they belong to the letter before them.
func IsCode(s string) bool {
	n := 0
	for _, r := range s {
		switch {
		case r|0x20 >= 'a' && r|0x20 <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
		case r < utf8.RuneSelf, r == utf8.RuneError:
			return false
		case unicode.IsLetter(r), unicode.IsDigit(r), n > 0 && unicode.In(r, unicode.Mn, unicode.Mc):
		default:
			return false
		}
		n++
	}
	return n >= 1 && n <= 64
}

func bounded(field, s string, limit int) (string, error) {
	if len(s) <= limit {
		return s, nil // there are never more characters than bytes
	}
	n := utf8.RuneCountInString(s)
	if n <= limit {
		return s, nil
	}
	return "", &Problem{Code: "figure/too-long", Field: field, Text: s,
		Reason: fmt.Sprintf("has %d characters, more than %d", n, limit), Hint: "shorten it"}
}

func (f *Figure) decodeValue(s *scanner) (err error) {
	var number []byte
	switch c := s.peek(); {
	case c == '"':
		text, err := s.str("value")
		if err != nil {
			return err
		}
		if text == "" {
			return &Problem{Code: "figure/value", Field: "value", Reason: "is an empty string", Hint: "write null for a value that is withheld"}
		}
		f.Value, err = ParseDecimal(text)
		return err
	case s.word("null"):
		f.Withheld = true
		return nil
	default:
		number = s.number()
	}
	if len(number) == 0 {
		return s.wrongType("value", "a number, a decimal string or null")
	}
	f.Value, err = parseDecimal(number)
	return err
}

// AppendJSON appends the figure's body: keys in fixed order, the value as a
// decimal string, optional fields only if they are set. Equal figures give
// equal bytes.
func (f *Figure) AppendJSON(b []byte) []byte {
	b = append(b, `{"indicator":`...)
	b = appendString(b, f.Indicator)
	b = append(b, `,"area":`...)
	b = appendString(b, f.Area)
	if f.Category != "" {
		b = append(b, `,"category":`...)
		b = appendString(b, f.Category)
	}
	b = append(b, `,"measure":"`...)
	b = append(b, f.Measure.String()...)
	b = append(b, `","period":"`...)
	b = f.Period.AppendTo(b)
	if f.Withheld {
		b = append(b, `","value":null`...)
	} else {
		b = append(b, `","value":"`...)
		b = f.Value.AppendTo(b)
		b = append(b, '"')
	}
	b = append(b, `,"unit":`...)
	b = appendString(b, f.Unit)
	if f.Status != 0 {
		b = append(b, `,"status":"`...)
		b = append(b, byte(f.Status), '"')
	}
	if f.Note != "" {
		b = append(b, `,"note":`...)
		b = appendString(b, f.Note)
	}
	switch {
	case f.Confirmed && f.Reason != "":
		b = append(b, `,"confirmed":`...)
		b = appendString(b, f.Reason)
	case f.Confirmed:
		b = append(b, `,"confirmed":true`...)
	}
	if f.Published != "" {
		b = append(b, `,"published":`...)
		b = appendString(b, f.Published)
	}
	return append(b, '}')
}

// MarshalJSON implements json.Marshaler; see AppendJSON.
func (f Figure) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// UnmarshalJSON implements json.Unmarshaler; see Decode.
func (f *Figure) UnmarshalJSON(b []byte) (err error) {
	*f, err = Decode(b)
	return err
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == '"' || s[i] == '\\' {
			return appendEscaped(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendEscaped(b, s)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("figure: a string is always JSON: " + err.Error())
	}
	return append(b, quoted...)
}
