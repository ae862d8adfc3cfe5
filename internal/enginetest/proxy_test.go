package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// echo is a server that returns what it is sent and counts it.
func echo(t *testing.T) (url string, served *atomic.Int64) {
	t.Helper()
	served = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, served
}

func send(ctx context.Context, url string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/write?bucket=city", strings.NewReader("346"))
	if err != nil {
		return nil, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

func TestTheProxyForwardsEverythingByDefault(t *testing.T) {
	target, _ := echo(t)
	_, body, err := send(t.Context(), enginetest.Proxy(t, target).URL())
	if err != nil {
		t.Fatal(err)
	}
	if want := "POST /write?bucket=city 346"; body != want {
		t.Errorf("the answer is %q and not %q", body, want)
	}
}

func TestRefusedRequestsDoNotReachTheServer(t *testing.T) {
	target, served := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.Refuse()
	if _, _, err := send(t.Context(), proxy.URL()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client's error is %v", err)
	}
	if served.Load() != 0 {
		t.Error("the server was reached")
	}
}

func TestTheProxyRecovers(t *testing.T) {
	for name, fault := range map[string]func(*enginetest.FaultProxy){
		"from refusing":   (*enginetest.FaultProxy).Refuse,
		"from hanging":    (*enginetest.FaultProxy).Hang,
		"from responding": func(p *enginetest.FaultProxy) { p.Respond(http.StatusServiceUnavailable, nil) },
		"from losing":     func(p *enginetest.FaultProxy) { p.LoseAnswers(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			target, _ := echo(t)
			proxy := enginetest.Proxy(t, target)
			fault(proxy)
			proxy.Allow()
			if _, _, err := send(t.Context(), proxy.URL()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheProxyAnswersInsteadOfTheServerAsOftenAsTold(t *testing.T) {
	target, _ := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.RespondTimes(2, http.StatusTooManyRequests, http.Header{"Retry-After": {"7"}})
	var got []string
	for range 3 {
		resp, _, err := send(t.Context(), proxy.URL())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, resp.Status+" "+resp.Header.Get("Retry-After"))
	}
	want := []string{"429 Too Many Requests 7", "429 Too Many Requests 7", "200 OK "}
	if !slices.Equal(got, want) {
		t.Errorf("the answers are %q and not %q", got, want)
	}
}

func TestALostAnswerIsWorkDone(t *testing.T) {
	target, served := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.LoseAnswers(1)
	_, _, err := send(t.Context(), proxy.URL())
	if !errors.Is(err, syscall.ECONNRESET) || served.Load() != 1 {
		t.Errorf("the client's error is %v, the server has received %d requests", err, served.Load())
	}
}

func TestAHangingRequestGoesOnWhenAllowed(t *testing.T) {
	target, _ := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.Hang()
	answered := make(chan error)
	go func() {
		_, _, err := send(t.Context(), proxy.URL())
		answered <- err
	}()
	proxy.AwaitRequests(1)
	proxy.Allow()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestAClientCanDisconnectFromAHangingRequest(t *testing.T) {
	target, served := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.Hang()
	ctx, leave := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, _, err := send(ctx, proxy.URL())
		answered <- err
	}()
	proxy.AwaitRequests(1)
	leave()
	if err := <-answered; !errors.Is(err, context.Canceled) || served.Load() != 0 {
		t.Errorf("the client's error is %v, the server has received %d requests", err, served.Load())
	}
}

func TestAServerThatIsAwayLooksAway(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	proxy := enginetest.Proxy(t, server.URL)
	server.Close()
	if _, _, err := send(t.Context(), proxy.URL()); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client's error is %v", err)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	target, _ := echo(t)
	proxy := enginetest.Proxy(t, target)
	proxy.RespondTimes(1, http.StatusServiceUnavailable, nil)
	for range 3 {
		if _, _, err := send(t.Context(), proxy.URL()); err != nil {
			t.Fatal(err)
		}
	}
	if arrived, passed := proxy.Requests(); arrived != 3 || passed != 2 {
		t.Errorf("%d requests have arrived and %d have passed", arrived, passed)
	}
}

func TestOnlyRequestsThatContainTheTextAreAnswered(t *testing.T) {
	target, _ := echo(t)
	proxy := enginetest.Proxy(t, target)
	for text, want := range map[string]int{"346": http.StatusInternalServerError, "347": http.StatusOK} {
		proxy.RespondTo(text, http.StatusInternalServerError, nil)
		resp, _, err := send(t.Context(), proxy.URL())
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want {
			t.Errorf("with %q the answer is %s, want %d", text, resp.Status, want)
		}
	}
}
