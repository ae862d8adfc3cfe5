package engines

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnErrorSaysWhatToDoWhenInfluxdCannotBeBuilt(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	const end = "or name an influxd 1.8 executable by --influxd or TIDEMARK_INFLUXD, or use docker compose"
	elsewhere := t.TempDir()
	for name, c := range map[string]struct {
		start, path, want string
	}{
		"no source tree": {
			elsewhere, os.Getenv("PATH"),
			"no influxd to run: it is built from tidemark's source tree, and " + elsewhere + " is not inside one; run tidemark inside a clone of its repository, " + end,
		},
		"no Go toolchain": {
			root, elsewhere,
			"no influxd to run: building it needs the Go toolchain, and there is no go command in PATH; install Go from https://go.dev/dl, " + end,
		},
	} {
		t.Run(name, func(t *testing.T) {
			nothingKept(t)
			t.Setenv("PATH", c.path)
			_, err := influxd.findFrom(t.Context(), []string{c.start}, nil)
			if err == nil || err.Error() != c.want {
				t.Errorf("error is\n%v\nand not\n%s", err, c.want)
			}
		})
	}
}

// nothingKept gives the test an empty cache of engines.
func nothingKept(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(os.Getenv("HOME"), ".cache"))
}

func TestAFailedBuildIsReportedInItsOwnWords(t *testing.T) {
	nothingKept(t)
	bin := t.TempDir()
	script := "#!/bin/sh\necho no space left on device >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	_, err := FindInfluxd(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "go mod: exit status 1: no space left on device; fix that, or name") {
		t.Errorf("error is %v", err)
	}
}

func TestEveryProgramNamesWhatItIsBuiltFrom(t *testing.T) {
	for _, p := range []*program{influxd, prometheus, alertmanager, promtest} {
		if p.name == "" || p.version == "" || p.module == "" || p.main == "" {
			t.Errorf("%+v lacks a name, a version, a module or a package", *p)
		}
	}
}

func TestTheSourceTreeIsFoundFromWithin(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, ok := sourceTree([]string{t.TempDir(), filepath.Join(root, "internal", "engines")}, influxd.module)
	if !ok || got != root {
		t.Errorf("found %q, %t and not %q", got, ok, root)
	}
}

func TestTheToolModulesRequireTheVersionsWeName(t *testing.T) {
	for file, requirement := range map[string]string{
		"../../deploy/influxdb1/go.mod":  "github.com/influxdata/influxdb v" + InfluxdVersion,
		"../../deploy/prometheus/go.mod": alertmanagerModule + " v" + AlertmanagerVersion,
		// Prometheus 3.15.0 is the Go module v0.315.0.
		"../../deploy/prometheus/./go.mod": "github.com/prometheus/prometheus v0." + strings.Replace(PrometheusVersion, ".", "", 1),
	} {
		mod, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.ReplaceAll(string(mod), " // indirect", ""); !strings.Contains(lines, requirement+"\n") {
			t.Errorf("%s does not require %s", file, requirement)
		}
	}
}

func TestTheAddressIsReadFromAWholeLineOnly(t *testing.T) {
	const line = `ts=2026-11-23T17:41:01.495522Z lvl=info msg="Listening on HTTP" log_id=16jNnCRW000 service=httpd addr=127.0.0.1:43897 https=false`
	for name, c := range map[string]struct{ log, want string }{
		"whole":          {"first\n" + line + "\n", "127.0.0.1:43897"},
		"half":           {line[:len(line)-15], ""},
		"an IPv6 host":   {strings.Replace(line, "127.0.0.1:43897", `"[::1]:8086"`, 1) + "\n", "[::1]:8086"},
		"another server": {strings.Replace(line, "on HTTP", "on UDP", 1) + "\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := influxd.listening([]byte(c.log)); got != c.want {
				t.Errorf("read %q and not %q", got, c.want)
			}
		})
	}
}

func TestAnAddressToListenOnBecomesOneToConnectTo(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8086": "127.0.0.1:8086",
		":8086":          "127.0.0.1:8086",
		"0.0.0.0:8086":   "127.0.0.1:8086",
		"[::]:8086":      "127.0.0.1:8086",
		"[::1]:8086":     "[::1]:8086",
		"localhost:8086": "localhost:8086",
	} {
		if got := dialable(listen); got != want {
			t.Errorf("%s becomes %s and not %s", listen, got, want)
		}
	}
}
