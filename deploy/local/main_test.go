package local_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/tidemark-stats/tidemark/deploy/local"
	"github.com/tidemark-stats/tidemark/deploy/local/localtest"
)

// parentDir in the environment makes the test binary the parent of an influxd
// in that directory, which a test then kills.
const parentDir = "TIDEMARK_TEST_PARENT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		beParent(dir)
	}
	localtest.Main(m)
}

// beParent starts influxd, says that it runs, and waits to be killed.
func beParent(dir string) {
	influx, err := local.StartInflux(context.Background(), local.InfluxOptions{Dir: dir, WithoutFlux: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(influx.URL())
	<-influx.Done()
	os.Exit(1)
}
