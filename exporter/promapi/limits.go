package promapi

import (
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// Limits keep one query from taking what all need. The zero value stands for
// the defaults.
type Limits struct {
	MaxSamples  int           // that a query may hold in memory, as far as the memory of the process allows; 50,000,000 when zero
	Timeout     time.Duration // of a query; two minutes when zero
	Concurrency int           // queries at a time, others wait; 20 when zero
}

// What a request may bring. What is within these bounds is read in
// milliseconds; without them nine million minus signs took 76 seconds and 4 GB.
const (
	maxForm      = 256 << 10 // bytes of a request's body, as it is sent
	maxText      = 64 << 10  // bytes of queries and selectors
	maxParts     = 1000      // operators, opening brackets and matchers in them
	maxSelectors = 100
	maxPattern   = 10_000     // instructions of the regular expressions of a query
	maxLabel     = 16 << 10   // bytes of a label that label_replace and label_join make
	maxRewrites  = 20         // calls of those, and of count_values
	maxSubquery  = 1_000_000  // steps of a subquery at one moment; over a range as many as samples
	maxWindows   = 20_000_000 // steps that a subquery looks at, again for every step of the query
	maxSteps     = 11_000     // of a range query, as in Prometheus
	maxReads     = 10         // queries of a remote read
	maxWaiting   = 1000       // requests that wait for a place
	maxLarge     = 100        // large queries that wait for their turn
	maxHeld      = 32 << 20   // bytes of all requests that are there, as they are sent
)

// maxSending is how long a request's body may take to arrive.
const maxSending = 15 * time.Second

// latest is the last moment that can be asked for, in milliseconds, and the
// first when it is negated: an offset and the longest look back still fit into
// 64 bits.
const latest = 9_000_000_000_000_000_000

// What a sample takes on its way: in the engine, in its result, and as text
// that is written into a buffer which grows. A series takes that of several.
const (
	bytesPerSample   = 96
	samplesPerSeries = 16
)

// least is the number of samples for which every query has room.
const least = 50_000

func (l Limits) orDefault() Limits {
	if l.MaxSamples <= 0 {
		l.MaxSamples = 50_000_000
	}
	if l.Timeout <= 0 {
		l.Timeout = 2 * time.Minute
	}
	if l.Concurrency <= 0 {
		l.Concurrency = 20
	}
	l.MaxSamples = min(l.MaxSamples, fitting(debug.SetMemoryLimit(-1)))
	return l
}

// fitting is how many samples the one large query may hold: a third of the
// memory that Go may take (GOMEMLIMIT). Another third is for all others
// together, the rest for the figures.
func fitting(memory int64) int {
	if memory == math.MaxInt64 {
		return math.MaxInt
	}
	return int(max(memory/3/bytesPerSample, least))
}

// share is how many samples a query may hold while others run.
func (l Limits) share() int {
	return min(l.MaxSamples, max(l.MaxSamples/l.Concurrency, least))
}

// tooManySamples is what a query that holds more than it may is told: the
// engine's own words, and what to do.
func tooManySamples(where string, limit int) error {
	return fmt.Errorf("%w: it may hold %d; ask for fewer series, a shorter range or longer steps", promql.ErrTooManySamples(where), limit)
}
