package engines_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestInfluxdIsHealthyAfterItsStart(t *testing.T) {
	influx := enginetest.Influx(t, enginetest.WithoutFlux)
	if body := get(t, influx.URL()+"/health"); !strings.Contains(body, `"status":"pass"`) {
		t.Errorf("/health answers %s", body)
	}
}

func TestInfluxdUnderstandsFlux(t *testing.T) {
	address := enginetest.SharedDatabase(t).URL
	resp, err := http.Post(address+"/api/v2/query", "application/vnd.flux", strings.NewReader(`buckets()`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the answer to a Flux query is %s", resp.Status)
	}
}

func TestSharedBucketsAreNeverTheSame(t *testing.T) {
	one := enginetest.SharedDatabase(t).Bucket
	other := enginetest.SharedDatabase(t).Bucket
	if one == other {
		t.Errorf("two tests share the bucket %s", one)
	}
}

func TestDataSurvivesOnTheSamePort(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *engines.Influx){
		"a stop": func(t *testing.T, i *engines.Influx) {
			if err := i.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"a kill":    func(_ *testing.T, i *engines.Influx) { i.Kill() },
		"a restart": func(*testing.T, *engines.Influx) {},
	} {
		t.Run(name, func(t *testing.T) {
			influx := enginetest.Influx(t, enginetest.WithoutFlux)
			before := influx.URL()
			writeFigure(t, before)
			end(t, influx)
			if err := influx.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			if after := influx.URL(); after != before {
				t.Fatalf("influxd moved from %s to %s", before, after)
			}
			if got := readFigures(t, before); !strings.Contains(got, "346") {
				t.Errorf("the figure is gone: %s", got)
			}
		})
	}
}

func TestStopDoesNothingWhenInfluxdHasExited(t *testing.T) {
	influx := enginetest.Influx(t, enginetest.WithoutFlux)
	influx.Kill()
	if err := influx.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestARequestedStopIsNotAnError(t *testing.T) {
	influx := enginetest.Influx(t, enginetest.WithoutFlux)
	influx.Kill()
	<-influx.Done()
	if err := influx.Err(); err != nil {
		t.Error(err)
	}
}

func TestAnUnexpectedExitIsReported(t *testing.T) {
	influx := enginetest.Influx(t, enginetest.WithoutFlux)
	process, err := os.FindProcess(influx.PID())
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-influx.Done()
	if err := influx.Err(); err == nil || !strings.HasPrefix(err.Error(), "influxd exited: signal: killed: ") {
		t.Errorf("Err returned %v", err)
	}
}

func TestInfluxdDoesNotTakeItsSettingsFromTheEnvironment(t *testing.T) {
	t.Setenv("INFLUXDB_HTTP_BIND_ADDRESS", "not an address")
	enginetest.Influx(t, enginetest.WithoutFlux)
}

func TestAnAddressInUseIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = start(t, engines.InfluxOptions{Dir: t.TempDir(), Listen: taken.Addr().String(), WithoutFlux: true})
	if err == nil || !strings.Contains(err.Error(), "listen tcp "+taken.Addr().String()+": bind: address already in use") {
		t.Errorf("StartInflux returned %v", err)
	}
}

func TestASecondInfluxdInADirectoryIsRefused(t *testing.T) {
	var dir string
	enginetest.Influx(t, enginetest.WithoutFlux, func(o *engines.InfluxOptions) { dir = o.Dir })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	path := influxd(t)
	_, err := engines.StartInflux(ctx, engines.InfluxOptions{Dir: dir, Executable: path})
	if err == nil || !strings.HasPrefix(err.Error(), "another influxd runs in "+dir+": ") {
		t.Errorf("StartInflux returned %v", err)
	}
}

func TestAnExecutableThatCannotRunIsRefused(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "influxd")
	other := filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("#!/bin/sh\necho no such command: $1\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		opts engines.InfluxOptions
		want string
	}{
		"a missing file": {
			engines.InfluxOptions{Dir: dir, Executable: missing},
			`influxd executable "` + missing + `": stat ` + missing + `: no such file or directory; name an influxd 1.8 executable, or leave --influxd and TIDEMARK_INFLUXD empty to have it built`,
		},
		"a name that is not in PATH": {
			engines.InfluxOptions{Dir: dir, Executable: "influxd-of-nobody"},
			`influxd executable "influxd-of-nobody": executable file not found in $PATH; name an influxd 1.8 executable, or leave --influxd and TIDEMARK_INFLUXD empty to have it built`,
		},
		"another program": {
			engines.InfluxOptions{Dir: dir, Executable: other},
			`influxd exited: exit status 3: no such command: run; its log is ` + filepath.Join(dir, "influxd.log"),
		},
		"no directory": {
			engines.InfluxOptions{},
			`influxd needs a directory for its data: InfluxOptions.Dir is empty`,
		},
		"half an address": {
			engines.InfluxOptions{Dir: dir, Listen: "8086"},
			`influxd's address "8086" is not HOST:PORT: address 8086: missing port in address`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := engines.StartInflux(t.Context(), c.opts)
			if err == nil {
				t.Fatal("influxd was started")
			}
			if err.Error() != c.want {
				t.Errorf("error is\n%s\nand not\n%s", err, c.want)
			}
		})
	}
}

// start runs an influxd that is expected to fail.
func start(t *testing.T, opts engines.InfluxOptions) (*engines.Influx, error) {
	t.Helper()
	opts.Executable = influxd(t)
	influx, err := engines.StartInflux(t.Context(), opts)
	if err == nil {
		influx.Kill()
	}
	return influx, err
}

func influxd(t *testing.T) string {
	t.Helper()
	path, err := engines.FindInfluxd(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func writeFigure(t *testing.T, address string) {
	t.Helper()
	post(t, address+"/query", url.Values{"q": {"CREATE DATABASE city WITH SHARD DURATION 520w"}}.Encode(), http.StatusOK)
	post(t, address+"/api/v2/write?bucket=city", "container_throughput value=346 1672531200000000000", http.StatusNoContent)
}

func readFigures(t *testing.T, address string) string {
	t.Helper()
	return get(t, address+"/query?"+url.Values{"db": {"city"}, "q": {"SELECT value FROM container_throughput"}}.Encode())
}

func post(t *testing.T, address, body string, want int) {
	t.Helper()
	resp, err := http.Post(address, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	// influxd sends its 200 before it runs a statement; the statement has run
	// when the body ends.
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want || strings.Contains(string(answer), `"error"`) {
		t.Fatalf("%s answers %s: %s", address, resp.Status, answer)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	_, body := enginetest.Get(t, address)
	return body
}
