package deploy_test

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/engines"
)

// once reports whether a service does its work and exits.
func once(s types.ServiceConfig) bool { return s.Restart == types.RestartPolicyNo }

// ours reports whether a service runs tidemark.
func ours(s types.ServiceConfig) bool { return strings.HasPrefix(s.Image, "tidemark:") }

// healthPage is the page that a service's health check requests.
func healthPage(s types.ServiceConfig) *url.URL {
	if s.HealthCheck == nil || len(s.HealthCheck.Test) == 0 {
		return &url.URL{}
	}
	asked := slices.IndexFunc(s.HealthCheck.Test, func(word string) bool { return strings.Contains(word, "http://") })
	if asked < 0 {
		return &url.URL{}
	}
	page, err := url.Parse(strings.TrimPrefix(s.HealthCheck.Test[asked], "--url="))
	if err != nil {
		return &url.URL{}
	}
	return page
}

func TestComposeRunsAllOfTidemark(t *testing.T) {
	got := slices.Sorted(maps.Keys(composetest.Load(t, "..").Services))
	want := []string{"alertmanager", "backup", "desk", "exporter", "grafana", "influxdb", "ingest-1", "ingest-2", "init", "migrate", "nats", "prometheus", "replay", "restore", "sample"}
	if !slices.Equal(got, want) {
		t.Errorf("services are %q", got)
	}
}

// Compose builds for all services at once: two that build the same image are
// refused, and one that is started without the builder finds no image.
func TestTheImageIsBuiltByOneServiceThatAllOthersWaitFor(t *testing.T) {
	project := composetest.Load(t, "..")
	var builders []string
	for name, s := range project.Services {
		if s.Build != nil {
			builders = append(builders, name)
		}
		if ours(s) != (s.PullPolicy == types.PullPolicyNever) {
			t.Errorf("%s, %s, has the pull policy %q", name, s.Image, s.PullPolicy)
		}
	}
	if len(builders) != 1 {
		t.Fatalf("%q build an image", builders)
	}
	var waits func(name string) bool
	waits = func(name string) bool {
		return name == builders[0] || slices.ContainsFunc(project.Services[name].GetDependencies(), waits)
	}
	for name, s := range project.Services {
		if ours(s) && !waits(name) {
			t.Errorf("%s does not wait for %s, which builds its image", name, builders[0])
		}
	}
}

func TestOnDemandServicesAreNotStartedWithTheRest(t *testing.T) {
	for name, s := range composetest.Load(t, "..").Services {
		if want := slices.Contains([]string{"sample", "replay", "migrate", "backup", "restore"}, name); (len(s.Profiles) > 0) != want {
			t.Errorf("%s has the profiles %q", name, s.Profiles)
		}
	}
}

func TestEveryServiceHasLimits(t *testing.T) {
	for name, s := range composetest.Load(t, "..").Services {
		if s.MemLimit <= 0 || s.CPUS <= 0 || s.PidsLimit <= 0 {
			t.Errorf("%s may take %d bytes, %v processors and %d processes", name, s.MemLimit, s.CPUS, s.PidsLimit)
		}
		if s.CPUS > 1 {
			t.Errorf("Docker refuses %s on a machine with one processor", name)
		}
		if s.Logging == nil || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "" {
			t.Errorf("the log of %s grows without limit", name)
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged || !slices.Contains(s.SecurityOpt, "no-new-privileges=true") {
			t.Errorf("%s has more rights than it needs", name)
		}
		if s.Restart != types.RestartPolicyUnlessStopped && !once(s) {
			t.Errorf("%s restarts %q", name, s.Restart)
		}
		if limit := s.Environment["GOMEMLIMIT"]; limit != nil {
			mib, err := strconv.ParseInt(strings.TrimSuffix(*limit, "MiB"), 10, 64)
			if err != nil || types.UnitBytes(mib<<20) >= s.MemLimit {
				t.Errorf("%s has a GOMEMLIMIT of %s, and %d bytes", name, *limit, s.MemLimit)
			}
		}
	}
}

func TestEveryImageIsPinnedToTheVersionThatTheTestsRun(t *testing.T) {
	want := map[string]string{ // services without an engine in the tests are only pinned
		"nats":         "nats:" + strings.TrimPrefix(requirements(t, "../go.mod")["github.com/nats-io/nats-server/v2"], "v") + "-alpine",
		"backup":       "nats:" + strings.TrimPrefix(requirements(t, "../go.mod")["github.com/nats-io/nats-server/v2"], "v") + "-alpine",
		"prometheus":   "prom/prometheus:v" + engines.PrometheusVersion,
		"alertmanager": "prom/alertmanager:v" + engines.AlertmanagerVersion,
	}
	pinned := regexp.MustCompile(`^[a-z]+(/[a-z]+)?:v?\d+\.\d+\.\d+(-alpine)?$`)
	for name, s := range composetest.Load(t, "..").Services {
		switch {
		case ours(s):
			if s.Image != "tidemark:dev" {
				t.Errorf("%s is %s", name, s.Image)
			}
		case !pinned.MatchString(s.Image), want[name] != "" && want[name] != s.Image:
			t.Errorf("%s is %s, should be %s", name, s.Image, want[name])
		}
	}
}

func TestEveryLongRunningServiceHasAHealthCheck(t *testing.T) {
	for name, s := range composetest.Load(t, "..").Services {
		if once(s) {
			continue
		}
		page := healthPage(s)
		if page.Hostname() != "127.0.0.1" || page.Port() == "" {
			t.Errorf("the health check of %s requests %q", name, page)
		}
		if s.HealthCheck == nil || s.HealthCheck.Interval == nil || s.HealthCheck.Timeout == nil || s.HealthCheck.Retries == nil || s.HealthCheck.StartPeriod == nil {
			t.Errorf("the health check of %s is not complete: %+v", name, s.HealthCheck)
		}
	}
}

func TestServicesWaitUntilTheirDependenciesAreReady(t *testing.T) {
	project := composetest.Load(t, "..")
	for name, s := range project.Services {
		for other, d := range s.DependsOn {
			want := types.ServiceConditionHealthy
			if once(project.Services[other]) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			if d.Condition != want {
				t.Errorf("%s waits for %s until it is %s, should be %s", name, other, d.Condition, want)
			}
		}
	}
}

func TestEverythingThatIsMountedExists(t *testing.T) {
	project := composetest.Load(t, "..")
	var used []string
	for name, s := range project.Services {
		for _, v := range s.Volumes {
			switch v.Type {
			case types.VolumeTypeVolume:
				used = append(used, v.Source)
			case types.VolumeTypeBind:
				if info, err := os.Stat(v.Source); err != nil || !info.IsDir() {
					t.Errorf("%s mounts %s, which is no directory of the source tree: %v", name, v.Source, err)
				}
				// A mounted file would stay the old one after an editor
				// replaced it.
				if !v.ReadOnly {
					t.Errorf("%s may write into %s", name, v.Source)
				}
			}
		}
	}
	slices.Sort(used)
	used = slices.Compact(used)
	if declared := slices.Sorted(maps.Keys(project.Volumes)); !slices.Equal(used, declared) {
		t.Errorf("volumes are %q, used are %q", declared, used)
	}
}

func TestPortsAreThoseOfThisMachineAndOfWhatPeopleUse(t *testing.T) {
	var got []string
	for name, s := range composetest.Load(t, "..").Services {
		for _, p := range s.Ports {
			got = append(got, name+" "+p.HostIP+":"+p.Published+":"+strconv.FormatUint(uint64(p.Target), 10))
		}
	}
	slices.Sort(got)
	want := []string{"alertmanager 127.0.0.1:9093:9093", "desk 127.0.0.1:9466:9466", "exporter 127.0.0.1:9464:9464", "grafana 127.0.0.1:3000:3000", "nats 127.0.0.1:4222:4222", "prometheus 127.0.0.1:9090:9090"}
	if !slices.Equal(got, want) {
		t.Errorf("published are %q", got)
	}
}

func TestNoVariableIsWithoutAValue(t *testing.T) {
	text, err := os.ReadFile("../" + composetest.File)
	must(t, err)
	written, err := dotenv.Read(composetest.Secrets(t, ".."))
	must(t, err)
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)(:-|:\?)?`).FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
		_, secret := written[m[1]]
		if secret != (m[2] == ":?") || !secret && m[2] != ":-" {
			t.Errorf("%s: a secret has :? and nothing else, a setting has a default", m[0])
		}
		// Settings are explained at the top of the file.
		if head, _, _ := strings.Cut(string(text), "\nname:"); !secret && !strings.Contains(head, m[1]) {
			t.Errorf("%s is not explained", m[1])
		}
	}
	for name := range written {
		// An agency has its password, NATS only the hash.
		if !named[name] && !named[strings.Replace(name, "_PASSWORD_", "_HASH_", 1)] {
			t.Errorf("secrets.sh writes %s, which nothing reads", name)
		}
	}
}

func TestEveryPasswordComesFromTheEnvFile(t *testing.T) {
	project := composetest.Load(t, "..")
	for name, s := range project.Services {
		for variable, value := range s.Environment {
			if !regexp.MustCompile(`PASSWORD|TOKEN|SECRET`).MatchString(variable) {
				continue
			}
			if name == "nats" {
				t.Errorf("NATS gets %s but should get only its hash", variable)
			}
			if value == nil || !regexp.MustCompile(`^t[0-9a-f]{48}$`).MatchString(*value) {
				t.Errorf("%s of %s is not one of secrets.sh", variable, name)
			}
		}
	}
}

// InfluxDB's own bucket would have shard groups of seven days, which `tidemark
// init` refuses; so the first start creates another bucket, and init creates
// tidemark's. The tests of package store cover that; there is no influxd 2
// here.
func TestInfluxDBIsSetUpForTidemarkInit(t *testing.T) {
	project := composetest.Load(t, "..")
	of := func(service, variable string) string {
		if v := project.Services[service].Environment[variable]; v != nil {
			return *v
		}
		return ""
	}
	if of("influxdb", "DOCKER_INFLUXDB_INIT_MODE") != "setup" || of("influxdb", "DOCKER_INFLUXDB_INIT_BUCKET") == "tidemark" {
		t.Error("InfluxDB makes tidemark's bucket itself")
	}
	for _, service := range []string{"init", "ingest-1", "ingest-2", "exporter"} {
		if got, want := of(service, "TIDEMARK_INFLUX_ORG"), of("influxdb", "DOCKER_INFLUXDB_INIT_ORG"); got != want || got == "" {
			t.Errorf("%s looks for the organisation %q, there is %q", service, got, want)
		}
		if got, want := of(service, "TIDEMARK_INFLUX_TOKEN"), of("influxdb", "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"); got != want {
			t.Errorf("%s has another token", service)
		}
		if of(service, "TIDEMARK_INFLUX_BUCKET") != "" {
			t.Errorf("%s has a bucket of its own", service)
		}
	}
}

func TestPrometheusScrapesEveryServiceThatExists(t *testing.T) {
	project := composetest.Load(t, "..")
	files, err := filepath.Glob("prometheus/targets/*.yml")
	must(t, err)
	var got, want []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		var groups []struct{ Targets []string }
		must(t, yaml.Unmarshal(text, &groups))
		for _, g := range groups {
			got = append(got, g.Targets...)
		}
	}
	for name, s := range project.Services {
		if ours(s) && !once(s) || name == "alertmanager" {
			want = append(want, name+":"+healthPage(s).Port())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("targets are\n%q\nand services\n%q", got, want)
	}
}

// A container has a name that nobody outside can reach.
func TestMessagesLinkToAddressesThatPeopleReach(t *testing.T) {
	for _, name := range []string{"alertmanager", "prometheus"} {
		s := composetest.Load(t, "..").Services[name]
		if !slices.Contains(s.Command, "--web.external-url=http://localhost:"+s.Ports[0].Published) {
			t.Errorf("%s is called as %q, and published at %s", name, s.Command, s.Ports[0].Published)
		}
	}
}

func TestStartingWithoutSecretsSaysHowToMakeThem(t *testing.T) {
	root, err := filepath.Abs("..")
	must(t, err)
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, composetest.File)}, cli.WithWorkingDirectory(root), cli.WithEnv(nil))
	must(t, err)
	_, err = options.LoadProject(t.Context())
	if err == nil || !strings.Contains(err.Error(), "is missing in .env, run sh deploy/secrets.sh") {
		t.Errorf("it says %v", err)
	}
}
