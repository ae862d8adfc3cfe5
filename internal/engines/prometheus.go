package engines

import (
	"context"
	"fmt"
	"path/filepath"
)

// PrometheusOptions configure StartPrometheus.
type PrometheusOptions struct {
	// Dir holds the data and prometheus.log. It is created if missing; removing
	// it is up to the caller.
	Dir string
	// ConfigFile is a prometheus.yml. Relative paths in it are relative to its
	// directory.
	ConfigFile string
	// Listen is HOST:PORT of the HTTP API. Port 0 means a free one; empty
	// means a free one on 127.0.0.1.
	Listen string
	// Executable is a Prometheus 3, by path or by its name in PATH. Empty
	// means that FindPrometheus builds one.
	Executable string
	// Flags are further flags of Prometheus, such as
	// --storage.tsdb.retention.time=100y.
	Flags []string
	// Progress, if not nil, is called while a start takes long.
	Progress func(string)
}

// Prometheus is a Prometheus 3 that runs as a child of this process and ends
// with it, however it ends. It has no web pages, because the Go toolchain alone
// cannot build them, and discovers targets only from static lists, files and
// HTTP. Its methods are safe for concurrent use.
type Prometheus struct{ *process }

// prometheus is the program behind Prometheus. The tag excludes the discovery
// of targets in clouds, which is half of what would have to be compiled.
var prometheus = &program{
	name:      "prometheus",
	title:     "Prometheus",
	version:   PrometheusVersion,
	module:    "deploy/prometheus",
	main:      "github.com/prometheus/prometheus/cmd/prometheus",
	takes:     "some minutes",
	tags:      "remove_all_sd",
	instead:   "name a Prometheus 3 executable in PrometheusOptions.Executable, or use docker compose",
	named:     "name a Prometheus 3 executable, or leave it empty to have it built",
	listening: listeningOfToolkit,
}

// listeningOfToolkit reads the log line of Prometheus' exporter-toolkit.
func listeningOfToolkit(log []byte) (string, bool) {
	return logged(log, "Listening on", "address")
}

// FindPrometheus returns the path of a Prometheus executable, as FindInfluxd
// does for influxd.
func FindPrometheus(ctx context.Context, progress func(string)) (string, error) {
	return prometheus.find(ctx, progress)
}

// StartPrometheus starts Prometheus and returns when it is ready. ctx limits
// the start and the build and has no effect afterwards.
func StartPrometheus(ctx context.Context, opts PrometheusOptions) (*Prometheus, error) {
	s, err := startConfigured(ctx, prometheus, "PrometheusOptions", opts, "--storage.tsdb.path=")
	if err != nil {
		return nil, err
	}
	return &Prometheus{s}, nil
}

// startConfigured starts a server of the Prometheus project, which takes its
// configuration from a file. options is the name of the option type, storage
// the flag for the directory of its data, further are flags of its own.
func startConfigured(ctx context.Context, p *program, options string, opts PrometheusOptions, storage string, further ...string) (*process, error) {
	s, err := newProcess(ctx, p, options, opts.Dir, opts.Listen, opts.Executable, opts.Progress)
	if err != nil {
		return nil, err
	}
	if opts.ConfigFile == "" {
		return nil, fmt.Errorf("%s needs a configuration: %s.ConfigFile is empty", p.name, options)
	}
	s.ready = "/-/ready"
	s.arguments = func(listen string) ([]string, error) {
		own := append([]string{
			"--config.file=" + opts.ConfigFile,
			storage + filepath.Join(s.dir, "data"),
			"--web.listen-address=" + listen,
		}, further...)
		return append(own, opts.Flags...), nil
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}
