package main

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// catalogFlag says which catalogue to use.
type catalogFlag struct {
	Catalog string `help:"Catalogue file; the built-in catalogue of Ningbo if omitted." placeholder:"FILE"`
}

func (f *catalogFlag) load() (*catalog.Catalog, error) {
	if f.Catalog == "" {
		return catalog.Ningbo(), nil
	}
	return catalog.Load(f.Catalog)
}

// natsFlags say how to reach NATS.
type natsFlags struct {
	NATS string `name:"nats" help:"NATS server, or several separated by commas." default:"nats://127.0.0.1:4222" placeholder:"URL"`
	natsAccess
}

// natsAccess says who connects to NATS.
type natsAccess struct {
	NATSCreds    string `name:"nats-creds" help:"NATS credentials file." placeholder:"FILE"`
	NATSUser     string `name:"nats-user" help:"NATS user." placeholder:"NAME"`
	NATSPassword string `name:"nats-password" help:"NATS password; prefer the variable, because others on the machine can see flags." placeholder:"SECRET"`
	NATSCA       string `name:"nats-ca" help:"File with the CA certificate that signed the NATS server's certificate." placeholder:"FILE"`
}

func (f *natsFlags) connect(name string, daemon bool, log func(format string, v ...any)) (*nats.Conn, error) {
	return f.connectTo(f.NATS, name, daemon, log)
}

// connectTo connects to NATS. A daemon waits for a server that is unavailable and
// reconnects for ever; other commands fail at once.
func (f *natsAccess) connectTo(servers, name string, daemon bool, log func(format string, v ...any)) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("tidemark " + name),
		nats.MaxReconnects(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log("lost the connection to NATS: %v", err)
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log("connected to NATS again at %s", c.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log("NATS: %v", err) }),
	}
	if daemon {
		options = append(options, nats.RetryOnFailedConnect(true), nats.ReconnectWait(time.Second))
	}
	if f.NATSCreds != "" {
		options = append(options, nats.UserCredentials(f.NATSCreds))
	}
	if f.NATSUser != "" {
		options = append(options, nats.UserInfo(f.NATSUser, f.NATSPassword))
	}
	if f.NATSCA != "" {
		options = append(options, nats.RootCAs(f.NATSCA))
	}
	shown, err := redact(servers)
	if err != nil {
		return nil, err
	}
	conn, err := nats.Connect(servers, options...)
	switch {
	case errors.Is(err, nats.ErrNoServers):
		return nil, awayError{fmt.Errorf("connect to NATS at %s: nothing answers there; is the server running, and is --nats right?", shown)}
	case errors.Is(err, nats.ErrAuthorization):
		return nil, fmt.Errorf("connect to NATS at %s: %w; check --nats-user and --nats-password, or --nats-creds", shown, err)
	case err != nil:
		return nil, fmt.Errorf("connect to NATS at %s: %w", shown, err)
	}
	return conn, nil
}

// withJetStream connects for a command that is not a daemon, and calls do with
// JetStream.
func (f *natsFlags) withJetStream(e *env, name string, do func(jetstream.JetStream) error) error {
	conn, err := f.connect(name, false, printer(e.stderr))
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	return do(js)
}

// redact removes user names and passwords from a list of URLs, so that it can be
// shown. The error does not quote a URL that cannot be parsed, because it may contain
// a password.
func redact(list string) (string, error) {
	var urls []string
	for raw := range strings.SplitSeq(list, ",") {
		if raw = strings.TrimSpace(raw); raw == "" {
			continue // NATS ignores empty URLs too
		}
		if !strings.Contains(raw, "://") {
			raw = "nats://" + raw // NATS does the same
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" {
			return "", errors.New("a NATS URL cannot be read; write nats://HOST:PORT, and a password with special characters as --nats-password or its variable")
		}
		u.User = nil
		urls = append(urls, u.String())
	}
	return strings.Join(urls, ","), nil
}

// influxFlags say how to reach InfluxDB.
type influxFlags struct {
	Influx          string `help:"InfluxDB 2.x or 1.8." default:"http://127.0.0.1:8086" placeholder:"URL"`
	InfluxToken     string `help:"API token (2.x) or user:password (1.8); prefer the variable or the file." placeholder:"SECRET"`
	InfluxTokenFile string `help:"File that contains the token." placeholder:"FILE"`
	InfluxOrg       string `help:"Organisation (2.x)." default:"tidemark" placeholder:"NAME"`
	InfluxBucket    string `help:"Bucket (2.x) or database (1.8)." default:"tidemark" placeholder:"NAME"`
}

func (f *influxFlags) open() (*store.Store, error) {
	token := f.InfluxToken
	if f.InfluxTokenFile != "" {
		text, err := os.ReadFile(f.InfluxTokenFile)
		if err != nil {
			return nil, fmt.Errorf("InfluxDB token: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	return store.Open(store.Options{URL: f.Influx, Token: token, Org: f.InfluxOrg, Bucket: f.InfluxBucket})
}

// awayError says that nothing answers at the address of NATS.
type awayError struct{ error }

// readBook loads all figures that are shown, and says what time it is there: the real
// time, unless the bucket has a clock that shows another.
func (f *influxFlags) readBook(e *env, city *time.Location) (b *book.Book, now time.Time, err error) {
	figures, err := f.open()
	if err != nil {
		return nil, now, err
	}
	defer figures.Close()
	clocks, err := figures.Clocks(e.ctx)
	if err != nil {
		return nil, now, err
	}
	b, now = new(book.Book), clocks.Now(time.Now()).In(city)
	if !clocks.Real() {
		printer(e.stderr)("按 %s 的情况展示 (showing %[1]s, not today)", now.Format(time.DateOnly))
	}
	_, err = figures.Follow().Poll(e.ctx, func(vintages iter.Seq2[*store.Vintage, error]) (err error) {
		b, err = b.Merge(clocks.See(vintages))
		return err
	})
	if err != nil {
		return nil, now, err
	}
	defined, err := figures.Definitions(e.ctx)
	return b.Define(defined), now, err
}

// endOf is the last instant of a day that a flag names, in the time zone of now:
// everything published on it counts as known. A day in the future is refused.
func endOf(flag, day string, now time.Time) (time.Time, error) {
	city := now.Location()
	d, ok := figure.ParseDay(day)
	if !ok {
		return time.Time{}, fmt.Errorf("%s %q is not a date; write it as 2023-11-23", flag, day)
	}
	if d.Start(city).After(now) {
		return time.Time{}, fmt.Errorf("%s is in the future", flag)
	}
	return d.End(city).Add(-time.Millisecond), nil
}
