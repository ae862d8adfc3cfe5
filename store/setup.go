package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// shardGroup is how much time one shard group covers. Figures are monthly,
// so seven days, the default, would put each into a shard of its own.
const shardGroup = 520 * 7 * 24 * time.Hour

// shortest is what a shard group of a bucket made by others must cover.
const shortest = shardGroup / 2

// Setup makes the bucket with long shard groups and without a retention
// limit, or verifies that it is so: it says what it found or did. It works
// on InfluxDB 2.x (bucket API) and 1.8 (which has none: InfluxQL). Calling
// it again, or from two places at once, does no harm.
func (s *Store) Setup(ctx context.Context) (string, error) {
	server, err := s.server(ctx)
	if err != nil {
		return "", err
	}
	// The version can not be relied on: an influxd built from its module
	// calls itself "unknown".
	buckets, err := s.hasBuckets(ctx)
	switch {
	case err != nil:
		return "", err
	case buckets:
		return s.setupBucket(ctx, server)
	}
	return s.setupDatabase(ctx, server)
}

// hasBuckets tells 2.x, which has a bucket API, from 1.8. It asks for
// nothing by name, so that "not found" can mean one thing only.
func (s *Store) hasBuckets(ctx context.Context) (bool, error) {
	err := s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"buckets?limit=1", nil, &domain.Buckets{})
	if status(err) == http.StatusNotFound {
		return false, nil
	}
	return err == nil, s.wrap("ask InfluxDB for its buckets", err)
}

// setupBucket speaks to InfluxDB 2.x.
func (s *Store) setupBucket(ctx context.Context, server string) (string, error) {
	if s.opts.Org == "" {
		return "", errors.New("the InfluxDB organisation has no name; name the one that owns the bucket")
	}
	bucket, err := s.findBucket(ctx)
	if err != nil {
		return "", err
	}
	if bucket == nil {
		if bucket, err = s.makeBucket(ctx); err != nil {
			return "", err
		}
		if bucket != nil {
			return s.made(server, "bucket"), nil
		}
		// Somebody else has made it in between.
		if bucket, err = s.findBucket(ctx); err != nil {
			return "", err
		}
		if bucket == nil {
			return "", fmt.Errorf("InfluxDB has a bucket %q and does not show it; check the organisation and what the token may read", s.opts.Bucket)
		}
	}
	for _, rule := range bucket.RetentionRules {
		shard := int64(0)
		if rule.ShardGroupDurationSeconds != nil {
			shard = *rule.ShardGroupDurationSeconds
		}
		if err := s.verifyPolicy(time.Duration(rule.EverySeconds)*time.Second, time.Duration(shard)*time.Second); err != nil {
			return "", err
		}
	}
	return s.found(server, "bucket"), nil
}

// findBucket asks for the bucket by its name, because lists come in pages;
// nil when there is none.
func (s *Store) findBucket(ctx context.Context) (*domain.Bucket, error) {
	var list domain.Buckets
	query := url.Values{"org": {s.opts.Org}, "name": {s.opts.Bucket}}.Encode()
	err := s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"buckets?"+query, nil, &list)
	if err != nil {
		return nil, s.wrap(fmt.Sprintf("look for the InfluxDB bucket %q", s.opts.Bucket), err)
	}
	if list.Buckets != nil {
		for i, b := range *list.Buckets {
			if b.Name == s.opts.Bucket {
				return &(*list.Buckets)[i], nil
			}
		}
	}
	return nil, nil
}

// makeBucket gives nil when there is a bucket of this name already.
func (s *Store) makeBucket(ctx context.Context) (*domain.Bucket, error) {
	var orgs domain.Organizations
	query := url.Values{"org": {s.opts.Org}}.Encode()
	err := s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"orgs?"+query, nil, &orgs)
	if err != nil {
		return nil, s.wrap(fmt.Sprintf("find the InfluxDB organisation %q", s.opts.Org), err)
	}
	if orgs.Orgs == nil || len(*orgs.Orgs) == 0 || (*orgs.Orgs)[0].Id == nil {
		return nil, fmt.Errorf("InfluxDB shows no organisation %q; check its name and what the token may read", s.opts.Org)
	}
	seconds := int64(shardGroup / time.Second)
	rules := domain.RetentionRules{{EverySeconds: 0, ShardGroupDurationSeconds: &seconds}}
	body := domain.PostBucketRequest{Name: s.opts.Bucket, OrgID: *(*orgs.Orgs)[0].Id, RetentionRules: &rules}
	bucket := new(domain.Bucket)
	err = s.request(ctx, http.MethodPost, s.service.ServerAPIURL()+"buckets", body, bucket)
	if status(err) == http.StatusUnprocessableEntity { // 2.x says so when the name is taken
		return nil, nil
	}
	return bucket, s.wrap(fmt.Sprintf("make the InfluxDB bucket %q", s.opts.Bucket), err)
}

// verifyPolicy refuses a bucket that would forget figures, or that would be
// slow for them. A shard group of 0 is one that InfluxDB does not tell.
func (s *Store) verifyPolicy(retention, shard time.Duration) error {
	if retention != 0 {
		return fmt.Errorf("InfluxDB bucket %q forgets what is older than %s; take its retention limit away, or give tidemark another bucket", s.opts.Bucket, inDays(retention))
	}
	if shard != 0 && shard < shortest {
		return fmt.Errorf("InfluxDB bucket %q has shard groups of %s, which makes monthly figures slow; give tidemark a bucket that is not there yet and it makes one with %s, or alter this one while it is empty", s.opts.Bucket, inDays(shard), inDays(shardGroup))
	}
	return nil
}

func inDays(d time.Duration) string {
	if days := d / (24 * time.Hour); days*24*time.Hour == d {
		return fmt.Sprintf("%d days", days)
	}
	return d.String()
}

func (s *Store) made(server, what string) string {
	return fmt.Sprintf("%s: made %s %s, shard groups of %s, no retention limit", server, what, s.opts.Bucket, inDays(shardGroup))
}

func (s *Store) found(server, what string) string {
	return fmt.Sprintf("%s: %s %s is as it should be", server, what, s.opts.Bucket)
}

// setupDatabase speaks to InfluxDB 1.8.
func (s *Store) setupDatabase(ctx context.Context, server string) (string, error) {
	db := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s.opts.Bucket) + `"`
	rows, err := s.influxQL(ctx, "SHOW DATABASES")
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row["name"] == s.opts.Bucket {
			return s.verifyDatabase(ctx, server, db)
		}
	}
	weeks := shardGroup / (7 * 24 * time.Hour)
	create := fmt.Sprintf("CREATE DATABASE %s WITH DURATION INF SHARD DURATION %dw NAME \"autogen\"", db, weeks)
	if _, err := s.influxQL(ctx, create); err != nil {
		return "", err
	}
	return s.made(server, "database"), nil
}

func (s *Store) verifyDatabase(ctx context.Context, server, db string) (string, error) {
	rows, err := s.influxQL(ctx, "SHOW RETENTION POLICIES ON "+db)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row["default"] != true {
			continue // figures go to the default policy only
		}
		retention, err := time.ParseDuration(fmt.Sprint(row["duration"]))
		if err != nil {
			return "", fmt.Errorf("InfluxDB's retention %v: %w", row["duration"], err)
		}
		shard, err := time.ParseDuration(fmt.Sprint(row["shardGroupDuration"]))
		if err != nil {
			return "", fmt.Errorf("InfluxDB's shard group duration %v: %w", row["shardGroupDuration"], err)
		}
		if err := s.verifyPolicy(retention, shard); err != nil {
			return "", err
		}
	}
	return s.found(server, "database"), nil
}

// influxQL runs one InfluxQL statement and gives its rows by column name.
func (s *Store) influxQL(ctx context.Context, statement string) ([]map[string]any, error) {
	var answer struct {
		Results []struct {
			Error  string
			Series []struct {
				Columns []string
				Values  [][]any
			}
		}
	}
	address := s.service.ServerURL() + "query?" + url.Values{"q": {statement}}.Encode()
	if err := s.request(ctx, http.MethodPost, address, nil, &answer); err != nil {
		return nil, s.wrap("run "+statement, err)
	}
	var rows []map[string]any
	for _, result := range answer.Results {
		if result.Error != "" {
			return nil, fmt.Errorf("InfluxDB refused %s: %s", statement, result.Error)
		}
		for _, series := range result.Series {
			for _, values := range series.Values {
				row := map[string]any{}
				for i, column := range series.Columns[:min(len(values), len(series.Columns))] {
					row[column] = values[i]
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// request asks one of InfluxDB's APIs that speak JSON.
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
