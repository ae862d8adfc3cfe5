package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// InfluxOptions say how StartInflux runs influxd.
type InfluxOptions struct {
	// Dir keeps the data, the generated influxd.toml and influxd.log. It is
	// made when it is not there; to remove it is the caller's business.
	Dir string
	// Listen is HOST:PORT of the HTTP API. Port 0 means a free one; empty
	// means a free one on 127.0.0.1.
	Listen string
	// Executable is an influxd 1.8, by path or by its name in PATH. Empty
	// means that FindInfluxd builds one.
	Executable string
	// WithoutFlux leaves the Flux language out: /api/v2/query and `fluxd` are
	// refused, InfluxQL and every way to write go on. influxd then starts in
	// 0.03 s and not in the 3 to 5 s it needs to evaluate Flux's own library.
	WithoutFlux bool
	// Progress, when not nil, is told what goes on when a start takes long.
	Progress func(string)
}

// Influx is an influxd 1.8 that runs as a child of this process and ends with
// it, however it ends. Its methods may be called from several goroutines.
type Influx struct {
	opts InfluxOptions

	mu     sync.Mutex
	listen string // what influxd binds to: after the first start a fixed port
	child  *child
	asked  bool // Stop or Kill has ended the present child
}

// startLimit is for influxd alone, without its build. A large store is opened
// within it.
const startLimit = 2 * time.Minute

// StartInflux starts influxd and returns when it answers. ctx limits the start
// (and the build, see FindInfluxd) and has no part in what comes after it.
func StartInflux(ctx context.Context, opts InfluxOptions) (*Influx, error) {
	if opts.Dir == "" {
		return nil, errors.New("influxd needs a directory for its data: InfluxOptions.Dir is empty")
	}
	var err error
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, err
	}
	if opts.Listen == "" {
		opts.Listen = "127.0.0.1:0"
	}
	if _, _, err := net.SplitHostPort(opts.Listen); err != nil {
		return nil, fmt.Errorf("influxd's address %q is not HOST:PORT: %w", opts.Listen, err)
	}
	if opts.Executable == "" {
		opts.Executable, err = FindInfluxd(ctx, opts.Progress)
	} else {
		opts.Executable, err = executable(opts.Executable)
	}
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of influxd: %w", err)
	}
	i := &Influx{opts: opts, listen: opts.Listen}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// URL returns the address clients use, such as http://127.0.0.1:8086. It stays
// the same over a Restart.
func (i *Influx) URL() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return "http://" + dialable(i.listen)
}

// PID returns the number of the influxd process that was started last.
func (i *Influx) PID() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.child.pid()
}

// Done returns a channel that is closed when the present influxd has ended,
// asked or by itself. After a Restart there is a new one.
func (i *Influx) Done() <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.child.done
}

// Err returns nil while influxd runs and after Stop and Kill. When influxd has
// ended by itself, it says how, with the last lines of its log.
func (i *Influx) Err() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	select {
	case <-i.child.done:
	default:
		return nil
	}
	if i.asked {
		return nil
	}
	return i.ended(0)
}

// Stop ends influxd in good order and waits for it. When ctx ends first, it
// kills influxd and says so. What influxd had confirmed is safe either way.
func (i *Influx) Stop(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	select {
	case <-i.child.done:
		return nil
	default:
	}
	i.asked = true
	i.child.terminate()
	select {
	case <-i.child.done:
		return nil
	case <-ctx.Done():
		i.child.kill()
		<-i.child.done
		return fmt.Errorf("influxd did not end in time and was killed: %w", context.Cause(ctx))
	}
}

// Kill ends influxd at once, as a crash would, and waits until it is gone.
func (i *Influx) Kill() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = true
	i.child.kill()
	<-i.child.done
}

// Restart starts influxd again on the same port with the same data, after it
// was stopped, killed or has ended by itself. Where it still runs, it is
// stopped first. While the port is taken by somebody else it tries again. ctx
// limits all of it.
func (i *Influx) Restart(ctx context.Context) error {
	if err := i.Stop(ctx); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for {
		err := i.start(ctx)
		// A free port may have become some client's own end of a connection
		// in between. Such connections come and go.
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "address already in use") {
			return err
		}
	}
}

// start runs influxd until it answers. i.mu is held, or nobody else has i yet.
func (i *Influx) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s", startLimit))
	defer cancel()
	config := filepath.Join(i.opts.Dir, "influxd.toml")
	if err := os.WriteFile(config, influxConfig(i.opts, i.listen), 0o600); err != nil {
		return fmt.Errorf("configuration of influxd: %w", err)
	}
	log, err := i.openLog(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return fmt.Errorf("log of influxd: %w", err)
	}
	c, err := startChild(log, influxEnvironment(), i.opts.Executable, "run", "-config", config)
	if err != nil {
		return fmt.Errorf("starting influxd: %w", err)
	}
	i.child, i.asked = c, false
	if err := i.awaitReady(ctx, info.Size()); err != nil {
		c.kill()
		<-c.done
		return err
	}
	return nil
}

// openLog opens the log and locks it. influxd itself does not notice a second
// one in its directory, and both would spoil the data. It inherits the open
// file, so the lock is held for exactly as long as it lives, also when the
// process that started it is gone before.
func (i *Influx) openLog(ctx context.Context) (*os.File, error) {
	log, err := os.OpenFile(i.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of influxd: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lockWait, fmt.Errorf("still so after %s", lockWait))
	defer cancel()
	if err := lock(ctx, log); err != nil {
		log.Close()
		return nil, fmt.Errorf("another influxd runs in %s: %w; end it, or choose another directory", i.opts.Dir, err)
	}
	return log, nil
}

func (i *Influx) logPath() string { return filepath.Join(i.opts.Dir, "influxd.log") }

// awaitReady waits for the line in the log, from offset on, that names the
// address influxd listens on, and then for its answer. Only the log tells which
// free port it took, and that it is this influxd which has the port.
func (i *Influx) awaitReady(ctx context.Context, offset int64) error {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		address, ok := listening(i.logFrom(offset))
		if ok {
			i.listen = keepHost(i.listen, address)
			return answers(ctx, "http://"+dialable(i.listen)+"/health")
		}
		select {
		case <-i.child.done:
			return i.ended(offset)
		case <-ctx.Done():
			return fmt.Errorf("starting influxd: %w; its log is %s", context.Cause(ctx), i.logPath())
		case <-poll.C:
		}
	}
}

// ended makes an error of the end of the present child and its last words.
func (i *Influx) ended(offset int64) error {
	status := "exit status 0"
	if i.child.err != nil {
		status = i.child.err.Error()
	}
	return fmt.Errorf("influxd has ended: %s: %s; its log is %s", status, lastLines(i.logFrom(offset), 3), i.logPath())
}

// logFrom returns the log from offset on, at most its last megabyte; nothing
// when it can not be read, as the callers have an error of their own to tell.
func (i *Influx) logFrom(offset int64) []byte {
	f, err := os.Open(i.logPath())
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	data, _ := io.ReadAll(io.NewSectionReader(f, max(offset, info.Size()-1<<20), 1<<20))
	return data
}

// listening finds the address in influxd's line about its HTTP listener.
func listening(log []byte) (address string, ok bool) {
	for line := range strings.Lines(string(log)) {
		if !strings.Contains(line, `msg="Listening on HTTP"`) || !strings.HasSuffix(line, "\n") {
			continue
		}
		for field := range strings.FieldsSeq(line) {
			if address, ok := strings.CutPrefix(field, "addr="); ok {
				return strings.Trim(address, `"`), true
			}
		}
	}
	return "", false
}

// keepHost returns the host that was asked for with the port that was given.
func keepHost(asked, given string) string {
	host, _, _ := net.SplitHostPort(asked)
	_, port, err := net.SplitHostPort(given)
	if err != nil {
		return given
	}
	return net.JoinHostPort(host, port)
}

// dialable turns an address to listen on into one to connect to.
func dialable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// answers asks once whether the server at url is well.
func answers(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// Neither a proxy nor an open connection may stand between.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("influxd listens and does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("influxd is not well: %s answers %s", url, resp.Status)
	}
	return nil
}
