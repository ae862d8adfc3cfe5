package deploy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func startAlertmanager(t *testing.T, config string) string {
	t.Helper()
	return enginetest.Alertmanager(t, config, "--data.retention=192h").URL()
}

func startPrometheus(t *testing.T, config string) string {
	t.Helper()
	return enginetest.Prometheus(t, config, "--rules.alert.resend-delay=1s").URL()
}

// change is a replacement in a file of the deployment.
type change struct{ old, new string } // old is a regular expression

// copied copies a directory of the deployment with changes to every file and
// returns the copy.
func copied(t *testing.T, dir string, changes ...change) string {
	t.Helper()
	target := t.TempDir()
	if err := os.CopyFS(target, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(target, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, c := range changes {
			text = regexp.MustCompile(c.old).ReplaceAll(text, []byte(c.new))
		}
		return os.WriteFile(path, text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// atOnce are changes to Alertmanager's directory that make it send everything
// at once, at any time of day and on any day.
var atOnce = []change{
	{`group_wait: \S+`, "group_wait: 0s"},
	{`group_interval: \S+`, "group_interval: 1s"},
	{`(active|mute)_time_intervals: .*`, ""},
	{`source_matchers: \[alertname="TidemarkDayOff"\]`, `source_matchers: [alertname="OnAnyDay"]`},
}

// inbox is a server that keeps what is posted to it.
type inbox struct {
	url      string
	messages chan []byte
}

func newInbox(t *testing.T) *inbox {
	in := &inbox{messages: make(chan []byte, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		in.messages <- body
	}))
	t.Cleanup(server.Close)
	in.url = server.URL
	return in
}

// secrets creates a directory in which the addresses of all receivers point to
// the inbox, and the change that makes Alertmanager read them there.
func (in *inbox) secrets(t *testing.T) change {
	t.Helper()
	dir := t.TempDir()
	for _, audience := range []string{"officials", "operators"} {
		for _, channel := range []string{"webhook", "wecom", "dingtalk", "feishu"} {
			name := filepath.Join(dir, audience+"-"+channel+"-url")
			if err := os.WriteFile(name, []byte(in.url+"/"+audience+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return change{`/etc/alertmanager/secrets`, dir}
}

// next waits for a message that satisfies is.
func (in *inbox) next(t *testing.T, is func(message string) bool) string {
	t.Helper()
	var passed []string
	for {
		select {
		case m := <-in.messages:
			if is(string(m)) {
				return string(m)
			}
			passed = append(passed, string(m))
		case <-time.After(patience):
			t.Fatalf("the message did not arrive; others were\n%s", strings.Join(passed, "\n"))
		}
	}
}

// alert is what is posted to Alertmanager.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// held is Alertmanager's description of an alert.
type held struct {
	Labels    map[string]string `json:"labels"`
	Receivers []struct {
		Name string `json:"name"`
	} `json:"receivers"`
	Status struct {
		InhibitedBy []string `json:"inhibitedBy"`
	} `json:"status"`
}

func post(t *testing.T, url string, alerts ...alert) {
	t.Helper()
	body, err := json.Marshal(alerts)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		t.Fatalf("posting alerts: %s: %s", resp.Status, answer)
	}
}

// ask decodes the answer to a GET.
func ask(t *testing.T, url string, answer any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		t.Fatalf("%s: %s: %v", url, resp.Status, err)
	}
}

// patience is how long a test waits for what a real server does at some time. It is
// long because a machine in use may be slow; only a test that fails waits for so long.
const patience = 3 * time.Minute

// await repeats the check until it succeeds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("%s: not within %s", what, patience)
		case <-tick.C:
		}
	}
}
