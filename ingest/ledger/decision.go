package ledger

import (
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// Outcome is what becomes of a figure.
type Outcome string

// The outcomes.
const (
	Written   Outcome = "written"   // the first figure of its cell
	Revised   Outcome = "revised"   // differs from what was known of its cell
	Unchanged Outcome = "unchanged" // says what was known already, and is no new vintage
	// Superseded is kept as history: a later publication of its cell is known.
	Superseded Outcome = "superseded"
	Refused    Outcome = "refused" // stored in REJECTS
)

// outcomes gives each its number in an entry, which must never change.
var outcomes = [...]Outcome{Written, Revised, Unchanged, Superseded, Refused}

// Decision is what was decided on one message.
type Decision struct {
	Seq     uint64 // of the message in FIGURES
	Outcome Outcome

	// Vintage is the figure unless it was refused. That of an Unchanged one is
	// not stored. A refused one has none, but in an amendment, where it is what
	// was not stored.
	Vintage store.Vintage
	// Restated is an earlier Unchanged figure that has to be stored after all,
	// because it no longer says what the vintage before it says. Mostly nil.
	Restated *store.Vintage
	Problem  *figure.Problem // why it was refused or, when it was not, what is unusual about it; mostly nil
}

// AppendPoints appends the vintages that InfluxDB holds because of the
// decision. The restated one comes first, so that it is stored whatever becomes
// of the other one.
func (d *Decision) AppendPoints(to []store.Vintage) []store.Vintage {
	if d.Restated != nil {
		to = append(to, *d.Restated)
	}
	if d.Outcome != Refused && d.Outcome != Unchanged {
		to = append(to, d.Vintage)
	}
	return to
}

// Kind is what an entry decides on.
type Kind string

// The kinds of entries.
const (
	Range     Kind = "range"
	Ahead     Kind = "ahead"
	Amendment Kind = "amendment"
)

// Entry is a message of DECISIONS: some decisions that were made at once.
type Entry struct {
	Kind Kind
	// Floor is the sequence in FIGURES up to which every message is decided
	// when the entry is read, and Stored when that message was stored, in
	// milliseconds since 1970.
	Floor  uint64
	Stored int64
	// Inherits is the sequence up to which messages may have been settled
	// before there was a ledger; 0 when there was none.
	Inherits uint64
	// Agency is whose messages an Ahead entry decides, up to UpTo.
	Agency string
	UpTo   uint64

	Decisions []Decision // in the order of their sequences

	// Definitions say what the figures of an indicator are from this entry on,
	// and what a target asks for. An entry may hold nothing else.
	Definitions []store.Definition
	// Rescaled says for which indicators the decisions before are to be read in
	// another unit. Such an entry has no decisions.
	Rescaled []Rescaling
}
