package engines

import "context"

// AlertmanagerOptions configure StartAlertmanager.
type AlertmanagerOptions struct {
	// Dir holds the data and alertmanager.log. It is created if missing;
	// removing it is up to the caller.
	Dir string
	// ConfigFile is an alertmanager.yml. Relative paths in it are relative to
	// its directory.
	ConfigFile string
	// Listen is HOST:PORT of the HTTP API. Port 0 means a free one; empty
	// means a free one on 127.0.0.1.
	Listen string
	// Executable is an Alertmanager 0.32 or later, by path or by its name in
	// PATH. Empty means that FindAlertmanager builds one.
	Executable string
	// Flags are further flags of Alertmanager, such as --data.retention=192h.
	Flags []string
	// Progress, if not nil, is called while a start takes long.
	Progress func(string)
}

// Alertmanager is an Alertmanager that runs as a child of this process and ends
// with it, however it ends. It has no web page and no peers. Its methods are
// safe for concurrent use.
type Alertmanager struct{ *process }

const alertmanagerModule = "github.com/prometheus/alertmanager"

// alertmanager is the program behind Alertmanager. It is in the same tool
// module as Prometheus so that their common dependencies are compiled once.
var alertmanager = &program{
	name:      "alertmanager",
	title:     "Alertmanager",
	version:   AlertmanagerVersion,
	module:    "deploy/prometheus",
	main:      alertmanagerModule + "/cmd/alertmanager",
	takes:     "a minute or two",
	tags:      "remove_all_sd",
	instead:   "name an Alertmanager executable in AlertmanagerOptions.Executable, or use docker compose",
	named:     "name an Alertmanager executable, or leave it empty to have it built",
	change:    alertmanagerPage,
	listening: listeningOfToolkit,
}

// FindAlertmanager returns the path of an Alertmanager executable, as
// FindInfluxd does for influxd.
func FindAlertmanager(ctx context.Context, progress func(string)) (string, error) {
	return alertmanager.find(ctx, progress)
}

// StartAlertmanager starts Alertmanager and returns when it is ready. ctx
// limits the start and the build and has no effect afterwards.
func StartAlertmanager(ctx context.Context, opts AlertmanagerOptions) (*Alertmanager, error) {
	s, err := startConfigured(ctx, alertmanager, "AlertmanagerOptions", PrometheusOptions(opts), "--storage.path=",
		"--cluster.listen-address=") // no cluster
	if err != nil {
		return nil, err
	}
	return &Alertmanager{s}, nil
}

// alertmanagerPage gives Alertmanager an empty web page. Its Go module does not
// compile as released: it embeds a page that the release process builds with
// Node.js and that is not in the repository.
var alertmanagerPage = &change{
	module: alertmanagerModule,
	what:   "with an empty web page",
	add: map[string]string{"ui/app/dist/index.html": "<!doctype html>\n<title>Alertmanager</title>\n" +
		"This build has no web page. Its API is at /api/v2.\n"},
}
