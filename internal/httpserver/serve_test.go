package httpserver

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestServeEndsWithItsContextAndAFreePortCanBeAskedFor(t *testing.T) {
	url, stop := serving(t, "")
	if status := get(t, url+"/-/healthy"); status != http.StatusOK {
		t.Errorf("/-/healthy gives %d", status)
	}
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
		t.Error("it still answers")
	}
}

func TestTheWebConfigurationRequiresAPassword(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("open sesame"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := serving(t, fmt.Sprintf("basic_auth_users:\n  prometheus: %s\n", hash))
	defer func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	if status := get(t, url+"/metrics"); status != http.StatusUnauthorized {
		t.Errorf("without a password: %d", status)
	}
	if status := get(t, strings.Replace(url, "://", "://prometheus:open%20sesame@", 1)+"/metrics"); status != http.StatusOK {
		t.Errorf("with the password: %d", status)
	}
}

func TestAMalformedWebConfigurationIsRefused(t *testing.T) {
	_, stop := serving(t, "tls_server_config: {cert_file: none.pem, key_file: none.key}\n")
	err := stop()
	if err == nil || !strings.Contains(err.Error(), "none.pem") {
		t.Errorf("got %v", err)
	}
}

// serving starts Serve on a free port with the given web configuration. stop
// ends it and returns what Serve returned.
func serving(t *testing.T, webConfig string) (url string, stop func() error) {
	t.Helper()
	path := ""
	if webConfig != "" {
		path = filepath.Join(t.TempDir(), "web.yml")
		if err := os.WriteFile(path, []byte(webConfig), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	healthy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "healthy\n") })
	go func() { ended <- Serve(ctx, listener, healthy, path, slog.New(slog.DiscardHandler)) }()
	return "http://" + listener.Addr().String(), func() error {
		cancel()
		return <-ended
	}
}

func get(t *testing.T, url string) (status int) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
