package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// An entry's body is a version byte followed by decisions, each of which is
//
//	sequence   unsigned varint, minus the one before
//	outcome    a byte: its index in outcomes, and flags
//	problem    when refused or flagged: five strings and, since version 2, the
//	           eight bytes of its factor
//	answered   when flagged, a problem; since version 3
//	vintage    unless refused, and in an amendment
//	restated   when flagged, a vintage
//
// where a vintage is
//
//	indicator, area, category, agency   strings
//	measure, frequency, status          a byte each; the measure's has flags
//	year, number                        of the period, varints
//	value                               eight bytes of a float64; not when withheld
//	moment                              varint, milliseconds since 1970
//	submission                          a string
//	sequence                            unsigned varint
//	note, reason, sender                strings, when flagged; since version 3
//
// and a string is either the number of an earlier string of the entry, counted
// from 1, or 0, its length and its bytes. A figure usually takes thirty bytes.
//
// Entries of versions 1 and 2 can still be read: they have no words, and nothing is
// confirmed. Those of version 1 have no factors, and only refused figures have a
// problem.
const version = 3

const (
	outcomeBits  = 0x07
	flagVintage  = 0x08 // a vintage follows
	flagRestated = 0x10 // a restated vintage follows
	flagProblem  = 0x20 // there is a problem although the figure is not refused
	flagStood    = 0x40 // the sender stands by the value
	flagAnswered = 0x80 // there is a problem that the sender has answered

	// In the measure's byte.
	flagWithheld = 0x80 // there is no value
	flagWords    = 0x40 // there is a note, a reason or a sender
)

// encoder appends decisions to a body.
type encoder struct {
	buf     []byte
	strings map[string]uint64
	seq     uint64
}

func newEncoder() *encoder {
	return &encoder{buf: []byte{version}, strings: map[string]uint64{}}
}

func (e *encoder) uvarint(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }

func (e *encoder) string(s string) {
	if n, ok := e.strings[s]; ok {
		e.uvarint(n)
		return
	}
	e.strings[s] = uint64(len(e.strings) + 1)
	e.uvarint(0)
	e.uvarint(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) float(v float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(v))
}

func (e *encoder) decision(d *Decision) {
	e.uvarint(d.Seq - e.seq)
	e.seq = d.Seq
	head := byte(0)
	for i, o := range outcomes {
		if o == d.Outcome {
			head = byte(i)
		}
	}
	whole := !d.Vintage.Period.IsZero()
	if whole {
		head |= flagVintage
	}
	if d.Restated != nil {
		head |= flagRestated
	}
	if d.Outcome != Refused && d.Problem != nil {
		head |= flagProblem
	}
	if d.Confirmed {
		head |= flagStood
	}
	if d.Answered != nil {
		head |= flagAnswered
	}
	e.buf = append(e.buf, head)
	for _, p := range []*figure.Problem{d.Problem, d.Answered} {
		if p != nil {
			e.problem(p)
		}
	}
	if whole {
		e.vintage(&d.Vintage)
	}
	if d.Restated != nil {
		e.vintage(d.Restated)
	}
}

func (e *encoder) problem(p *figure.Problem) {
	for _, s := range []string{p.Code, p.Field, p.Text, p.Reason, p.Hint} {
		e.string(s)
	}
	e.float(p.Factor)
}

func (e *encoder) vintage(v *store.Vintage) {
	for _, s := range []string{v.Indicator, v.Area, v.Category, v.Agency} {
		e.string(s)
	}
	measure := byte(v.Measure)
	if v.Withheld {
		measure |= flagWithheld
	}
	words := v.Note != "" || v.Reason != "" || v.Sender != ""
	if words {
		measure |= flagWords
	}
	e.buf = append(e.buf, measure, byte(v.Period.Frequency()), byte(v.Status))
	e.uvarint(uint64(v.Period.Year()))
	e.uvarint(uint64(v.Period.Number()))
	if !v.Withheld {
		e.float(v.Value)
	}
	e.uvarint(uint64(v.Moment))
	e.string(v.Submission)
	e.uvarint(v.Seq)
	if words {
		e.string(v.Note)
		e.string(v.Reason)
		e.string(v.Sender)
	}
}

// errShort says that an entry is cut short.
var errShort = errors.New("the entry ends in the middle of a decision")

// decoder reads a body. After an error it returns zero values.
type decoder struct {
	version byte
	rest    []byte
	strings []string
	seq     uint64
	err     error
}

// decode decodes all decisions of an entry's body.
func decode(body []byte) ([]Decision, error) {
	if len(body) == 0 || body[0] < 1 || body[0] > version {
		return nil, fmt.Errorf("the entry has an unknown version (known up to %d); a newer tidemark wrote it", version)
	}
	d := decoder{version: body[0], rest: body[1:]}
	var out []Decision
	for len(d.rest) > 0 && d.err == nil {
		out = append(out, d.decision())
	}
	return out, d.err
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.rest = err, nil
	}
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.fail(errShort)
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// bytes returns the next n bytes, nil when there are fewer.
func (d *decoder) bytes(n uint64) []byte {
	if uint64(len(d.rest)) < n {
		d.fail(errShort)
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) float() float64 {
	if b := d.bytes(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (d *decoder) string() string {
	n := d.uvarint()
	if n > uint64(len(d.strings)) {
		d.fail(fmt.Errorf("string %d of %d", n, len(d.strings)))
		return ""
	}
	if n > 0 {
		return d.strings[n-1]
	}
	s := string(d.bytes(d.uvarint()))
	d.strings = append(d.strings, s)
	return s
}

func (d *decoder) decision() Decision {
	d.seq += d.uvarint()
	out := Decision{Seq: d.seq}
	head := d.byte()
	if n := int(head & outcomeBits); n < len(outcomes) {
		out.Outcome = outcomes[n]
	} else {
		d.fail(fmt.Errorf("outcome %d", n))
	}
	if out.Outcome == Refused || head&flagProblem != 0 {
		out.Problem = d.problem()
	}
	out.Confirmed = d.version > 2 && head&flagStood != 0
	if d.version > 2 && head&flagAnswered != 0 {
		out.Answered = d.problem()
	}
	if head&flagVintage != 0 {
		d.vintage(&out.Vintage)
	}
	if head&flagRestated != 0 {
		out.Restated = new(store.Vintage)
		d.vintage(out.Restated)
	}
	return out
}

func (d *decoder) problem() *figure.Problem {
	p := &figure.Problem{Code: d.string(), Field: d.string(), Text: d.string(), Reason: d.string(), Hint: d.string()}
	if d.version > 1 {
		p.Factor = d.float()
	}
	return p
}

func (d *decoder) vintage(v *store.Vintage) {
	v.Indicator, v.Area, v.Category, v.Agency = d.string(), d.string(), d.string(), d.string()
	measure, freq, status := d.byte(), d.byte(), d.byte()
	v.Withheld = measure&flagWithheld != 0
	words := d.version > 2 && measure&flagWords != 0
	if words {
		measure &^= flagWords
	}
	if v.Measure = figure.Measure(measure &^ flagWithheld); int(v.Measure) >= len(figure.Measures()) {
		d.fail(fmt.Errorf("measure %d", v.Measure))
	}
	v.Status = figure.Status(status)
	v.Period = d.period(figure.Frequency(freq))
	if !v.Withheld {
		v.Value = d.float()
	}
	v.Moment = int64(d.uvarint())
	v.Submission = d.string()
	v.Seq = d.uvarint()
	if words {
		v.Note, v.Reason, v.Sender = d.string(), d.string(), d.string()
	}
}

func (d *decoder) period(freq figure.Frequency) figure.Period {
	year, number := d.uvarint(), d.uvarint()
	if year > 9999 || number < 1 || number > uint64(freq.PerYear()) {
		d.fail(fmt.Errorf("period %d of year %d", number, year))
		return figure.Period{}
	}
	switch freq {
	case figure.Quarterly:
		return figure.Quarter(int(year), int(number))
	case figure.Monthly:
		return figure.Month(int(year), int(number))
	}
	return figure.Year(int(year))
}
