package store

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// findBucket returns the bucket's policy on InfluxDB 2.x. It asks by name,
// because lists are paginated. 2.x answers 404 if there is no such bucket or
// organisation, and an empty list if the token may not read the bucket; both
// give nil here.
func (s *Store) findBucket(ctx context.Context) (*policy, error) {
	var list domain.Buckets
	query := url.Values{"org": {s.opts.Org}, "name": {s.opts.Bucket}}.Encode()
	err := s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"buckets?"+query, nil, &list)
	switch {
	case status(err) == http.StatusNotFound:
		return nil, nil
	case err != nil:
		return nil, s.wrap(fmt.Sprintf("look up the InfluxDB bucket %q", s.opts.Bucket), err)
	case list.Buckets == nil:
		return nil, nil
	}
	for _, b := range *list.Buckets {
		if b.Name != s.opts.Bucket {
			continue
		}
		p := new(policy)
		for _, rule := range b.RetentionRules {
			p.retention = time.Duration(rule.EverySeconds) * time.Second
			if rule.ShardGroupDurationSeconds != nil {
				p.shard = time.Duration(*rule.ShardGroupDurationSeconds) * time.Second
			}
		}
		return p, nil
	}
	return nil, nil
}

// makeBucket creates the bucket on InfluxDB 2.x. It does not create the
// organisation, whose name is more often mistyped than missing.
func (s *Store) makeBucket(ctx context.Context) (made bool, err error) {
	org, err := s.findOrg(ctx)
	if err != nil {
		return false, err
	}
	seconds := int64(shardGroup / time.Second)
	rules := domain.RetentionRules{{EverySeconds: 0, ShardGroupDurationSeconds: &seconds}}
	body := domain.PostBucketRequest{Name: s.opts.Bucket, OrgID: org, RetentionRules: &rules}
	err = s.request(ctx, http.MethodPost, s.service.ServerAPIURL()+"buckets", body, new(domain.Bucket))
	switch status(err) {
	case http.StatusUnprocessableEntity: // the name is taken
		return false, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return false, fmt.Errorf("InfluxDB has no bucket %q in organisation %q, and this token may not create one; run tidemark init with a token that may write the organisation's buckets",
			s.opts.Bucket, s.opts.Org)
	}
	return err == nil, s.wrap(fmt.Sprintf("create the InfluxDB bucket %q", s.opts.Bucket), err)
}

// findOrg returns the id of the organisation.
func (s *Store) findOrg(ctx context.Context) (string, error) {
	var list domain.Organizations
	err := s.request(ctx, http.MethodGet, s.service.ServerAPIURL()+"orgs?"+url.Values{"org": {s.opts.Org}}.Encode(), nil, &list)
	switch {
	case status(err) == http.StatusNotFound:
		return "", fmt.Errorf("InfluxDB has no organisation %q; name the one that owns the bucket, or create it: influx org create --name %[1]q", s.opts.Org)
	case err != nil:
		return "", s.wrap(fmt.Sprintf("find the InfluxDB organisation %q", s.opts.Org), err)
	case list.Orgs != nil && len(*list.Orgs) > 0 && (*list.Orgs)[0].Id != nil:
		return *(*list.Orgs)[0].Id, nil
	}
	return "", s.hidden()
}

// hidden is the error for a bucket or organisation that InfluxDB 2.x has but
// does not show.
func (s *Store) hidden() error {
	return fmt.Errorf("InfluxDB does not show bucket %q of organisation %q to this token; use a token of this organisation that may read and write the bucket or, to create the bucket, one that may read the organisation and write its buckets",
		s.opts.Bucket, s.opts.Org)
}
