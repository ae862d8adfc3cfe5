// Package store keeps figures in InfluxDB. It is the only place that converts
// figures to points and points to figures, so the writers (ingest) and the
// readers (exporter) agree without depending on each other.
//
// Every vintage is a point of its own:
//
//	measurement  figure
//	tags         agency, area, category, freq, indicator, measure, status
//	fields       value (base unit) or missing, submission, seq
//	time         start of the period (UTC) + one nanosecond for every
//	             millisecond from 1970 to the publication
//
// InfluxDB has no compare-and-set, so the time encodes the order: writing a
// vintage again overwrites its point, concurrent writers write separate points,
// and the last point within a period is the current value. The offset stays
// below an hour until the year 2084, so charts of any tool are right.
//
// There is also a journal (measurement journal), with a point for each write
// and indicator that says which periods changed. Its times are from InfluxDB's
// own clock. Readers follow it instead of reading everything.
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

// Options say where the figures are stored.
type Options struct {
	URL    string // e.g. http://127.0.0.1:8086
	Token  string // InfluxDB 2.x: an API token; 1.8: "user:password" or empty
	Org    string // InfluxDB 2.x: the organisation; ignored by 1.8
	Bucket string // 2.x: the bucket; 1.8: the database

	// Timeout limits a write, a request of Setup, and every wait for more of a
	// longer response; 10 s if zero. A longer response may take any time as
	// long as data keeps arriving.
	Timeout time.Duration
}

// Store reads and writes the figures of one bucket. It is safe for concurrent
// use.
type Store struct {
	opts      Options
	id        string // distinguishes this store's journal entries from those of others
	slot      string // one of slots, chosen at random
	client    influxdb2.Client
	writer    api.WriteAPIBlocking
	service   influxhttp.Service
	transport *http.Transport
}

// The client would log every failed write, but the caller reports it with more
// context.
func init() { influxlog.Log = nil }

// slots is the maximum number of journal series per indicator.
const slots = 32

// Open returns a Store; it does not connect. It returns an error for malformed
// options, which never contains a possible secret. User and password in the
// URL are used as the token if there is none.
func Open(opts Options) (*Store, error) {
	u, err := url.Parse(strings.TrimSpace(opts.URL))
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("the InfluxDB URL%s is not http://HOST:PORT", shown(opts.URL))
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the InfluxDB URL %s://%s%s has a query (?) or a fragment (#); write http://HOST:PORT and give the token separately", u.Scheme, u.Host, u.Path)
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
	u.User = nil // so that credentials cannot appear in an error
	opts.URL = u.String()
	// The client has one timeout for a whole response, but loading a book
	// takes longer than any sensible one, so the time without data is limited
	// instead.
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

// shown is a malformed URL for an error, or nothing if it could contain a
// password that the parser did not recognize.
func shown(raw string) string {
	if strings.ContainsAny(raw, "@?#") {
		return ""
	}
	return fmt.Sprintf(" %q", raw)
}

// URL is the address of InfluxDB, without credentials, for logs.
func (s *Store) URL() string { return s.opts.URL }

// Close closes the connections.
func (s *Store) Close() {
	s.client.Close()
	s.transport.CloseIdleConnections()
}

// Ping checks that InfluxDB is reachable and healthy.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.server(ctx)
	return err
}

// server checks InfluxDB's health and returns its display name, with the
// version if it reports one.
func (s *Store) server(ctx context.Context) (string, error) {
	var health struct{ Status, Message, Version string }
	if err := s.request(ctx, http.MethodGet, s.service.ServerURL()+"health", nil, &health); err != nil {
		return "", s.wrap("check InfluxDB's health", err)
	}
	if health.Status != "pass" {
		return "", s.wrap("use InfluxDB", fmt.Errorf("it reports that it is unhealthy: %q", health.Message))
	}
	if health.Version == "" || health.Version == "unknown" {
		return "InfluxDB", nil
	}
	return "InfluxDB " + strings.TrimPrefix(health.Version, "v"), nil
}
