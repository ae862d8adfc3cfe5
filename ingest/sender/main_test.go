package sender

import (
	"testing"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }
