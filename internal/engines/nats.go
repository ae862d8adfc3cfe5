package engines

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// NATSOptions configure StartNATS.
type NATSOptions struct {
	// Dir holds the streams. It is created if missing; removing it is up to the
	// caller.
	Dir string
	// Listen is HOST:PORT for clients. Port 0 means a free one; empty means a
	// free one on 127.0.0.1.
	Listen string
	// DontListen disables the listener: only Connect reaches the server.
	DontListen bool
	// Logger, if not nil, receives the server's warnings and errors.
	Logger *slog.Logger
}

// NATS is a NATS server with JetStream inside this process.
type NATS struct {
	server *server.Server
	listen bool
	unlock func()
}

// natsReady is far more than the few milliseconds a start takes, because after
// a kill the server reads through its streams, which can be large.
const natsReady = time.Minute

// StartNATS starts the server and returns when it accepts connections.
func StartNATS(opts NATSOptions) (*NATS, error) {
	if opts.Dir == "" {
		return nil, errors.New("the NATS server needs a directory for its streams: NATSOptions.Dir is empty")
	}
	if opts.Listen == "" {
		opts.Listen = "127.0.0.1:0"
	}
	host, port, err := splitAddress(opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("address of the NATS server %q is not HOST:PORT: %w", opts.Listen, err)
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of the NATS server: %w", err)
	}
	// The server does not notice a second one in its directory, and both would
	// corrupt the streams.
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errors.New("still locked after 1s"))
	defer cancel()
	unlock, err := lockDir(ctx, opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("another NATS server runs in %s: %w; stop it, or choose another directory", opts.Dir, err)
	}
	srv, err := serve(opts, host, port)
	if err != nil {
		unlock()
		return nil, err
	}
	return &NATS{server: srv, listen: !opts.DontListen, unlock: unlock}, nil
}

func serve(opts NATSOptions, host string, port int) (*server.Server, error) {
	log := &natsLog{slog: opts.Logger}
	srv, err := server.NewServer(&server.Options{
		ServerName: "tidemark",
		Host:       host,
		Port:       port,
		DontListen: opts.DontListen,
		JetStream:  true,
		StoreDir:   opts.Dir,
		NoSigs:     true,
	})
	if err != nil {
		return nil, fmt.Errorf("starting the NATS server: %w", err)
	}
	srv.SetLoggerV2(log, false, false, false)
	go srv.Start()
	if err := awaitNATS(srv, log); err != nil {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, fmt.Errorf("starting the NATS server on %s with its streams in %s: %w", opts.Listen, opts.Dir, err)
	}
	return srv, nil
}

// awaitNATS returns when the server accepts connections, or with the server's
// reason for not doing so.
func awaitNATS(srv *server.Server, log *natsLog) error {
	deadline := time.Now().Add(natsReady)
	for !srv.ReadyForConnections(30 * time.Millisecond) {
		if err := log.fatal(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not ready within %s", natsReady)
		}
	}
	return nil
}

// ClientURL returns the address for clients, such as nats://127.0.0.1:4222, or
// "" when the server does not listen.
func (n *NATS) ClientURL() string {
	if !n.listen {
		return ""
	}
	addr, ok := n.server.Addr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	return "nats://" + dialable(addr.String())
}

// Connect opens a connection inside the process, without a socket or port.
func (n *NATS) Connect(opts ...nats.Option) (*nats.Conn, error) {
	opts = append([]nats.Option{nats.InProcessServer(n.server)}, opts...)
	nc, err := nats.Connect("", opts...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the NATS server in this process: %w", err)
	}
	return nc, nil
}

// Shutdown stops the server and waits until its streams are on disk. A second
// call has no effect.
func (n *NATS) Shutdown() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
	n.unlock()
}

func splitAddress(listen string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, err
	}
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("port %q is not a number from 0 to 65535", digits)
	}
	if host == "" {
		host = "0.0.0.0" // as in Go's listen addresses
	}
	if number == 0 {
		return host, server.RANDOM_PORT, nil
	}
	return host, int(number), nil
}
