package engines

import "context"

// promtest is the program behind FindPromtest. It is in the same module as
// Prometheus so that their common dependencies are compiled once.
var promtest = &program{
	name:    "promtest",
	title:   "promtest",
	version: PrometheusVersion,
	module:  prometheus.module,
	main:    "github.com/tidemark-stats/tidemark/deploy/prometheus/promtest",
	takes:   "some minutes",
	tags:    prometheus.tags,
	instead: "run the tests on a machine that can build it",
	own:     "promtest",
}

// FindPromtest returns the path of the program deploy/prometheus/promtest, which
// gives tests the parts of Prometheus that its servers do not expose.
func FindPromtest(ctx context.Context, progress func(string)) (string, error) {
	return promtest.find(ctx, progress)
}
