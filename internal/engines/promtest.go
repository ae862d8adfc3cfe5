package engines

import "context"

// promtest is the program behind FindPromtest. It stands in one module with
// Prometheus, so that what both are made of is compiled once.
var promtest = &program{
	name:    "promtest",
	title:   "promtest",
	version: PrometheusVersion,
	module:  prometheus.module,
	main:    "github.com/tidemark-stats/tidemark/deploy/prometheus/promtest",
	takes:   "some minutes",
	tags:    prometheus.tags,
	instead: "run the tests in a clone of tidemark's repository",
	own:     "promtest",
}

// FindPromtest returns the path of the program of deploy/prometheus/promtest,
// which tests ask what the servers of Prometheus cannot be asked.
func FindPromtest(ctx context.Context, progress func(string)) (string, error) {
	return promtest.find(ctx, progress)
}
