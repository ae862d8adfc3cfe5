package store

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/tidemark-stats/tidemark/figure"
)

// Vintage is one publication of a cell, as stored.
type Vintage struct {
	figure.Cell
	Agency   string
	Status   figure.Status
	Value    float64 // in the indicator's base unit, growth in %; 0 if Withheld
	Withheld bool
	Moment   int64 // of publication, milliseconds since 1970, UTC; not negative

	// For audits: written, but read back only by Sequences.
	Submission string
	Seq        uint64 // in the stream FIGURES

	Note string // for people; read back only by Noted

	// Never read back: the ledger has them.
	Reason string // why the sender stood by an implausible value
	Sender string // the person or program that sent it, as it said
}

// The names of the data model.
const (
	measurement  = "figure"
	fieldValue   = "value"
	fieldMissing = "missing"
	fieldSeq     = "seq"
	fieldNote    = "note"
	fieldReason  = "reason"
	fieldSender  = "sender"
)

// MaxMoment is the last publication time that the data model can represent: an
// offset that still keeps every point within its period's first day.
const MaxMoment = int64(24*time.Hour) - 1

// time is the timestamp of the vintage's point.
func (v *Vintage) time() time.Time {
	return v.Period.Start().Add(time.Duration(v.Moment))
}

// setTime is the inverse of time for a vintage of the given frequency.
func (v *Vintage) setTime(freq figure.Frequency, t time.Time) {
	v.Period = figure.PeriodAt(freq, t)
	v.Moment = int64(t.Sub(v.Period.Start()))
}

// check refuses what the data model cannot represent. Figures of the catalogue
// never have such values; if written, they would be read back as something
// else.
func (v *Vintage) check() error {
	switch {
	case v.Period.IsZero():
		return fmt.Errorf("%s %s has no period", v.Indicator, v.Area)
	case v.Moment < 0 || v.Moment > MaxMoment:
		return fmt.Errorf("%s was published at %d ms since 1970, outside 0 to %d", v.Cell, v.Moment, MaxMoment)
	case math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
		return fmt.Errorf("%s is %v, not a finite number", v.Cell, v.Value)
	}
	return nil
}

// encode appends the vintage's point in line protocol. The tags are in
// alphabetical order, which saves InfluxDB sorting them.
func (v *Vintage) encode(e *lineprotocol.Encoder) {
	e.StartLine(measurement)
	e.AddTag("agency", v.Agency)
	e.AddTag("area", v.Area)
	e.AddTag("category", v.Category)
	e.AddTag("freq", v.Period.Frequency().String())
	e.AddTag("indicator", v.Indicator)
	e.AddTag("measure", v.Measure.String())
	e.AddTag("status", v.Status.String())
	if v.Withheld {
		e.AddField(fieldMissing, lineprotocol.MustNewValue(1.0))
	} else {
		e.AddField(fieldValue, lineprotocol.MustNewValue(v.Value))
	}
	for _, text := range [...]struct{ field, text string }{{"submission", v.Submission},
		{fieldNote, escaped.Replace(v.Note)}, {fieldReason, escaped.Replace(v.Reason)}, {fieldSender, v.Sender}} {
		if s, ok := lineprotocol.StringValue(text.text); ok && text.text != "" {
			e.AddField(text.field, s)
		}
	}
	e.AddField(fieldSeq, lineprotocol.IntValue(int64(v.Seq)))
	e.EndLine(v.time())
}

// What people write is stored with the escapes that the encoder would otherwise put
// in place of line breaks, and InfluxDB would not remove.
var (
	escaped   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	unescaped = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\t`, "\t")
)
