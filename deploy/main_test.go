package deploy_test

import (
	"testing"

	"github.com/tidemark-stats/tidemark/deploy/local/localtest"
)

func TestMain(m *testing.M) { localtest.Main(m) }
