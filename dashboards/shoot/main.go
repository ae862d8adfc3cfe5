package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/internal/chromium"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the command: it returns 0 if nothing was found, 1 if something was, 2 if
// it could not look.
func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("shoot", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("grafana", "http://localhost:3000", "`address` of Grafana")
	out := flags.String("out", "shots", "`directory` for the pictures and the report")
	only := flags.String("only", "", "look only at the dashboard with this `uid`")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "shoot: unexpected %q: everything is a flag, see --help\n", flags.Arg(0))
		return 2
	}
	rep, err := shoot(ctx, *address, *out, *only, env, stdout)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "shoot:", err)
		return 2
	}
	_, _ = fmt.Fprint(stdout, rep.summary())
	if len(rep.faults()) > 0 {
		return 1
	}
	return 0
}

// shoot looks at the dashboards, and writes pictures and report into out.
func shoot(ctx context.Context, address, out, only string, env func(string) string, progress io.Writer) (*report, error) {
	program, err := chromium.Find(env)
	if err != nil {
		return nil, err
	}
	g, err := connect(ctx, address, env("GRAFANA_USER"), env("GRAFANA_PASSWORD"))
	if err != nil {
		return nil, err
	}
	all, err := g.dashboards(ctx)
	if err != nil {
		return nil, err
	}
	if only != "" {
		if all = slices.DeleteFunc(all, func(d dashboard) bool { return d.UID != only }); len(all) == 0 {
			return nil, fmt.Errorf("--only: Grafana has no dashboard of tidemark with the uid %q: %s lists them", only, g.base.JoinPath("dashboards"))
		}
	}
	rep := &report{Grafana: g.base.String(), Version: g.version}
	b, err := start(ctx, program, g)
	if err != nil {
		return nil, err
	}
	defer b.close()
	for _, d := range all {
		if err := b.visit(d, out, rep, progress); err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
		}
	}
	return rep, rep.write(out)
}

// visit looks at one dashboard in every theme and width.
func (b *browser) visit(d dashboard, out string, rep *report, progress io.Writer) error {
	for _, uid := range d.Links {
		if reason := b.grafana.deadDashboard(b.ctx, uid); reason != "" {
			rep.add(linkDead, d, "", "its JSON links to the dashboard "+uid+": "+reason, view{})
		}
	}
	for _, v := range views() {
		_, _ = fmt.Fprintf(progress, "%s %s\n", d.UID, v)
		picture, err := b.look(d, v, rep)
		if err != nil {
			return fmt.Errorf("%s: %w", v, err)
		}
		if err := rep.keep(out, d, v, picture); err != nil {
			return err
		}
	}
	return nil
}

// view is how a dashboard is looked at.
type view struct {
	Width int // in pixels
	Theme string
}

// phone is the width below which a table may be wider than its panel, because
// people expect to move it with a finger.
const phone = 600

func (v view) String() string {
	if v == (view{}) {
		return "every view"
	}
	return fmt.Sprintf("%d %s", v.Width, v.Theme)
}

// file is the name of the picture of a dashboard in this view.
func (v view) file(d dashboard) string {
	return strings.Join([]string{d.UID, fmt.Sprint(v.Width), v.Theme}, "-") + ".png"
}

func views() (all []view) {
	for _, width := range []int{1366, 1920, 390} {
		for _, theme := range []string{"light", "dark"} {
			all = append(all, view{width, theme})
		}
	}
	return all
}
