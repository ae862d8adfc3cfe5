// Package store keeps figures in InfluxDB. It is the one place that knows
// how a figure becomes a point and a point a figure, so that those who write
// (ingest) and those who read (exporter) agree without knowing each other.
//
// Every vintage is a point of its own:
//
//	measurement  figure
//	tags         agency, area, category, freq, indicator, measure, status
//	fields       value (base unit) or missing, submission, seq
//	time         start of the period (UTC) + one nanosecond for every
//	             millisecond from 1970 to the publication
//
// InfluxDB cannot compare and set, so the time carries the order: writing a
// vintage again rewrites its point, two writers racing write two points, and
// the last point within a period is the current value. The offset stays
// under an hour until the year 2084, so that charts of any tool are right.
//
// Beside the figures stands a journal (measurement journal), a point for
// each write and indicator that says which periods changed. Its times are
// InfluxDB's own clock. Readers follow it instead of reading everything.
package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"
	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
	influxlog "github.com/influxdata/influxdb-client-go/v2/log"
)

// Options say where the figures are kept.
type Options struct {
	URL    string // e.g. http://127.0.0.1:8086
	Token  string // InfluxDB 2.x: an API token; 1.8: "user:password" or empty
	Org    string // InfluxDB 2.x: the organisation; ignored by 1.8
	Bucket string // 2.x: the bucket; 1.8: the database

	// Timeout bounds a write, a question of Setup, and every wait for more of
	// a longer answer; 10 s when zero. A longer answer itself may take any
	// time as long as it keeps coming.
	Timeout time.Duration
}

// Store reads and writes the figures of one bucket. It may be used by
// several goroutines.
type Store struct {
	opts      Options
	id        string // tells this store's journal entries from those of others
	slot      string // one of slots, by chance
	client    influxdb2.Client
	writer    api.WriteAPIBlocking
	service   influxhttp.Service
	transport *http.Transport
}

// The client would print every failed write, which whoever asked for the
// write reports with more sense.
func init() { influxlog.Log = nil }

// slots is how many series of the journal an indicator can have.
const slots = 32

// Open makes a Store; it does not connect. Errors are malformed options, and
// never show what could be a secret. User and password in the URL are taken
// for the token when there is none.
func Open(opts Options) (*Store, error) {
	u, err := url.Parse(strings.TrimSpace(opts.URL))
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the InfluxDB URL%s is not http://HOST:PORT", shown(opts.URL))
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the InfluxDB URL %s://%s%s has more behind it, a ? or a #; write http://HOST:PORT and give the token on its own", u.Scheme, u.Host, u.Path)
	case opts.Bucket == "":
		return nil, errors.New("the InfluxDB bucket has no name")
	case opts.Timeout < 0:
		return nil, fmt.Errorf("the InfluxDB timeout %s is negative", opts.Timeout)
	case opts.Timeout == 0:
		opts.Timeout = 10 * time.Second
	}
	if password, ok := u.User.Password(); ok && opts.Token == "" {
		opts.Token = u.User.Username() + ":" + password
	}
	if strings.ContainsFunc(opts.Token, unicode.IsControl) {
		return nil, errors.New("the InfluxDB token has a line break or another control character in it")
	}
	u.User = nil // what is not in the URL cannot show up in an error
	opts.URL = u.String()
	// The client has one timeout for a whole answer; loading a book takes
	// longer than any sensible one, so silence is bounded instead.
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: opts.Timeout}).DialContext,
		TLSHandshakeTimeout:   opts.Timeout,
		ResponseHeaderTimeout: opts.Timeout,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       90 * time.Second,
		ReadBufferSize:        64 << 10,
		DisableCompression:    true,
	}
	client := influxdb2.NewClientWithOptions(opts.URL, opts.Token,
		influxdb2.DefaultOptions().SetHTTPClient(&http.Client{Transport: transport}).SetApplicationName("tidemark"))
	s := &Store{opts: opts, id: rand.Text(), slot: strconv.Itoa(mathrand.IntN(slots)), client: client, service: client.HTTPService(), transport: transport}
	s.writer = client.WriteAPIBlocking(opts.Org, opts.Bucket)
	return s, nil
}

// shown is a malformed URL for an error, or nothing where it could hold a
// password in a place that no parser knows.
func shown(raw string) string {
	if strings.ContainsAny(raw, "@?#") {
		return ""
	}
	return fmt.Sprintf(" %q", raw)
}

// URL is where InfluxDB is, without credentials, for logs.
func (s *Store) URL() string { return s.opts.URL }

// Close lets the connections go.
func (s *Store) Close() {
	s.client.Close()
	s.transport.CloseIdleConnections()
}

// Ping asks InfluxDB whether it is there and well.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.server(ctx)
	return err
}

// server asks InfluxDB for its health and gives its name for people, with
// the version where it tells one.
func (s *Store) server(ctx context.Context) (string, error) {
	var health struct{ Status, Message, Version string }
	if err := s.request(ctx, http.MethodGet, s.service.ServerURL()+"health", nil, &health); err != nil {
		return "", s.wrap("ask InfluxDB for its health", err)
	}
	if health.Status != "pass" {
		return "", s.wrap("use InfluxDB", fmt.Errorf("it says it is not well: %q", health.Message))
	}
	if health.Version == "" || health.Version == "unknown" {
		return "InfluxDB", nil
	}
	return "InfluxDB " + strings.TrimPrefix(health.Version, "v"), nil
}
