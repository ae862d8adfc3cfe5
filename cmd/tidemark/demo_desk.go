package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/desk"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
)

// demoDesk is the page of a demo, with the one person who may sign in.
type demoDesk struct {
	*desk.Desk
	listener       net.Listener
	name, password string
}

// deskAddress is where the page of a demo is, unless another program is there.
const deskAddress = "127.0.0.1:9466"

// newDemoDesk makes the page. Its person sends for every agency, with a new password
// for each demo.
func (d *demo) newDemoDesk(address, dir string, registry *prometheus.Registry, log *slog.Logger) (*demoDesk, error) {
	out := &demoDesk{name: "demo", password: strings.ToLower(rand.Text()[:12])}
	person, err := desk.NewPerson(d.catalog, out.name, out.password, sendingAgencies(d.catalog), false)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "desk-people")
	if err := os.WriteFile(path, []byte(person.Line()+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("password file of the desk: %w", err)
	}
	people, err := desk.OpenPeople(path, d.catalog, log)
	if err != nil {
		return nil, err
	}
	if out.listener, err = listen("--desk-listen", address); err != nil && address == deskAddress {
		out.listener, err = listen("--desk-listen", "127.0.0.1:0") // another demo is there
	}
	if err != nil {
		return nil, err
	}
	clocks, err := d.stores[0].Clocks(d.env.ctx)
	if err != nil {
		return nil, err
	}
	out.Desk, err = desk.New(desk.Options{Conn: d.conn, Catalog: d.catalog, People: people, Logger: log, Registry: registry,
		Session: 24 * time.Hour, MaxUpload: 20 << 20, Clocks: clocks})
	return out, err
}

// serve serves the page until the context ends.
func (d *demoDesk) serve(ctx context.Context, log *slog.Logger) error {
	return httpserver.Serve(ctx, d.listener, d.Handler(), "", log)
}

// sendingAgencies are the codes of the agencies that send figures.
func sendingAgencies(cat *catalog.Catalog) (codes []string) {
	for _, i := range cat.Indicators {
		if i.Ratio == nil && !slices.Contains(codes, i.Agency.Code) {
			codes = append(codes, i.Agency.Code)
		}
	}
	return codes
}
