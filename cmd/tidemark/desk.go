package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/term"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/desk"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
)

type deskCmd struct {
	Serve  deskServeCmd  `cmd:"" default:"withargs" help:"Serve the page."`
	Passwd deskPasswdCmd `cmd:"" help:"Write a line for the password file: a person, the hash of a password, the agencies."`
}

// Help shows an example.
func (*deskCmd) Help() string {
	return "Example:\n  tidemark desk passwd wang --agency port >>people\n  tidemark desk --people people"
}

type deskServeCmd struct {
	natsFlags
	catalogFlag
	webFlags
	Listen    string        `help:"Address on which to serve; port 0 picks a free one." default:"127.0.0.1:9466" placeholder:"HOST:PORT"`
	People    string        `help:"Password file: who may sign in, and for which agencies they send. It is read again when it changes." placeholder:"FILE"`
	Session   time.Duration `help:"How long a person stays signed in." default:"8h" placeholder:"DURATION"`
	MaxUpload int           `help:"Largest size of what is sent to the page at once, in MB." default:"20" placeholder:"MB"`
	ProxyFrom []string      `help:"Addresses or networks of a reverse proxy, whose X-Forwarded-For and X-Forwarded-Proto are believed." placeholder:"ADDRESS"`
	// A header that anybody may send would let anybody in.
	ProxyHeader string `help:"Header in which that proxy names the person that it has signed in; the header of anybody else is ignored." placeholder:"NAME"`
}

// Help shows an example.
func (*deskServeCmd) Help() string {
	return `Serves the page on which people sign in, drop a file or paste cells, see how every
figure was understood, correct and confirm, send, and get a receipt. It needs NATS
only. Without TLS (--web-config, or a reverse proxy) passwords travel unencrypted.

Example:
  tidemark desk serve --people people --listen :9466`
}

// Run serves until it is told to stop.
func (c *deskServeCmd) Run(e *env) error {
	log := e.log()
	cat, err := c.load()
	if err != nil {
		return err
	}
	options, err := c.options(cat)
	if err != nil {
		return err
	}
	if options.People, err = desk.OpenPeople(c.People, cat, log); err != nil {
		return err
	}
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	options.Conn, err = c.connect("desk", true, func(format string, v ...any) { log.Warn(fmt.Sprintf(format, v...)) })
	if err != nil {
		return err
	}
	defer options.Conn.Close()
	options.Logger, options.Registry = log, exporter.NewRegistry()
	d, err := desk.New(options)
	if err != nil {
		return err
	}
	log.Info("desk listens", "url", "http://"+listener.Addr().String()+"/")

	group := actors{ctx: e.ctx}
	group.add(d.Run)
	group.add(func(ctx context.Context) error {
		return httpserver.Serve(ctx, listener, deskHandler(d, promhttp.HandlerFor(options.Registry, promhttp.HandlerOpts{})), c.WebConfig, log)
	})
	return group.group.Run()
}

// deskHandler serves the desk's pages and metrics.
func deskHandler(d *desk.Desk, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("/", d.Handler())
	return mux
}

// options returns what the flags say.
func (c *deskServeCmd) options(cat *catalog.Catalog) (o desk.Options, err error) {
	switch {
	case c.People == "":
		return o, errors.New("expected --people FILE: it says who may sign in; see tidemark desk passwd --help")
	case c.Session <= 0:
		return o, fmt.Errorf("--session must be positive, not %s; write a duration like 8h", c.Session)
	case c.MaxUpload <= 0 || c.MaxUpload > 1<<10:
		return o, fmt.Errorf("--max-upload must be from 1 to 1024 MB, not %d", c.MaxUpload)
	case c.ProxyHeader != "" && len(c.ProxyFrom) == 0:
		return o, errors.New("--proxy-header needs --proxy-from: the header of anybody else than the proxy would let anybody in")
	}
	o = desk.Options{Catalog: cat, Session: c.Session, MaxUpload: int64(c.MaxUpload) << 20, Proxy: desk.Proxy{Header: c.ProxyHeader}}
	for _, text := range c.ProxyFrom {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return o, fmt.Errorf("--proxy-from %q is neither an address nor a network; write 10.0.0.5 or 10.0.0.0/24", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		o.Proxy.From = append(o.Proxy.From, network)
	}
	return o, nil
}

type deskPasswdCmd struct {
	catalogFlag
	Name   string   `arg:"" help:"The person's name, as typed to sign in."`
	Agency []string `required:"" help:"The agencies for which the person sends." placeholder:"CODE"`
	Review bool     `help:"The person may approve what others of these agencies have sent."`
}

// Help shows an example.
func (*deskPasswdCmd) Help() string {
	return `Asks for a password, or reads it from standard input, and prints the person's line for
the password file of tidemark desk. It has at least 8 characters; only its bcrypt hash
is in the line.

Example:
  tidemark desk passwd wang --agency port >>people`
}

// Run writes the line.
func (c *deskPasswdCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	p, err := desk.NewPerson(cat, c.Name, password, c.Agency, c.Review)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, p.Line())
	return err
}

// readPassword asks for a password on a terminal, and reads a line elsewhere.
func readPassword(e *env) (string, error) {
	if f, ok := e.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		_, _ = fmt.Fprint(e.stderr, "密码 (password): ")
		password, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(e.stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(password), nil
	}
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
