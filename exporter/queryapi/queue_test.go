package queryapi

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
)

// untaken is a client that reads its answer only when told to.
type untaken struct {
	*httptest.ResponseRecorder
	answered, take chan struct{}
}

func (u untaken) Write(b []byte) (int, error) {
	close(u.answered)
	<-u.take
	return u.ResponseRecorder.Write(b)
}

// crowd is an API that runs two queries at a time. One large query is answered,
// but its answer is not read, and others are sent behind it.
type crowd struct {
	api    http.Handler
	looked chan struct{} // receives when the book is read: once when a request arrives, once when a query begins

	answers  chan *httptest.ResponseRecorder // of the large ones, except the first
	disperse func()
}

func newCrowd(t *testing.T, large int) *crowd {
	t.Helper()
	b := many(t, 4_000)
	c := &crowd{looked: make(chan struct{}, 10*large), answers: make(chan *httptest.ResponseRecorder, large)}
	c.api = New(Options{Catalog: harbour(t), Limits: Limits{MaxSamples: 100_000, Concurrency: 2}, Book: func() *book.Book {
		c.looked <- struct{}{}
		return b
	}})
	ctx, cancel := context.WithCancel(context.Background())
	first := untaken{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	var all sync.WaitGroup
	c.disperse = sync.OnceFunc(func() {
		cancel()
		close(first.take)
		all.Wait()
	})
	t.Cleanup(c.disperse)
	ask := func(w http.ResponseWriter) {
		c.api.ServeHTTP(w, get("query", "query", "count(tidemark_figure_revision)").WithContext(ctx))
	}
	all.Go(func() { ask(first) })
	await(t, first.answered)
	for range large {
		all.Go(func() {
			w := httptest.NewRecorder()
			ask(w)
			c.answers <- w
		})
	}
	return c
}

// await returns the next of the values that must arrive eventually.
func await[T any](t *testing.T, from <-chan T) (next T) {
	t.Helper()
	select {
	case next = <-from:
	case <-time.After(time.Minute):
		t.Fatal("it did not arrive within a minute")
	}
	return next
}

func TestSmallQueriesAreAnsweredWhileLargeOnesWait(t *testing.T) {
	const large = 20
	c := newCrowd(t, large)
	for range 3 + 2*large { // the first one has also begun again in the large engine
		await(t, c.looked)
	}
	for range 5 {
		for _, r := range []*http.Request{get("query", "query", "count(tidemark_figure)"), get("series", "match[]", "tidemark_figure"), get("labels")} {
			if status, body := asking(t, c.api, r); status != http.StatusOK {
				t.Errorf("%s: %d %.300s", r.URL, status, body)
			}
		}
	}
}

func TestTooManyLargeQueriesAreTurnedAway(t *testing.T) {
	const beyond = 30
	const large = 100 // the most that may wait
	c := newCrowd(t, large+beyond)
	for range beyond {
		w := await(t, c.answers)
		if want := `{"status":"error","errorType":"unavailable","error":"100 large queries are already waiting; try again later"}`; w.Code != http.StatusServiceUnavailable || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	c.disperse()
	for range large {
		if w := await(t, c.answers); !strings.Contains(w.Body.String(), "query was canceled in ") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if status, body := asking(t, c.api, get("query", "query", "count(tidemark_figure_revision)")); status != http.StatusOK {
		t.Errorf("afterwards: %d %.300s", status, body)
	}
}

// Requests hold what they carry from the moment they arrive, whether or not the
// figures are loaded.
func TestArrivingRequestsAreLimitedTogether(t *testing.T) {
	for name, b := range map[string]*book.Book{"before the figures are loaded": nil, "afterwards": many(t, 10)} {
		t.Run(name, func(t *testing.T) {
			api := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }})
			coming := make(chan struct{})
			var all sync.WaitGroup
			t.Cleanup(all.Wait)
			t.Cleanup(sync.OnceFunc(func() { close(coming) }))
			for range maxHeld/maxForm - 1 {
				begun := late{make(chan struct{}), coming}
				all.Go(func() {
					api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/api/v1/query", begun))
				})
				await(t, begun.asked)
			}
			if status, _ := call(t, api, "query", "query", "1"); (status == http.StatusOK) != (b != nil) {
				t.Errorf("a request that fits: %d", status)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/v1/query", io.MultiReader(strings.NewReader("query=1"))))
			if want := "waiting requests already hold 33554432 bytes; try again later"; w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), want) {
				t.Errorf("one too many: %d %s", w.Code, w.Body)
			}
		})
	}
}
