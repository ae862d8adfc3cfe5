package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// shardGroup is how much time one shard group covers. Figures are monthly, so
// the default of seven days would put each into a shard of its own.
const shardGroup = 520 * 7 * 24 * time.Hour

// shortest is the minimum duration of the shard groups of an existing bucket.
const shortest = shardGroup / 2

// policy is how long a bucket keeps its points and how it divides them.
type policy struct {
	retention time.Duration // 0: forever
	shard     time.Duration // 0: not reported by InfluxDB
}

// Setup creates the bucket with long shard groups and without a retention
// limit, or verifies that an existing one is like that; it returns what it
// found or did. It works on InfluxDB 2.x (bucket API) and 1.8 (which has none:
// InfluxQL). It is safe to call it again or concurrently. Lasting reports
// which of its errors persist.
func (s *Store) Setup(ctx context.Context) (string, error) {
	server, err := s.server(ctx)
	if err != nil {
		return "", err
	}
	find, create, what, err := s.keeper(ctx)
	if err != nil {
		return "", err
	}
	found, err := find(ctx)
	if err != nil {
		return "", err
	}
	if found == nil {
		made, err := create(ctx)
		if err != nil {
			return "", err
		}
		if made {
			return fmt.Sprintf("%s: created %s %s, shard groups of %s, no retention limit", server, what, s.opts.Bucket, inDays(shardGroup)), nil
		}
		// It was created concurrently, or it is hidden.
		if found, err = find(ctx); err != nil {
			return "", err
		}
		if found == nil {
			return "", s.hidden()
		}
	}
	if err := s.verifyPolicy(*found); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s %s is as it should be", server, what, s.opts.Bucket), nil
}

// Use is the purpose for which a bucket is verified.
type Use int

// The uses of the figures.
const (
	ToRead  Use = iota // only read them
	ToWrite            // also write them
)

// Verify checks that the bucket is as Setup creates it, and creates nothing.
// What the token may not see is not an error as long as the token is
// sufficient for the use. Lasting reports which of its errors persist.
func (s *Store) Verify(ctx context.Context, use Use) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	find, _, _, err := s.keeper(ctx)
	if err != nil {
		return err
	}
	found, err := find(ctx)
	var away *UnavailableError
	if err != nil && !(errors.As(err, &away) && away.StatusCode == http.StatusForbidden) { // how 1.8 hides a policy
		return err
	}
	if found != nil {
		if err := s.verifyPolicy(*found); err != nil {
			return err
		}
	} else if err := s.tryRead(ctx); err != nil {
		return err
	}
	if use == ToWrite {
		return s.tryWrite(ctx)
	}
	return nil
}

// tryRead runs a query with a minimal result.
func (s *Store) tryRead(ctx context.Context) error {
	flux := fmt.Sprintf("from(bucket: %s)\n  |> range(start: %s, stop: %s)\n  |> limit(n: 1)",
		fluxString(s.opts.Bucket), beginning.Format(time.RFC3339), beginning.Add(time.Second).Format(time.RFC3339))
	return s.wrap("read from InfluxDB", s.query(ctx, flux, func(*table) error { return nil }))
}

// tryWrite sends a comment, which InfluxDB accepts if the token may write and
// the bucket exists, and which stores nothing.
func (s *Store) tryWrite(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	err := s.writer.WriteRecord(ctx, "# may this token write?")
	if refusal(err) != nil {
		return nil // it has parsed what was sent, so access was granted
	}
	return s.wrap("write to InfluxDB", err)
}

// keeper returns functions that find and create the bucket through the API
// that this InfluxDB has: its buckets (2.x) or InfluxQL (1.8). find returns
// nil for a bucket that is missing or hidden; create returns false if the name
// is taken.
func (s *Store) keeper(ctx context.Context) (find func(context.Context) (*policy, error), create func(context.Context) (made bool, err error), what string, err error) {
	// The version is unreliable: an influxd built from its module calls itself
	// "unknown". The request names nothing, so "not found" can only mean that
	// the API does not exist.
	err = s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"buckets?limit=1", nil, &domain.Buckets{})
	switch {
	case status(err) == http.StatusNotFound:
		return s.findDatabase, s.makeDatabase, "database", nil
	case err != nil:
		return nil, nil, "", s.wrap("list InfluxDB's buckets", err)
	case s.opts.Org == "":
		return nil, nil, "", errors.New("the InfluxDB organisation has no name; name the one that owns the bucket")
	}
	return s.findBucket, s.makeBucket, "bucket", nil
}

// verifyPolicy refuses a bucket that would delete figures, or that would be
// slow for them.
func (s *Store) verifyPolicy(p policy) error {
	if p.retention != 0 {
		return fmt.Errorf("InfluxDB bucket %q deletes data older than %s; remove its retention limit, or use another bucket", s.opts.Bucket, inDays(p.retention))
	}
	if p.shard != 0 && p.shard < shortest {
		return fmt.Errorf("InfluxDB bucket %q has shard groups of %s, which is slow for monthly figures; name a bucket that does not exist and tidemark creates it with shard groups of %s, or change this one while it is empty", s.opts.Bucket, inDays(p.shard), inDays(shardGroup))
	}
	return nil
}

func inDays(d time.Duration) string {
	if days := d / (24 * time.Hour); days*24*time.Hour == d {
		return fmt.Sprintf("%d days", days)
	}
	return d.String()
}

// request calls one of InfluxDB's JSON APIs.
func (s *Store) request(ctx context.Context, method, address string, question, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	body := new(bytes.Buffer)
	if question != nil {
		if err := json.NewEncoder(body).Encode(question); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	failed := s.service.DoHTTPRequest(req, nil, func(resp *http.Response) error {
		defer func() { _ = resp.Body.Close() }() // only read from
		return json.NewDecoder(resp.Body).Decode(answer)
	})
	if failed != nil { // a nil *Error is not a nil error
		return failed
	}
	return nil
}
