package eval

import "time"

// Limits of a request. A request within them is parsed in milliseconds; without
// them nine million minus signs took 76 seconds and 4 GB.
const (
	MaxSelectors = 100

	maxText     = 64 << 10   // bytes of queries and selectors
	maxParts    = 1000       // operators, opening brackets and matchers in them
	maxPattern  = 10_000     // instructions of the regular expressions of a query
	maxLabel    = 16 << 10   // bytes of a label made by label_replace and label_join
	maxRewrites = 20         // calls of those, and of count_values
	maxSubquery = 1_000_000  // steps of a subquery in an instant query; over a range as many as samples
	maxWindows  = 20_000_000 // steps that a subquery evaluates, summed over all steps of the query
	maxSteps    = 11_000     // of a range query, as in Prometheus
)

// Latest is the last time that can be queried, in milliseconds, and its
// negative the first: with an offset and the longest lookback it still fits
// into 64 bits.
const Latest = 9_000_000_000_000_000_000

// The memory a sample needs on its way: in the engine, in its result, and as
// text in a growing buffer. A series counts as several.
const (
	BytesPerSample   = 96
	SamplesPerSeries = 16
)

// subqueryStep is the default step of a subquery.
const subqueryStep = 24 * time.Hour
