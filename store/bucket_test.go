//go:build influx2

// Tests of what only InfluxDB 2.x has, on the server named by the environment:
//
//	deploy/influxdb2/run go test -tags influx2 ./store

package store_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// ask calls the API of InfluxDB 2.x with the operator token.
func ask(t *testing.T, opts store.Options, method, path string, question, answer any) {
	t.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	text := exchange(t, opts, method, "/api/v2/"+path, bytes.NewReader(body))
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			t.Fatal(err)
		}
	}
}

// orgOf returns the id of the organisation.
func orgOf(t *testing.T, opts store.Options) string {
	t.Helper()
	var list struct{ Orgs []struct{ ID string } }
	ask(t, opts, http.MethodGet, "orgs?org="+opts.Org, nil, &list)
	return list.Orgs[0].ID
}

// made creates the bucket with the given policy and returns its id.
func made(t *testing.T, opts store.Options, every, shard int64) string {
	t.Helper()
	var b struct{ ID string }
	ask(t, opts, http.MethodPost, "buckets", map[string]any{"orgID": orgOf(t, opts), "name": opts.Bucket,
		"retentionRules": []any{map[string]any{"type": "expire", "everySeconds": every, "shardGroupDurationSeconds": shard}}}, &b)
	return b.ID
}

const tenYears = 520 * 7 * 24 * 60 * 60

// limited returns a token that is limited to these actions on the bucket.
func limited(t *testing.T, opts store.Options, bucket string, actions ...string) string {
	t.Helper()
	org := orgOf(t, opts)
	var permissions []any
	for _, action := range actions {
		permissions = append(permissions, map[string]any{"action": action, "resource": map[string]any{"type": "buckets", "id": bucket, "orgID": org}})
	}
	var token struct{ Token string }
	ask(t, opts, http.MethodPost, "authorizations", map[string]any{"orgID": org, "permissions": permissions}, &token)
	return token.Token
}

func TestSetupMakesABucketOnAFreshInfluxDB2(t *testing.T) {
	opts := store.Options(enginetest.SharedInflux(t))
	for _, want := range []string{
		": created bucket " + opts.Bucket + ", shard groups of 3640 days, no retention limit",
		": bucket " + opts.Bucket + " is as it should be",
	} {
		got, err := open(t, opts).Setup(t.Context())
		if err != nil || !strings.HasPrefix(got, "InfluxDB 2.") || !strings.HasSuffix(got, want) {
			t.Errorf("Setup says %q, %v", got, err)
		}
	}
}

// calls2 are the calls that check a bucket before it is used.
var calls2 = map[string]func(*testing.T, *store.Store) error{
	"init":     func(t *testing.T, s *store.Store) error { _, err := s.Setup(t.Context()); return err },
	"ingest":   func(t *testing.T, s *store.Store) error { return s.Verify(t.Context(), store.ToWrite) },
	"exporter": func(t *testing.T, s *store.Store) error { return s.Verify(t.Context(), store.ToRead) },
}

func TestABucketOfInfluxDB2IsVerifiedForItsUse(t *testing.T) {
	const fine = ""
	for name, c := range map[string]struct {
		change                 func(t *testing.T, opts *store.Options)
		init, ingest, exporter string // what the errors say
	}{
		"a bucket as it should be": {func(t *testing.T, opts *store.Options) { made(t, *opts, 0, tenYears) }, fine, fine, fine},
		"a retention limit": {func(t *testing.T, opts *store.Options) { made(t, *opts, 10*tenYears, tenYears) },
			"remove its retention limit", "remove its retention limit", "remove its retention limit"},
		"seven-day shard groups": {func(t *testing.T, opts *store.Options) { made(t, *opts, 0, 7*24*60*60) },
			"has shard groups of 7 days", "has shard groups of 7 days", "has shard groups of 7 days"},
		"no bucket": {func(*testing.T, *store.Options) {}, fine, "run tidemark init", "run tidemark init"},
		"a wrong organisation": {func(t *testing.T, opts *store.Options) { made(t, *opts, 0, tenYears); opts.Org = "town" },
			`InfluxDB has no organisation "town"; name the one`, "check organisation and bucket", "check organisation and bucket"},
		"a wrong token": {func(t *testing.T, opts *store.Options) { made(t, *opts, 0, tenYears); opts.Token = "another" },
			"check the InfluxDB token", "check the InfluxDB token", "check the InfluxDB token"},
		"a token that may read and write": {func(t *testing.T, opts *store.Options) {
			opts.Token = limited(t, *opts, made(t, *opts, 0, tenYears), "read", "write")
		}, fine, fine, fine},
		"a read-only token": {func(t *testing.T, opts *store.Options) {
			opts.Token = limited(t, *opts, made(t, *opts, 0, tenYears), "read")
		}, fine, "check the InfluxDB token", fine},
		"a write-only token": {func(t *testing.T, opts *store.Options) {
			opts.Token = limited(t, *opts, made(t, *opts, 0, tenYears), "write")
		}, "does not show bucket", "that the token may read the bucket", "that the token may read the bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			for called, want := range map[string]string{"ingest": c.ingest, "exporter": c.exporter, "init": c.init} {
				opts := store.Options(enginetest.SharedInflux(t))
				c.change(t, &opts)
				err := calls2[called](t, open(t, opts))
				switch {
				case want == fine && err != nil:
					t.Errorf("%s says %v", called, err)
				case want != fine && (err == nil || !strings.Contains(err.Error(), want)):
					t.Errorf("%s says %v and not %q", called, err, want)
				case want != fine && !store.Lasting(err):
					t.Errorf("%s would retry a lasting error: %v", called, err)
				}
			}
		})
	}
}

func TestABucketThatIsDeletedWhileInUseIsReportedWithAFix(t *testing.T) {
	opts := store.Options(enginetest.SharedInflux(t))
	id := made(t, opts, 0, tenYears)
	s := open(t, opts)
	write(t, s, vintage("gdp", figure.Year(2022), 1))
	ask(t, opts, http.MethodDelete, "buckets/"+id, nil, nil)
	for _, called := range []string{"Write", "Vintages", "Poll"} {
		err := calls[called](t.Context(), s)
		if err == nil || !strings.Contains(err.Error(), "check organisation and bucket") || !strings.Contains(err.Error(), "run tidemark init") {
			t.Errorf("%s says %v", called, err)
		}
	}
}

func TestVerifyingLeavesNothing(t *testing.T) {
	opts := empty(t)
	if err := open(t, opts).Verify(t.Context(), store.ToWrite); err != nil {
		t.Fatal(err)
	}
	check(t, read(t, open(t, opts), store.Selection{}))
}
