package ledger

import (
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/store"
)

// Outcome is the outcome of a figure.
type Outcome string

// The outcomes.
const (
	Written   Outcome = "written"   // the first figure of its cell
	Revised   Outcome = "revised"   // differs from what was known of its cell, in value, status or note
	Unchanged Outcome = "unchanged" // repeats what was known and is not a new vintage
	// Superseded is kept as history: a later publication of its cell is known.
	Superseded Outcome = "superseded"
	Refused    Outcome = "refused" // stored in REJECTS
)

// outcomes gives each outcome its number in an entry, which must never change.
var outcomes = [...]Outcome{Written, Revised, Unchanged, Superseded, Refused}

// outcomeNames are the names of the outcomes, in the same order.
var outcomeNames = [...]lang.Text{
	{ZH: "新增", EN: "written"}, {ZH: "修订", EN: "revised"}, {ZH: "未变", EN: "unchanged"},
	{ZH: "存为历史", EN: "kept as history"}, {ZH: "拒收", EN: "refused"},
}

// Outcomes lists the outcomes in the order in which they are told.
func Outcomes() []Outcome { return outcomes[:] }

// Name is the outcome for people. The zero Outcome is that of a figure that waits.
func (o Outcome) Name() lang.Text {
	if i := slices.Index(outcomes[:], o); i >= 0 {
		return outcomeNames[i]
	}
	return lang.Text{ZH: "待处理", EN: "not settled yet"}
}

// Decision is the decision on one message.
type Decision struct {
	Seq     uint64 // of the message in FIGURES
	Outcome Outcome

	// Vintage is the figure, zero if it was refused by a rule. In an amendment it
	// is the vintage that InfluxDB refused. The vintage of an Unchanged figure is
	// not stored.
	Vintage store.Vintage
	// Restated is an earlier Unchanged figure that must now be stored after all,
	// because it no longer repeats the vintage before it. Mostly nil.
	Restated *store.Vintage
	Problem  *figure.Problem // why the figure was refused, or what is unusual about it; mostly nil
	// Confirmed says that the sender stands by the value; the reason is in the
	// vintage. Answered is why the figure would otherwise have been refused, or what
	// would have been called unusual; mostly nil.
	Confirmed bool
	Answered  *figure.Problem
}

// AppendPoints appends the vintages that InfluxDB must hold because of the
// decision. The restated one comes first, so that it is stored even if the other
// is refused.
func (d *Decision) AppendPoints(to []store.Vintage) []store.Vintage {
	if d.Restated != nil {
		to = append(to, *d.Restated)
	}
	if d.Outcome != Refused && d.Outcome != Unchanged {
		to = append(to, d.Vintage)
	}
	return to
}

// Kind is the kind of an entry.
type Kind string

// The kinds of entries, as the package comment describes them.
const (
	Range     Kind = "range"
	Ahead     Kind = "ahead"
	Amendment Kind = "amendment"
)

// Entry is a message of DECISIONS: some decisions made together.
type Entry struct {
	Kind Kind
	// Floor is the sequence in FIGURES up to which every message is decided once
	// the entry has been read. Stored is when that message was stored, in
	// milliseconds since 1970.
	Floor  uint64
	Stored int64
	// Inherits is the sequence up to which messages may have been settled before
	// there was a ledger, 0 when there was none.
	Inherits uint64
	// Agency is the agency whose messages an Ahead entry decides, up to the
	// sequence UpTo.
	Agency string
	UpTo   uint64

	Decisions []Decision // in the order of their sequences

	// Definitions say what an indicator's figures mean from this entry on, and
	// what a target's goal is. An entry may have only definitions.
	Definitions []store.Definition
	// Rescaled lists the indicators whose earlier decisions must be converted to
	// another unit. Such an entry has no decisions.
	Rescaled []Rescaling
}
