package engines_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// parentDir in the environment makes the test binary start an influxd in that
// directory, as its parent, which a test then kills.
const parentDir = "TIDEMARK_TEST_PARENT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		beParent(dir)
	}
	enginetest.Main(m)
}

// beParent starts influxd, reports that it runs, and waits to be killed.
func beParent(dir string) {
	influx, err := engines.StartInflux(context.Background(), engines.InfluxOptions{Dir: dir, WithoutFlux: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(influx.URL())
	<-influx.Done()
	os.Exit(1)
}
