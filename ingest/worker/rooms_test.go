package worker

import (
	"sync"
	"testing"
)

func TestABatchWhosePartsStepAsideTogetherLeavesOnePlace(t *testing.T) {
	t.Parallel()
	for range 200 {
		r := newRooms()
		p, err := r.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		other, err := r.enter(t.Context()) // whose place must not be given away
		if err != nil {
			t.Fatal(err)
		}
		var parts sync.WaitGroup
		for range 4 {
			parts.Go(p.stepAside)
		}
		parts.Wait()
		if len(r.main) != 1 || len(r.aside) != 1 {
			t.Fatalf("%d in the room and %d aside, want 1 and 1", len(r.main), len(r.aside))
		}
		p.leave()
		other.leave()
		if len(r.main) != 0 || len(r.aside) != 0 {
			t.Fatalf("%d in the room and %d aside are left", len(r.main), len(r.aside))
		}
	}
}
