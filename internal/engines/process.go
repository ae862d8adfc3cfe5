package engines

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

	"github.com/tidemark-stats/tidemark/internal/waiting"
)

// process is a program that runs as a child of this process, serves HTTP and
// ends with this process, however that ends. Its methods are safe for
// concurrent use.
type process struct {
	program *program
	path    string   // path of the executable
	dir     string   // holds its data, its configuration and its log
	env     []string // environment of the child; nil means this process's

	// arguments writes the files that the program reads at its start and
	// returns its command line, given the address to listen on.
	arguments func(listen string) ([]string, error)
	// ready is the path that answers 200 when the server is ready.
	ready string
	// progress, if not nil, is called while a start takes long.
	progress func(string)

	mu     sync.Mutex
	listen string // what it listens on: a fixed port after the first start
	child  *child
	asked  bool // Stop or Kill has ended the current child
}

// startLimit is for the start of the server alone, without its build. It is
// enough to open a large store.
const startLimit = 2 * time.Minute

// newProcess checks what every program needs and finds or builds its
// executable. options is the name of the option type, for errors.
func newProcess(ctx context.Context, p *program, options, dir, listen, path string, progress func(string)) (*process, error) {
	if dir == "" {
		return nil, fmt.Errorf("%s needs a directory for its data: %s.Dir is empty", p.name, options)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	if _, _, err := net.SplitHostPort(listen); err != nil {
		return nil, fmt.Errorf("%s's address %q is not HOST:PORT: %w", p.name, listen, err)
	}
	if path == "" {
		path, err = p.find(ctx, progress)
	} else {
		path, err = p.executable(path)
	}
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of %s: %w", p.name, err)
	}
	return &process{program: p, path: path, dir: dir, listen: listen, progress: progress}, nil
}

// URL returns the address for clients, such as http://127.0.0.1:8086. It stays
// the same after a Restart.
func (p *process) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "http://" + dialable(p.listen)
}

// PID returns the number of the process started last.
func (p *process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.child.pid()
}

// Done returns a channel that is closed when the current process has exited,
// whether stopped or by itself. A Restart makes a new channel.
func (p *process) Done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.child.done
}

// Err returns nil while the server runs and after Stop and Kill. If the server
// has exited by itself, it says how, with the last lines of the log.
func (p *process) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.child.done:
	default:
		return nil
	}
	if p.asked {
		return nil
	}
	return p.ended(0)
}

// Stop stops the server gracefully and waits for it. If ctx ends first, it
// kills the server and returns an error. What the server had confirmed is safe
// either way.
func (p *process) Stop(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.child.done:
		return nil
	default:
	}
	p.asked = true
	p.child.terminate()
	select {
	case <-p.child.done:
		return nil
	case <-ctx.Done():
		p.child.kill()
		<-p.child.done
		return fmt.Errorf("%s did not exit in time and was killed: %w", p.program.name, context.Cause(ctx))
	}
}

// Kill ends the server at once, as a crash would, and waits until it is gone.
func (p *process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
	p.child.kill()
	<-p.child.done
}

// Restart starts the server again on the same port with the same data, after it
// was stopped, was killed or has exited by itself. If it still runs, it is
// stopped first. While another program uses the port it tries again. ctx limits
// all of this.
func (p *process) Restart(ctx context.Context) error {
	if err := p.Stop(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		err := p.start(ctx)
		// A free port may meanwhile be the local end of some client's
		// connection. Such connections are short-lived.
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "address already in use") {
			return err
		}
	}
}

// start runs the server until it answers. The caller holds p.mu, or nobody else
// has p yet.
func (p *process) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s", startLimit))
	defer cancel()
	starting := fmt.Sprintf("starting %s", p.program)
	defer waiting.Tell(p.progress, starting, func() string { return starting + ": it does not answer yet" })()
	args, err := p.arguments(p.listen)
	if err != nil {
		return fmt.Errorf("configuration of %s: %w", p.program.name, err)
	}
	log, err := p.openLog(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child has its own copy
	info, err := log.Stat()
	if err != nil {
		return fmt.Errorf("log of %s: %w", p.program.name, err)
	}
	c, err := startChild(log, p.env, p.path, args...)
	if err != nil {
		return fmt.Errorf("starting %s: %w", p.program.name, err)
	}
	p.child, p.asked = c, false
	if err := p.awaitReady(ctx, info.Size()); err != nil {
		c.kill()
		<-c.done
		return err
	}
	return nil
}

// openLog opens the log and locks it. influxd itself does not notice a second
// one in its directory, and both would corrupt the data. The child inherits the
// open file, so the lock is held exactly as long as the child lives, even if
// the process that started it is gone before.
func (p *process) openLog(ctx context.Context) (*os.File, error) {
	log, err := os.OpenFile(p.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", p.program.name, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lockWait, fmt.Errorf("still locked after %s", lockWait))
	defer cancel()
	if err := lock(ctx, log); err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("another %s runs in %s: %w; stop it, or choose another directory", p.program.name, p.dir, err)
	}
	return log, nil
}

func (p *process) logPath() string { return filepath.Join(p.dir, p.program.name+".log") }

// awaitReady waits for the line in the log, from offset on, with the address
// the server listens on, and then for its answer. Only the log says which free
// port it took, and that it is this server that has the port.
func (p *process) awaitReady(ctx context.Context, offset int64) error {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	var unwell error
	for {
		if address, ok := p.program.listening(p.logFrom(offset)); ok {
			p.listen = keepHost(p.listen, address)
			if unwell = answers(ctx, "http://"+dialable(p.listen)+p.ready); unwell == nil {
				return nil
			}
		}
		select {
		case <-p.child.done:
			return p.ended(offset)
		case <-ctx.Done():
			return fmt.Errorf("starting %s: %w; its log is %s", p.program.name, errors.Join(context.Cause(ctx), unwell), p.logPath())
		case <-poll.C:
		}
	}
}

// ended returns the error for the exit of the current child, with its last
// words.
func (p *process) ended(offset int64) error {
	status := "exit status 0"
	if p.child.err != nil {
		status = p.child.err.Error()
	}
	return fmt.Errorf("%s exited: %s: %s; its log is %s", p.program.name, status, lastLines(p.logFrom(offset), 3), p.logPath())
}

// logFrom returns the log from offset on, at most its last megabyte; nothing if
// it cannot be read, because the callers report an error of their own.
func (p *process) logFrom(offset int64) []byte {
	f, err := os.Open(p.logPath())
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // opened only for reading
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	data, _ := io.ReadAll(io.NewSectionReader(f, max(offset, info.Size()-1<<20), 1<<20))
	return data
}

// logged finds the value of a field in the first complete line of a logfmt log
// that has the message.
func logged(log []byte, message, field string) (value string, ok bool) {
	for line := range strings.Lines(string(log)) {
		if !strings.Contains(line, fmt.Sprintf("msg=%q", message)) || !strings.HasSuffix(line, "\n") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			if value, ok := strings.CutPrefix(word, field+"="); ok {
				return strings.Trim(value, `"`), true
			}
		}
	}
	return "", false
}

// keepHost returns the requested host with the port that was assigned.
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

// answers checks once whether the server at url is ready.
func answers(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// Uses neither a proxy nor a kept connection.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("listens but does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // opened only for reading
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
