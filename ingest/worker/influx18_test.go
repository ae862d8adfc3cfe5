package worker

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// influxQL has an InfluxDB 1.8 run a statement.
func influxQL(t testing.TB, influx, token, statement string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, influx+"/query?"+url.Values{"q": {statement}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Token "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(body), `"error"`) {
		t.Fatalf("%s: %s %s %v", statement, resp.Status, body, err)
	}
}

func TestAnInfluxDBWithUsersTakesFiguresOfOneWhoMayReadAndWrite(t *testing.T) {
	t.Parallel()
	influx := enginetest.Influx(t, enginetest.Authenticated).URL()
	influxQL(t, influx, "", `CREATE USER admin WITH PASSWORD 'p:ss' WITH ALL PRIVILEGES`)
	s := newSiteIn(t, enginetest.NATS(t).ClientURL(), enginetest.Bucket{URL: influx, Token: "admin:p:ss", Bucket: "figures"})
	influxQL(t, influx, s.Token, `CREATE USER worker WITH PASSWORD 'w0rker'`)
	influxQL(t, influx, s.Token, `GRANT ALL ON figures TO worker`)

	s.Token = "worker:wrong"
	s.wantNoStart("could not run SHOW DATABASES: InfluxDB answers 401: Unauthorized (check the InfluxDB token)")
	s.Token = "worker:w0rker"
	want := s.publishYear(2023)
	w := s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), want...)
	w.stop()

	// Without the permissions a worker does not start until they are granted again.
	influxQL(t, influx, "admin:p:ss", `REVOKE ALL ON figures FROM worker`)
	s.wantNoStart("could not read from InfluxDB: InfluxDB answers 500: ")
	influxQL(t, influx, "admin:p:ss", `GRANT READ ON figures TO worker`)
	s.wantNoStart("could not write to InfluxDB: InfluxDB answers 403")
	influxQL(t, influx, "admin:p:ss", `GRANT ALL ON figures TO worker`)
	w = s.startWorker()
	<-w.Ready()
	influxQL(t, influx, "admin:p:ss", `REVOKE ALL ON figures FROM worker`)
	want = append(want, s.publishYear(2024)...)
	s.Await("the worker tries again", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) >= 2 })
	influxQL(t, influx, "admin:p:ss", `GRANT ALL ON figures TO worker`)
	s.Idle()
	ingesttest.WantLines(t, s.Values(), want...)
	if n := len(s.Rejects()); n != 0 {
		t.Errorf("%d rejects", n)
	}
	s.WantBalance()
}

// wantNoStart asserts that a worker ends with an error that begins so.
func (s *site) wantNoStart(want string) {
	s.T.Helper()
	ctx, cancel := context.WithTimeout(s.Ctx, time.Minute)
	defer cancel()
	w := s.newWorker(s.Conn, s.Influx)
	err := w.Run(ctx)
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		s.T.Errorf("got  %v\nwant %s\n%s", err, want, w.log)
	}
}

// A bucket that begins to forget while a worker runs, as InfluxDB 1.8 and one
// of the first of 2.x answer. A worker does not start on one.
func TestOnlyWhatABucketForgetsAlreadyIsRejected(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"as 1.8 says so": http.StatusBadRequest, "as early 2.0 says so": http.StatusInternalServerError} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSiteIn(t, enginetest.NATS(t).ClientURL(), enginetest.SharedDatabase(t))
			proxy := enginetest.Proxy(t, s.Influx)
			proxy.Disguise(http.StatusBadRequest, status)
			direct := s.Influx
			s.Influx = proxy.URL()
			w := s.startWorker()
			<-w.Ready()
			influxQL(t, direct, "", `ALTER RETENTION POLICY autogen ON "`+s.Bucket+`" DURATION 530w`)
			var old, young []uint64
			for _, year := range []string{"2005", "2024", "2006", "2025"} {
				seq := s.publishFor("both", ingesttest.Container(year+"-03", "280"))
				if year < "2010" {
					old = append(old, seq)
				} else {
					young = append(young, seq)
				}
			}
			s.Idle()
			got := s.Receipts("both")
			for _, seq := range old {
				if got[seq] != ingest.Refused {
					t.Errorf("message %d is %s", seq, got[seq])
				}
			}
			for _, seq := range young {
				if got[seq] != ingest.Written {
					t.Errorf("message %d is %s", seq, got[seq])
				}
			}
			ingesttest.WantLines(t, s.Values(), "2024-03 2800000", "2025-03 2800000")
			for _, r := range s.Rejects() {
				if r.Problem.Code != "store/refused" || !strings.Contains(r.Problem.Reason, "points beyond retention policy") {
					t.Errorf("rejected because %s", r.Problem.Error())
				}
			}
			if up := testutil.ToFloat64(w.metrics.influxUp); up != 1 {
				t.Errorf("influxdb_up is %v", up)
			}
			s.WantBalance()
			s.wantNoStart(`InfluxDB bucket "` + s.Bucket + `" deletes data older than `)
		})
	}
}
