package catalog

import (
	"strings"
	"testing"
)

func TestAnAgencyWithReviewIsReviewed(t *testing.T) {
	text := strings.Replace(string(ningbo), "{code: port, ", "{code: port, review: true, ", 1)
	cat, err := Parse("reviewed.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for agency, want := range map[string]bool{"port": true, "customs": false, "nobody": false} {
		if got := cat.Reviewed(agency); got != want {
			t.Errorf("reviewed %s: %t", agency, got)
		}
	}
}
