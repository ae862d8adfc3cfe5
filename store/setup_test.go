package store_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestSetupMakesADatabaseForMonthlyFigures(t *testing.T) {
	opts := store.Options(enginetest.SharedDatabase(t))
	s, bucket := open(t, opts), opts.Bucket
	for _, want := range []string{
		"InfluxDB: created database " + bucket + ", shard groups of 3640 days, no retention limit",
		"InfluxDB: database " + bucket + " is as it should be",
	} {
		got, err := s.Setup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("Setup says %q and not %q", got, want)
		}
		policies := influxQL(t, opts, fmt.Sprintf("SHOW RETENTION POLICIES ON %q", bucket))
		if !strings.Contains(policies, `"values":[["autogen","0s","87360h0m0s",1,true]]`) {
			t.Errorf("the retention policies are %s", policies)
		}
	}
}

func TestADatabaseThatDoesNotFitIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ create, want string }{
		"short shard groups": {
			`CREATE DATABASE %q`,
			`InfluxDB bucket %q has shard groups of 7 days, which is slow for monthly figures; name a bucket that does not exist and tidemark creates it with shard groups of 3640 days, or change this one while it is empty`,
		},
		"a retention limit": {
			`CREATE DATABASE %q WITH DURATION 1040w SHARD DURATION 520w`,
			`InfluxDB bucket %q deletes data older than 7280 days; remove its retention limit, or use another bucket`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			opts := store.Options(enginetest.SharedDatabase(t))
			bucket := opts.Bucket
			influxQL(t, opts, fmt.Sprintf(c.create, bucket))
			_, err := open(t, opts).Setup(t.Context())
			refused(t, err, fmt.Sprintf(c.want, bucket))
		})
	}
}

func TestAnExistingDatabaseWithTenYearShardsIsAccepted(t *testing.T) {
	opts := store.Options(enginetest.SharedDatabase(t))
	influxQL(t, opts, fmt.Sprintf(`CREATE DATABASE %q WITH SHARD DURATION 3650d`, opts.Bucket))
	if _, err := open(t, opts).Setup(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestADatabaseNameThatInfluxDBRefusesIsAnError(t *testing.T) {
	_, err := open(t, store.Options{URL: enginetest.SharedDatabase(t).URL, Bucket: "a/b"}).Setup(t.Context())
	refused(t, err, `InfluxDB refused CREATE DATABASE "a/b" WITH DURATION INF SHARD DURATION 520w NAME "autogen": invalid name`)
}

// bucketAPI answers as the documentation of InfluxDB 2.x says
// (docs.influxdata.com/influxdb/v2/api: /health, /api/v2/orgs and
// /api/v2/buckets; an empty list for a missing bucket). It is used for what a
// real 2.x cannot be made to do in a test, such as another client creating the
// bucket first. Whether 2.x follows the documentation is tested in
// bucket_test.go.
type bucketAPI struct {
	buckets []map[string]any
	made    []json.RawMessage // bodies of POST /api/v2/buckets
	raced   map[string]any    // created by somebody else just before our POST
}

func (a *bucketAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	query := r.URL.Query()
	switch {
	case r.URL.Path == "/health":
		answer(200, map[string]any{"name": "influxdb", "status": "pass", "version": "v2.7.11"})
	case r.Header.Get("Authorization") != "Token t0ken":
		answer(401, map[string]any{"code": "unauthorized", "message": "unauthorized access"})
	case query.Has("org") && query.Get("org") != "city":
		answer(404, map[string]any{"code": "not found", "message": fmt.Sprintf("organization name %q not found", query.Get("org"))})
	case r.URL.Path == "/api/v2/orgs":
		answer(200, map[string]any{"orgs": []any{map[string]any{"id": "0a0b", "name": "city"}}})
	case r.URL.Path == "/api/v2/buckets" && r.Method == http.MethodGet:
		found := []any{}
		for _, b := range a.buckets {
			if !query.Has("name") || b["name"] == query.Get("name") {
				found = append(found, b)
			}
		}
		answer(200, map[string]any{"buckets": found[:min(20, len(found))]}) // a page
	case r.URL.Path == "/api/v2/buckets" && r.Method == http.MethodPost && a.raced != nil:
		a.buckets, a.raced = append(a.buckets, a.raced), nil
		answer(422, map[string]any{"code": "conflict", "message": "bucket with name figures already exists"})
	case r.URL.Path == "/api/v2/buckets" && r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		a.made = append(a.made, body)
		var b map[string]any
		_ = json.Unmarshal(body, &b)
		a.buckets = append(a.buckets, b)
		answer(201, b)
	default:
		answer(404, map[string]any{"code": "not found", "message": "path not found"})
	}
}

func (a *bucketAPI) setup(t *testing.T, change func(*store.Options)) (string, error) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	opts := store.Options{URL: server.URL, Token: "t0ken", Org: "city", Bucket: "figures"}
	if change != nil {
		change(&opts)
	}
	return open(t, opts).Setup(t.Context())
}

// others are so many that figures is not on the first page of a list.
func others() (list []map[string]any) {
	for i := range 30 {
		list = append(list, map[string]any{"name": fmt.Sprintf("bucket%d", i), "retentionRules": []any{}})
	}
	return list
}

func bucket(every, shard int64) map[string]any {
	return map[string]any{"name": "figures", "retentionRules": []any{
		map[string]any{"type": "expire", "everySeconds": every, "shardGroupDurationSeconds": shard}}}
}

func TestSetupMakesABucketByTheContractOfInfluxDB2(t *testing.T) {
	api := &bucketAPI{buckets: others()}
	for _, want := range []string{
		"InfluxDB 2.7.11: created bucket figures, shard groups of 3640 days, no retention limit",
		"InfluxDB 2.7.11: bucket figures is as it should be",
	} {
		got, err := api.setup(t, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("Setup says %q and not %q", got, want)
		}
	}
	const want = `{"name":"figures","orgID":"0a0b","retentionRules":[{"everySeconds":0,"shardGroupDurationSeconds":314496000}]}`
	if len(api.made) != 1 || strings.TrimSpace(string(api.made[0])) != want {
		t.Errorf("what was made: %s", api.made)
	}
}

func TestABucketThatSomebodyElseCreatesFirstIsVerified(t *testing.T) {
	got, err := (&bucketAPI{raced: bucket(0, 314496000)}).setup(t, nil)
	if err != nil || got != "InfluxDB 2.7.11: bucket figures is as it should be" {
		t.Error(got, err)
	}
}

func TestSetupSaysWhatIsWrongOnInfluxDB2(t *testing.T) {
	for name, c := range map[string]struct {
		buckets []map[string]any
		change  func(*store.Options)
		want    string
	}{
		"a retention limit": {[]map[string]any{bucket(2592000, 314496000)}, nil,
			`InfluxDB bucket "figures" deletes data older than 30 days; remove its retention limit, or use another bucket`},
		"short shard groups": {[]map[string]any{bucket(0, 604800)}, nil,
			`InfluxDB bucket "figures" has shard groups of 7 days, which is slow for monthly figures; name a bucket that does not exist and tidemark creates it with shard groups of 3640 days, or change this one while it is empty`},
		"a wrong token": {nil, func(o *store.Options) { o.Token = "another" },
			`could not list InfluxDB's buckets: InfluxDB answers 401: unauthorized access (check the InfluxDB token)`},
		"an unknown organisation": {nil, func(o *store.Options) { o.Org = "town" },
			`InfluxDB has no organisation "town"; name the one that owns the bucket, or create it: influx org create --name "town"`},
		"no organisation": {nil, func(o *store.Options) { o.Org = "" },
			`the InfluxDB organisation has no name; name the one that owns the bucket`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&bucketAPI{buckets: c.buckets}).setup(t, c.change)
			refused(t, err, c.want)
		})
	}
}

func TestAnUnhealthyInfluxDBIsUnavailable(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"name":"influxdb","status":"fail","message":"the disk is full"}`)
	}))
	defer server.Close()
	err := open(t, store.Options{URL: server.URL, Bucket: "b"}).Ping(t.Context())
	refused(t, err, "could not check InfluxDB's health: InfluxDB answers 503: the disk is full")
}
