package engines

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// AlertmanagerOptions say how StartAlertmanager runs Alertmanager.
type AlertmanagerOptions struct {
	// Dir keeps the data and alertmanager.log. It is made when it is not
	// there; to remove it is the caller's business.
	Dir string
	// ConfigFile is an alertmanager.yml. What it names is found beside it.
	ConfigFile string
	// Listen is HOST:PORT of the HTTP API. Port 0 means a free one; empty
	// means a free one on 127.0.0.1.
	Listen string
	// Executable is an Alertmanager 0.32 or later, by path or by its name in
	// PATH. Empty means that FindAlertmanager builds one.
	Executable string
	// Flags are further flags of Alertmanager, such as --data.retention=192h.
	Flags []string
	// Progress, when not nil, is told what goes on when a start takes long.
	Progress func(string)
}

// Alertmanager is an Alertmanager that runs as a child of this process and ends
// with it, however it ends. It has no web page and no peers. Its methods may be
// called from several goroutines.
type Alertmanager struct{ *process }

const alertmanagerModule = "github.com/prometheus/alertmanager"

// alertmanager is the program behind Alertmanager. It stands in one tool module
// with Prometheus, so that what both are made of is compiled once.
var alertmanager = &program{
	name:      "alertmanager",
	title:     "Alertmanager " + AlertmanagerVersion,
	module:    "deploy/prometheus",
	takes:     "a minute or two",
	tags:      "remove_all_sd",
	instead:   "name an Alertmanager executable in AlertmanagerOptions.Executable, or use docker compose",
	named:     "name an Alertmanager executable, or leave it empty to have it built",
	modfile:   alertmanagerModfile,
	listening: listeningOfToolkit,
}

// FindAlertmanager returns the path of an Alertmanager executable, as
// FindInfluxd does for influxd.
func FindAlertmanager(ctx context.Context, progress func(string)) (string, error) {
	return alertmanager.find(ctx, progress)
}

// StartAlertmanager starts Alertmanager and returns when it is ready. ctx
// limits the start and the build and has no part in what comes after it.
func StartAlertmanager(ctx context.Context, opts AlertmanagerOptions) (*Alertmanager, error) {
	s, err := newProcess(ctx, alertmanager, "AlertmanagerOptions", opts.Dir, opts.Listen, opts.Executable, opts.Progress)
	if err != nil {
		return nil, err
	}
	if opts.ConfigFile == "" {
		return nil, errors.New("alertmanager needs a configuration: AlertmanagerOptions.ConfigFile is empty")
	}
	s.ready = "/-/ready"
	s.arguments = func(listen string) ([]string, error) {
		return append([]string{
			"--config.file=" + opts.ConfigFile,
			"--storage.path=" + filepath.Join(s.dir, "data"),
			"--web.listen-address=" + listen,
			"--cluster.listen-address=", // alone
		}, opts.Flags...), nil
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return &Alertmanager{s}, nil
}

// alertmanagerModfile makes a copy of the tool module's go.mod that builds
// Alertmanager from a copy of its sources with an empty web page. As a Go module
// Alertmanager does not compile: it embeds a page that its own release process
// builds with Node.js and that is not in the repository. Everything else is left
// as it was released and checked against go.sum.
func alertmanagerModfile(ctx context.Context, p *program, dir string) (path string, discard func(), err error) {
	sources, err := alertmanagerSources(ctx, p, dir)
	if err != nil {
		return "", nil, err
	}
	temporary, err := os.MkdirTemp("", "tidemark-alertmanager-")
	if err != nil {
		return "", nil, err
	}
	discard = func() { _ = os.RemoveAll(temporary) } // temporary anyway
	path = filepath.Join(temporary, "go.mod")
	for from, to := range map[string]string{"go.mod": path, "go.sum": filepath.Join(temporary, "go.sum")} {
		text, err := os.ReadFile(filepath.Join(dir, from))
		if err == nil && to == path {
			text = fmt.Appendf(text, "\nreplace %s => %q\n", alertmanagerModule, sources)
		}
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			discard()
			return "", nil, err
		}
	}
	return path, discard, nil
}

// alertmanagerSources returns the directory of the completed copy. It is kept
// beside Go's build cache, since a build is found again only at the same place.
func alertmanagerSources(ctx context.Context, p *program, dir string) (string, error) {
	out, err := p.goCommand(ctx, dir, "mod", "download", "-json", alertmanagerModule)
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("go mod download: %w", err)
	}
	out, err = p.goCommand(ctx, dir, "env", "GOCACHE")
	if err != nil {
		return "", err
	}
	target := filepath.Join(strings.TrimSpace(string(out)), "tidemark", filepath.Base(module.Dir))
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(target), "copy-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(temporary) }() // gone when all went well
	if err := os.CopyFS(temporary, os.DirFS(module.Dir)); err != nil {
		return "", err
	}
	page := filepath.Join(temporary, "ui", "app", "dist")
	if err := os.MkdirAll(page, 0o755); err != nil {
		return "", err
	}
	const text = "<!doctype html>\n<title>Alertmanager</title>\nThis build has no web page. Its API is at /api/v2.\n"
	if err := os.WriteFile(filepath.Join(page, "index.html"), []byte(text), 0o600); err != nil {
		return "", err
	}
	// Renamed when it is whole: who finds it needs no lock. Somebody else may
	// have been quicker, with the same result.
	if err := os.Rename(temporary, target); err != nil {
		if _, found := os.Stat(target); found != nil {
			return "", err
		}
	}
	return target, nil
}
