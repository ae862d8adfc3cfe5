package queryapi

import (
	"math"
	"runtime/debug"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
)

// Limits keep one query from taking the resources of all. The zero value means
// the defaults.
type Limits struct {
	MaxSamples  int           // samples that a query may hold in memory, reduced to what the process' memory allows; 50,000,000 when zero
	Timeout     time.Duration // the longest a query may take; two minutes when zero
	Concurrency int           // queries at a time, while others wait; 20 when zero
}

// Limits of what requests may hold before they are parsed.
const (
	maxForm    = 256 << 10        // bytes of a request's body, as sent
	maxWaiting = 1000             // requests that may wait for a slot
	maxHeld    = 32 << 20         // bytes of all requests together, as sent
	maxSending = 15 * time.Second // how long a request's body may take to arrive
)

// least is the number of samples that every query may hold.
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
// memory limit of Go (GOMEMLIMIT). Another third is for all other queries
// together, the rest for the figures.
func fitting(memory int64) int {
	if memory == math.MaxInt64 {
		return math.MaxInt
	}
	return int(max(memory/3/eval.BytesPerSample, least))
}

// share is how many samples a query may hold while others run.
func (l Limits) share() int {
	return min(l.MaxSamples, max(l.MaxSamples/l.Concurrency, least))
}
