package deploy_test

import (
	"testing"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }
