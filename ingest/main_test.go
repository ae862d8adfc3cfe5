package ingest

import (
	"encoding/json"
	"testing"

	"github.com/tidemark-stats/tidemark/deploy/local/localtest"
)

func TestMain(m *testing.M) {
	mainOfWorker()
	localtest.Main(m)
}

func decodeReceipt(t testing.TB, body []byte) *Receipt {
	t.Helper()
	var r Receipt
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}
