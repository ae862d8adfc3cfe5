package engine

import "time"

// What a request may bring. What is within these bounds is read in
// milliseconds; without them nine million minus signs took 76 seconds and 4 GB.
const (
	MaxSelectors = 100

	maxText     = 64 << 10   // bytes of queries and selectors
	maxParts    = 1000       // operators, opening brackets and matchers in them
	maxPattern  = 10_000     // instructions of the regular expressions of a query
	maxLabel    = 16 << 10   // bytes of a label that label_replace and label_join make
	maxRewrites = 20         // calls of those, and of count_values
	maxSubquery = 1_000_000  // steps of a subquery at one moment; over a range as many as samples
	maxWindows  = 20_000_000 // steps that a subquery looks at, again for every step of the query
	maxSteps    = 11_000     // of a range query, as in Prometheus
)

// Latest is the last moment that can be asked for, in milliseconds, and the
// first when it is negated: an offset and the longest look back still fit into
// 64 bits.
const Latest = 9_000_000_000_000_000_000

// What a sample takes on its way: in the engine, in its result, and as text
// that is written into a buffer which grows. A series takes that of several.
const (
	BytesPerSample   = 96
	SamplesPerSeries = 16
)

// subqueryStep is the step of a subquery that names none.
const subqueryStep = 24 * time.Hour
