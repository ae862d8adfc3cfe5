package waiting

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyLongWaitsAreReportedAndThenEveryFewSeconds(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		want  []string
	}{
		"a moment": {900 * time.Millisecond, nil},
		"a while": {13 * time.Second, []string{
			"building influxd",
			"building influxd: linking (6s)",
			"building influxd: linking (11s)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said []string
				stop := Tell(func(line string) { said = append(said, line) }, "building influxd", func() string { return "building influxd: linking" })
				time.Sleep(c.takes)
				stop()
				if !slices.Equal(said, c.want) {
					t.Errorf("said %q and not %q", said, c.want)
				}
			})
		})
	}
}

func TestWithoutAListenerNothingIsReported(*testing.T) {
	Tell(nil, "", nil)()
}
