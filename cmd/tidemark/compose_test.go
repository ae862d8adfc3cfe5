//go:build unix

package main

import (
	"context"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// ofTidemark are the services of docker-compose.yml that run this program.
func ofTidemark(t *testing.T) (all []types.ServiceConfig) {
	t.Helper()
	for _, s := range composetest.Load(t, "../..").Services {
		if strings.HasPrefix(s.Image, "tidemark:") {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Fatal("no service of docker-compose.yml runs tidemark")
	}
	return all
}

// understood parses a command line like the program.
func understood(t *testing.T, args []string) *kong.Context {
	t.Helper()
	command, err := newParser(io.Discard, io.Discard).Parse(args)
	if err != nil {
		t.Fatalf("tidemark %s: %s", strings.Join(args, " "), misused(err))
	}
	return command
}

// commandLine is what a service runs: with more arguments, as `docker compose
// run` gives them, these take the place of its command.
func commandLine(s types.ServiceConfig, more ...string) []string {
	command := []string(s.Command)
	if len(more) > 0 {
		command = more
	}
	if len(s.Entrypoint) == 0 {
		return command
	}
	return slices.Concat(s.Entrypoint[1:], command)
}

func TestComposeSpeaksTheCommandLine(t *testing.T) {
	for _, s := range ofTidemark(t) {
		t.Run(s.Name, func(t *testing.T) {
			composetest.Setenv(t, s)
			var more []string
			if s.Name == "migrate" {
				more = []string{"container_throughput"}
			}
			command := commandLine(s, more...)
			var known []string
			for _, flags := range understood(t, command).Selected().AllFlags(false) {
				for _, flag := range flags {
					known = append(known, flag.Envs...)
				}
			}
			for name := range s.Environment {
				if strings.HasPrefix(name, "TIDEMARK_") && !slices.Contains(known, name) {
					t.Errorf("tidemark %s does not read %s", command[0], name)
				}
			}
		})
	}
}

func TestTheHealthChecksOfComposeAskWhereTheServiceListens(t *testing.T) {
	for _, s := range ofTidemark(t) {
		if s.Restart == types.RestartPolicyNo {
			continue
		}
		if check := s.HealthCheck.Test; check[0] != "CMD" || check[1] != "/tidemark" {
			t.Errorf("%s is asked by %q", s.Name, check)
		}
		target, ok := understood(t, s.HealthCheck.Test[2:]).Selected().Target.Addr().Interface().(*healthCmd)
		if !ok {
			t.Fatalf("%s is asked by %q", s.Name, s.HealthCheck.Test)
		}
		page, err := url.Parse(target.URL)
		if err != nil || !slices.Contains(s.Command, "--listen=:"+page.Port()) || page.Path != "/-/ready" {
			t.Errorf("%s is asked for %s and runs %q", s.Name, target.URL, s.Command)
		}
	}
}

// services runs the tidemark services of docker-compose.yml with their own command
// lines, variables and passwords, on a NATS server with its configuration and an
// influxd 1.8 instead of 2.x. Only the addresses and the bucket differ.
type services struct {
	t       *testing.T
	project *types.Project
	here    *strings.Replacer // of addresses
	bucket  enginetest.Bucket
}

func (s *services) env(service types.ServiceConfig) []string {
	all := append(os.Environ(), "TIDEMARK_INFLUX_BUCKET="+s.bucket.Bucket)
	for name, value := range service.Environment {
		all = append(all, name+"="+s.here.Replace(*value))
	}
	if s.bucket.Token != "" {
		all = append(all, "TIDEMARK_INFLUX_ORG="+s.bucket.Org, "TIDEMARK_INFLUX_TOKEN="+s.bucket.Token)
	}
	return all
}

// once runs a service that ends.
func (s *services) once(name string, more ...string) (stdout string) {
	s.t.Helper()
	service := s.project.Services[name]
	cmd := exec.Command("tidemark", commandLine(service, more...)...)
	cmd.Env = s.env(service)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%s: %v: %s%s", name, err, out, &errs)
	}
	return string(out)
}

// daemon starts a service that keeps running, and returns when its health check
// succeeds.
func (s *services) daemon(name string) (url string) {
	s.t.Helper()
	service := s.project.Services[name]
	args := slices.Clone([]string(service.Command))
	args[slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "--listen=") })] = "--listen=127.0.0.1:0"
	url, stop, err := launch(s.env(service), args...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := stop(); err != nil {
			s.t.Errorf("%s: %v", name, err)
		}
	})
	s.await(name+" is ready", func(context.Context) bool { return exec.Command("tidemark", "health", url+"/-/ready").Run() == nil })
	return url
}

func (s *services) await(what string, look func(context.Context) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if watch(ctx, 20*time.Millisecond, func() bool { return look(ctx) }) != nil {
		s.t.Fatalf("not within a minute: %s", what)
	}
}

// showsTheSample waits until an exporter shows the sample.
func (s *services) showsTheSample(exporter string) {
	s.t.Helper()
	s.await("the sample is on /metrics", func(ctx context.Context) bool {
		page, _ := get(ctx, exporter+"/metrics") // errors are retried
		return strings.Contains(page, "\n"+containers+"3207000\n")
	})
}

// runServices also empties InfluxDB and refills it from the stream, as
// deploy/README.md describes.
func runServices(t *testing.T) {
	bucket := enginetest.SharedInflux(t)
	project := composetest.Load(t, "../..")
	broker := project.Services["nats"]
	composetest.Setenv(t, broker)
	server := enginetest.NATSFrom(t, composetest.OnHost(t, broker, broker.Command[1])).ClientURL()
	s := &services{t: t, project: project, bucket: bucket, here: strings.NewReplacer("nats://nats:4222", server, "http://influxdb:8086", bucket.URL)}

	if out := s.once("init"); strings.Count(out, ": created ") != 7 {
		t.Errorf("the first start of init says\n%s", out)
	}
	if out := s.once("init"); strings.Count(out, " is as it should be") != 7 {
		t.Errorf("the second start of init says\n%s", out)
	}
	t.Run("the sample", func(t *testing.T) {
		s := *s
		s.t = t
		s.daemon("ingest-1")
		s.daemon("ingest-2")
		exporter := s.daemon("exporter")
		if out := s.once("sample"); !strings.Contains(out, "(written)") {
			t.Errorf("the sample is reported as\n%s", out)
		}
		if out := s.once("sample"); strings.Contains(out, "(written)") {
			t.Errorf("the sample sent again is reported as\n%s", out)
		}
		s.showsTheSample(exporter)
		if out := s.once("migrate", "container_throughput"); !strings.Contains(out, "there is nothing to migrate") {
			t.Errorf("migrate says\n%s", out)
		}
	})
	t.Run("filled again", func(t *testing.T) {
		s := *s
		s.t, s.bucket = t, enginetest.SharedInflux(t)
		forgetWhatIsSettled(t, server, project.Environment["NATS_PASSWORD_OPERATOR"])
		if out := s.once("init"); strings.Count(out, ": created ") != 2 { // the bucket and the consumer
			t.Errorf("init says\n%s", out)
		}
		exporter := s.daemon("exporter")
		s.daemon("ingest-1")
		s.showsTheSample(exporter)
	})
}

// forgetWhatIsSettled is `nats consumer rm FIGURES ingest`.
func forgetWhatIsSettled(t *testing.T, server, password string) {
	t.Helper()
	conn, err := nats.Connect(server, nats.UserInfo("operator", password))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteConsumer(t.Context(), ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		t.Fatal(err)
	}
}
