package store

import (
	"context"
	"sync"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/tidemark-stats/tidemark/figure"
)

// Write stores the vintages and then records that in the journal. If it
// returns nil, all of them are stored durably. A *RefusedError means that some
// may be stored and at least one never will be; an *UnavailableError that some
// may be stored and the same call can succeed later. Writing a vintage twice
// changes nothing.
func (s *Store) Write(ctx context.Context, vintages []Vintage) error {
	if len(vintages) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	e := encoders.Get().(*lineprotocol.Encoder)
	defer encoders.Put(e)
	e.Reset()
	for i := range vintages {
		if err := vintages[i].check(); err != nil {
			return &RefusedError{Reason: err.Error()}
		}
		vintages[i].encode(e)
	}
	return s.send(ctx, e, vintages)
}

// send writes the lines in e, and then records in the journal what changed.
func (s *Store) send(ctx context.Context, e *lineprotocol.Encoder, changed []Vintage) error {
	if err := e.Err(); err != nil {
		return &RefusedError{Reason: err.Error()}
	}
	err := s.writer.WriteRecord(ctx, string(e.Bytes()))
	if refused := refusal(err); refused != nil {
		return refused
	}
	if err != nil {
		return s.wrap("write to InfluxDB", err)
	}
	e.Reset()
	s.encodeJournal(e, changed)
	return s.wrap("write the journal to InfluxDB", s.writer.WriteRecord(ctx, string(e.Bytes())))
}

// encoders are reused because a batch's lines are some hundred kilobytes.
var encoders = sync.Pool{New: func() any {
	e := new(lineprotocol.Encoder)
	e.SetPrecision(lineprotocol.Nanosecond)
	return e
}}

// changes maps an indicator to the periods in which it changed.
type changes map[string]Selection

func (c changes) add(indicator string, periods ...figure.Period) {
	for _, p := range periods {
		c[indicator] = c[indicator].Including(indicator, p)
	}
}

// encodeJournal appends a point for every indicator among the vintages. It
// carries no timestamp, so InfluxDB assigns the time from its own clock, which
// puts the entries of all writers in one order regardless of their clocks. The
// slot separates entries written within the same nanosecond; the writer is in
// the text, since a tag of its own would add series without limit.
func (s *Store) encodeJournal(e *lineprotocol.Encoder, vintages []Vintage) {
	changed := changes{}
	for i := range vintages {
		changed.add(vintages[i].Indicator, vintages[i].Period)
	}
	for indicator, sel := range changed {
		e.StartLine(journal)
		e.AddTag("indicator", indicator)
		e.AddTag("slot", s.slot)
		text := sel.From.Format(time.DateOnly) + "/" + sel.To.Format(time.DateOnly) + "/" + s.id
		e.AddField(fieldPeriods, lineprotocol.MustNewValue(text))
		e.EndLine(time.Time{})
	}
}

// The names of the journal in the data model.
const (
	journal      = "journal"
	fieldPeriods = "periods"
)
