package queryapi

import (
	"math"
	"runtime/debug"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/engine"
)

// Limits keep one query from taking what all need. The zero value stands for
// the defaults.
type Limits struct {
	MaxSamples  int           // that a query may hold in memory, as far as the memory of the process allows; 50,000,000 when zero
	Timeout     time.Duration // of a query; two minutes when zero
	Concurrency int           // queries at a time, others wait; 20 when zero
}

// What requests may hold before anything reads them.
const (
	maxForm    = 256 << 10        // bytes of a request's body, as it is sent
	maxWaiting = 1000             // requests that wait for a place
	maxHeld    = 32 << 20         // bytes of all requests that are there, as they are sent
	maxSending = 15 * time.Second // that a request's body may take to arrive
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
	return int(max(memory/3/engine.BytesPerSample, least))
}

// share is how many samples a query may hold while others run.
func (l Limits) share() int {
	return min(l.MaxSamples, max(l.MaxSamples/l.Concurrency, least))
}
