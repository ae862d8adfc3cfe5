package engines

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// InfluxOptions configure StartInflux.
type InfluxOptions struct {
	// Dir holds the data, the generated influxd.toml and influxd.log. It is
	// created if missing; removing it is up to the caller.
	Dir string
	// Listen is HOST:PORT of the HTTP API. Port 0 means a free one; empty
	// means a free one on 127.0.0.1.
	Listen string
	// Executable is an influxd 1.8, by path or by its name in PATH. Empty
	// means that FindInfluxd builds one.
	Executable string
	// WithoutFlux disables the Flux language: /api/v2/query and `fluxd` are
	// refused, InfluxQL and all ways to write work. influxd then starts in 0.03
	// s instead of the 3 to 5 s it needs to evaluate Flux's standard library.
	WithoutFlux bool
	// Authenticated makes influxd require a user and a password. The first user
	// is created without them, in InfluxQL.
	Authenticated bool
	// Progress, if not nil, is called while a start takes long.
	Progress func(string)
}

// Influx is an influxd 1.8 that runs as a child of this process and ends with
// it, however it ends. Its methods are safe for concurrent use.
type Influx struct{ *process }

// influxd is the program behind Influx.
var influxd = &program{
	name:    "influxd",
	title:   "influxd",
	version: InfluxdVersion,
	module:  "deploy/influxdb1",
	main:    "github.com/influxdata/influxdb/cmd/influxd",
	takes:   "about a minute",
	instead: "name an influxd 1.8 executable by --influxd or TIDEMARK_INFLUXD, or use docker compose",
	named:   "name an influxd 1.8 executable, or leave --influxd and TIDEMARK_INFLUXD empty to have it built",
	lean:    true,
	change:  fluxAlone,
	listening: func(log []byte) (string, bool) {
		return logged(log, "Listening on HTTP", "addr")
	},
}

// fluxAlone removes from Flux its clients for other products' databases and
// queues, which are a seventh of what a build of influxd compiles and are never
// used here, and the tests of its library: its files flux_test_gen.go, 27 MB of
// Go, do not have the name of a test. Everything else is as released.
var fluxAlone = &change{
	module: "github.com/influxdata/flux",
	what:   "without clients (" + strings.Join(fluxClients, ", ") + ") and without tests",
	skip:   func(dir string) bool { return slices.Contains(fluxClients, strings.TrimPrefix(dir, "stdlib/")) },
	edit: func(file string, text []byte) []byte {
		switch {
		case path.Base(file) == "flux_test_gen.go", file == "stdlib/test_packages.go", strings.HasSuffix(file, "_test.go"):
			return nil
		case file == "stdlib/packages.go":
			for _, client := range fluxClients {
				text = bytes.ReplaceAll(text, fmt.Appendf(nil, "\t_ \"github.com/influxdata/flux/stdlib/%s\"\n", client), nil)
			}
		}
		return text
	},
}

var fluxClients = []string{"experimental/bigtable", "experimental/mqtt", "kafka", "sql"}

// FindInfluxd returns the path of an influxd executable. It builds it with the
// Go toolchain from the source tree of tidemark that contains the working
// directory, or else the one this package was compiled in. The result is kept
// by version in the user's cache directory, below tidemark: only the first call
// builds, which takes about a minute.
//
// progress, which may be nil, is called while that takes long. The error says
// what is missing and what to do instead.
func FindInfluxd(ctx context.Context, progress func(string)) (string, error) {
	return influxd.find(ctx, progress)
}

// StartInflux starts influxd and returns when it answers. ctx limits the start
// (and the build, see FindInfluxd) and has no effect afterwards.
func StartInflux(ctx context.Context, opts InfluxOptions) (*Influx, error) {
	s, err := newProcess(ctx, influxd, "InfluxOptions", opts.Dir, opts.Listen, opts.Executable, opts.Progress)
	if err != nil {
		return nil, err
	}
	s.env, s.ready = influxEnvironment(), "/health"
	opts.Dir = s.dir
	s.arguments = func(listen string) ([]string, error) {
		config := filepath.Join(s.dir, "influxd.toml")
		return []string{"run", "-config", config}, os.WriteFile(config, influxConfig(opts, listen), 0o600)
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return &Influx{s}, nil
}
