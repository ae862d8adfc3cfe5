package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestMalformedOptionsAreRefused(t *testing.T) {
	const good = "http://127.0.0.1:8086"
	for name, c := range map[string]struct {
		opts store.Options
		want string
	}{
		"no URL":                {store.Options{Bucket: "b"}, `the InfluxDB URL "" is not http://HOST:PORT`},
		"no scheme":             {store.Options{URL: "localhost:8086", Bucket: "b"}, `the InfluxDB URL "localhost:8086" is not http://HOST:PORT`},
		"another scheme":        {store.Options{URL: "nats://h:4222", Bucket: "b"}, `the InfluxDB URL "nats://h:4222" is not http://HOST:PORT`},
		"no host":               {store.Options{URL: "http://", Bucket: "b"}, `the InfluxDB URL "http://" is not http://HOST:PORT`},
		"a port that is none":   {store.Options{URL: "http://h:x", Bucket: "b"}, `the InfluxDB URL "http://h:x" is not http://HOST:PORT`},
		"a password, no scheme": {store.Options{URL: "me:secret@h:8086", Bucket: "b"}, `the InfluxDB URL is not http://HOST:PORT`},
		"a password, no host":   {store.Options{URL: "http:me:secret@h", Bucket: "b"}, `the InfluxDB URL is not http://HOST:PORT`},
		"a query":               {store.Options{URL: good + "/?u=me&p=secret", Bucket: "b"}, `the InfluxDB URL http://127.0.0.1:8086/ has a query (?) or a fragment (#); write http://HOST:PORT and give the token separately`},
		"no bucket":             {store.Options{URL: good}, `the InfluxDB bucket has no name`},
		"a line in the token":   {store.Options{URL: good, Bucket: "b", Token: "secret\n"}, `the InfluxDB token has a line break or another control character in it`},
		"a negative timeout":    {store.Options{URL: good, Bucket: "b", Timeout: -time.Second}, `the InfluxDB timeout -1s is negative`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Open(c.opts)
			refused(t, err, c.want)
		})
	}
}

func TestTheURLIsShownWithoutCredentials(t *testing.T) {
	s := open(t, store.Options{URL: "http://me:secret@127.0.0.1:8086/influx", Bucket: "b"})
	if got := s.URL(); got != "http://127.0.0.1:8086/influx" {
		t.Error(got)
	}
}

func TestCredentialsInTheURLAreUsed(t *testing.T) {
	seen := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header.Get("Authorization") }))
	defer server.Close()
	s := open(t, store.Options{URL: strings.Replace(server.URL, "//", "//me:secret@", 1), Bucket: "b"})
	_ = s.Ping(t.Context()) // this server reports no health
	if got := <-seen; got != "Token me:secret" {
		t.Error(got)
	}
}

// calls are all kinds of requests to InfluxDB.
var calls = map[string]func(context.Context, *store.Store) error{
	"Write": func(ctx context.Context, s *store.Store) error {
		return s.Write(ctx, []store.Vintage{vintage("gdp", figure.Year(2023), 1)})
	},
	"Vintages": func(ctx context.Context, s *store.Store) error {
		for _, err := range s.Vintages(ctx, store.Selection{}) {
			return err
		}
		return nil
	},
	"Ping":  func(ctx context.Context, s *store.Store) error { return s.Ping(ctx) },
	"Setup": func(ctx context.Context, s *store.Store) error { _, err := s.Setup(ctx); return err },
	"Verify": func(ctx context.Context, s *store.Store) error {
		err := s.Verify(ctx, store.ToWrite)
		if store.Lasting(err) {
			return fmt.Errorf("it is considered lasting: %s", err.Error())
		}
		return err
	},
	"Poll": func(ctx context.Context, s *store.Store) error {
		_, err := s.Follow().Poll(ctx, ignore)
		return err
	},
}

func TestAnOutageIsUnavailability(t *testing.T) {
	opts := empty(t)
	if opts.Token == "" {
		opts.Token = "a-secret-token"
	}
	for name, c := range map[string]struct {
		fault  func(*enginetest.FaultProxy)
		status int
		after  time.Duration
		text   string
	}{
		"reset":       {(*enginetest.FaultProxy).Refuse, 0, 0, "connection reset by peer"},
		"hangs":       {(*enginetest.FaultProxy).Hang, 0, 0, "InfluxDB did not answer within 200ms"},
		"503":         {respond(503, "7"), 503, 7 * time.Second, "InfluxDB answers 503: Service Unavailable"},
		"429":         {respond(429, "2"), 429, 2 * time.Second, "InfluxDB answers 429: Too Many Requests"},
		"500":         {respond(500, ""), 500, 0, "InfluxDB answers 500: Internal Server Error"},
		"401":         {respond(401, ""), 401, 0, "InfluxDB answers 401: Unauthorized (check the InfluxDB token)"},
		"403":         {respond(403, ""), 403, 0, "InfluxDB answers 403: Forbidden (check the InfluxDB token)"},
		"a past date": {respond(503, "Mon, 02 Jan 2006 15:04:05 GMT"), 503, 0, "InfluxDB answers 503"},
	} {
		for called, call := range calls {
			t.Run(name+" at "+called, func(t *testing.T) {
				proxy := enginetest.Proxy(t, opts.URL)
				c.fault(proxy)
				opts := opts
				if name == "hangs" {
					opts.Timeout = 200 * time.Millisecond
				}
				opts.URL = strings.Replace(proxy.URL(), "//", "//me:a-password@", 1)
				err := call(t.Context(), open(t, opts))
				var away *store.UnavailableError
				if !errors.As(err, &away) {
					t.Fatalf("the error is %T: %v", err, err)
				}
				if away.StatusCode != c.status || away.After != c.after || !strings.Contains(err.Error(), c.text) {
					t.Errorf("status %d, after %s: %v", away.StatusCode, away.After, err)
				}
				if text := err.Error(); strings.Contains(text, opts.Token) || strings.Contains(text, "password") {
					t.Errorf("the error contains a secret: %s", text)
				}
			})
		}
	}
}

func respond(status int, after string) func(*enginetest.FaultProxy) {
	header := http.Header{}
	if after != "" {
		header.Set("Retry-After", after)
	}
	return func(p *enginetest.FaultProxy) { p.Respond(status, header) }
}

func TestAServerThatIsNotThereIsUnavailability(t *testing.T) {
	// Nothing listens on a port that has just been released.
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := open(t, store.Options{URL: server.URL, Bucket: "b"}).Ping(t.Context())
	refused(t, err, `could not check InfluxDB's health: Get "`+server.URL+`/health": dial tcp `+
		strings.TrimPrefix(server.URL, "http://")+`: connect: connection refused`)
}

func TestACancelledContextIsRecognizable(t *testing.T) {
	opts := empty(t)
	for called, call := range calls {
		t.Run(called, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := call(ctx, open(t, opts)); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

func TestAMissingDatabaseIsReportedWithAFix(t *testing.T) {
	opts := store.Options(enginetest.SharedDatabase(t))
	s, bucket := open(t, opts), opts.Bucket
	for called, want := range map[string]string{
		"Write": fmt.Sprintf("could not write to InfluxDB: InfluxDB answers 404: database not found: %q (check organisation and bucket, or run tidemark init)", bucket),
		"Vintages": "could not read figures from InfluxDB: InfluxDB answers 500: failed to initialize execute state: no database" +
			" (check organisation and bucket, or run tidemark init)",
		"Poll": "could not read the journal from InfluxDB: InfluxDB answers 500: failed to initialize execute state: no database" +
			" (check organisation and bucket, or run tidemark init)",
	} {
		t.Run(called, func(t *testing.T) { refused(t, calls[called](t.Context(), s), want) })
	}
}

func TestARefusedPointLeavesTheOthersStored(t *testing.T) {
	opts := empty(t)
	s := open(t, opts)
	// A field's type is fixed per shard group, which covers ten years: in this
	// one of the 1950s, values are strings. 1.8 answers without waiting for
	// other shard groups, so the accepted points must be in the same one.
	writeLines(t, opts, `figure,indicator=poison value="much" -600000000000000000`)
	before, after := vintage("gdp", figure.Year(1951), 0), vintage("gdp", figure.Year(1953), 0)
	before.Withheld, after.Withheld = true, true
	err := s.Write(t.Context(), []store.Vintage{before, vintage("gdp", figure.Year(1952), 2), after})
	var refusal *store.RefusedError
	if !errors.As(err, &refusal) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	refusal.Reason = strings.TrimPrefix(refusal.Reason, "failure writing points to database: ") // the prefix of 2.x
	refused(t, err, `InfluxDB refused a point: partial write: field type conflict: input field "value" on measurement "figure" is type float, already exists as type string dropped=1`)
	check(t, read(t, s, store.Selection{Indicator: "gdp"}), before, after)
}

func TestAPartialWriteIsARefusalWhateverItsStatus(t *testing.T) {
	const text = "partial write: points beyond retention policy dropped=1"
	for name, c := range map[string]struct {
		status  int
		header  http.Header
		refused bool
	}{
		"400 of 1.8":               {400, http.Header{"X-Influxdb-Error": {text}, "X-Influxdb-Version": {"1.8.10"}}, true},
		"500 of an early 2.x":      {500, http.Header{"X-Influxdb-Error": {"unexpected error writing points to database: " + text}}, true},
		"503":                      {503, http.Header{"X-Influxdb-Error": {text}}, true},
		"500 for another reason":   {500, http.Header{"X-Influxdb-Error": {"engine: cache maximum memory size exceeded"}, "X-Influxdb-Version": {"1.8.10"}}, false},
		"500 of a proxy":           {500, nil, false},
		"400 of a proxy":           {400, nil, false},
		"500, and nothing dropped": {500, http.Header{"X-Influxdb-Error": {"partial write: timeout"}, "X-Influxdb-Version": {"1.8.10"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			opts := empty(t)
			proxy := enginetest.Proxy(t, opts.URL)
			proxy.Respond(c.status, c.header)
			opts.URL = proxy.URL()
			err := open(t, opts).Write(t.Context(), []store.Vintage{vintage("gdp", figure.Year(2023), 1)})
			var refusal *store.RefusedError
			var away *store.UnavailableError
			if errors.As(err, &refusal) != c.refused || errors.As(err, &away) == c.refused {
				t.Errorf("the error is %T: %v", err, err)
			}
		})
	}
}

func TestWhatTheDataModelCannotRepresentIsRefusedBeforeAnythingIsSent(t *testing.T) {
	zero := 0.0
	for name, c := range map[string]struct {
		change func(*store.Vintage)
		want   string
	}{
		"no period":       {func(v *store.Vintage) { v.Period = figure.Period{} }, "gdp 330200 has no period"},
		"before 1970":     {func(v *store.Vintage) { v.Moment = -1 }, "gdp 330200 level 2023 was published at -1 ms since 1970, outside 0 to 86399999999999"},
		"too far ahead":   {func(v *store.Vintage) { v.Moment = store.MaxMoment + 1 }, "gdp 330200 level 2023 was published at 86400000000000 ms since 1970, outside 0 to 86399999999999"},
		"not a number":    {func(v *store.Vintage) { v.Value = zero / zero }, "gdp 330200 level 2023 is NaN, not a finite number"},
		"infinite":        {func(v *store.Vintage) { v.Value = 1 / zero }, "gdp 330200 level 2023 is +Inf, not a finite number"},
		"an empty area":   {func(v *store.Vintage) { v.Area = "" }, `invalid tag value area=""`},
		"a line break":    {func(v *store.Vintage) { v.Category = "a\nb" }, `invalid tag value category="a\nb"`},
		"a backslash end": {func(v *store.Vintage) { v.Category = `a\` }, `invalid tag value category="a\\"`},
		"not UTF-8":       {func(v *store.Vintage) { v.Category = "\xff" }, `invalid tag value category="\xff"`},
	} {
		t.Run(name, func(t *testing.T) {
			v := vintage("gdp", figure.Year(2023), 1)
			c.change(&v)
			err := open(t, store.Options{URL: "http://127.0.0.1:1", Bucket: "b"}).Write(t.Context(), []store.Vintage{v})
			refused(t, err, "InfluxDB refused a point: "+c.want)
		})
	}
}

// cut is a server that begins a real response and continues as the test says.
func cut(t *testing.T, target string, end func(http.ResponseWriter, *http.Request)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.String(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header = r.Header
		req.Header.Del("Accept-Encoding")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		_, _ = io.CopyN(w, resp.Body, 5000)
		w.(http.Flusher).Flush()
		end(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestATruncatedAnswerIsAnError(t *testing.T) {
	opts := empty(t)
	var many []store.Vintage
	for m := range 500 {
		many = append(many, vintage("gdp", figure.Month(1980, 1).Add(m), 1))
	}
	write(t, open(t, opts), many...)
	for name, c := range map[string]struct {
		end  func(http.ResponseWriter, *http.Request)
		want string
	}{
		"the connection drops":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "could not read figures from InfluxDB: unexpected EOF"},
		"it ends within a row":     {func(http.ResponseWriter, *http.Request) {}, "could not read figures from InfluxDB: unexpected EOF"},
		"it stalls":                {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "could not read figures from InfluxDB: the answer stalled for 2s"},
		"it is something else now": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\n<html>\n") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			opts := opts
			opts.URL, opts.Timeout = cut(t, opts.URL, c.end), 2*time.Second
			var err error
			n := 0
			for _, e := range open(t, opts).Vintages(t.Context(), store.Selection{}) {
				err = e
				n++
			}
			var away *store.UnavailableError
			if !errors.As(err, &away) || n < 10 {
				t.Fatalf("%d vintages, then %v", n, err)
			}
			if c.want != "" {
				refused(t, err, c.want)
			}
		})
	}
}
