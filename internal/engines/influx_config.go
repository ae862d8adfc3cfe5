package engines

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// influxConfig is the whole configuration: everything else is influxd's
// default.
func influxConfig(opts InfluxOptions, listen string) []byte {
	return fmt.Appendf(nil, `# Written by tidemark at every start. Changes are lost.

reporting-disabled = true
bind-address = "127.0.0.1:0" # backup and restore

[meta]
dir = %q

[data]
dir = %q
wal-dir = %q
# The index on disk starts as fast as the one in memory and has no limit of
# its own on the number of series.
index-version = "tsi1"
# A write is confirmed only after it is on disk.
wal-fsync-delay = "0s"
query-log-enabled = false

[http]
bind-address = %q
flux-enabled = %t
auth-enabled = %t
log-enabled = false
# The profiler makes influxd record every mutex and block.
pprof-enabled = false
max-body-size = 0

[monitor]
store-enabled = false

[continuous_queries]
enabled = false

[subscriber]
enabled = false

[logging]
# The address of the HTTP listener is read from the log.
format = "logfmt"
level = "info"
`,
		filepath.Join(opts.Dir, "meta"),
		filepath.Join(opts.Dir, "data"),
		filepath.Join(opts.Dir, "wal"),
		listen, !opts.WithoutFlux, opts.Authenticated)
}

// influxEnvironment is this process's environment without the variables that
// influxd would read as configuration, such as INFLUXDB_HTTP_BIND_ADDRESS.
func influxEnvironment() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "INFLUXDB_") {
			env = append(env, entry)
		}
	}
	return env
}
