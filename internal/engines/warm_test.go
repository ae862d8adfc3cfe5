package engines_test

// The end-to-end tests build Prometheus. These imports have its largest part
// compiled with the tests, where no time limit of a test applies.
import (
	_ "github.com/prometheus/prometheus/storage/remote"
	_ "github.com/prometheus/prometheus/web"
)
