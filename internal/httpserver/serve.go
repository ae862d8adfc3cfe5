// Package httpserver serves HTTP in the same way for every server of tidemark: with
// TLS and passwords from a web configuration, and with deadlines for clients
// that are slow to send a request or to read an answer.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// Serve answers requests on the listener with the handler until ctx is done,
// then lets running requests finish. webConfig is the path of an
// exporter-toolkit web configuration (TLS, basic auth; see
// github.com/prometheus/exporter-toolkit), or empty.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, webConfig string, log *slog.Logger) error {
	const patience = 5 * time.Second // for running requests
	server := &http.Server{Handler: Usual.Handler(handler), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 256 << 10}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		err := server.Shutdown(grace)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		stopped <- err
	})
	err := toolkit.Serve(listener, server, &toolkit.FlagConfig{WebConfigFile: &webConfig}, log)
	if !stop() && errors.Is(err, http.ErrServerClosed) {
		return <-stopped
	}
	if err != nil {
		_ = listener.Close() // in case the web configuration was refused before the server took the listener
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}
