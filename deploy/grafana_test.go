package deploy_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/engines"
)

// No Grafana is available here, so its files are checked against the keys in
// its documentation:
// https://grafana.com/docs/grafana/latest/administration/provisioning/
type dataSources struct {
	APIVersion  int `yaml:"apiVersion"`
	Prune       bool
	Datasources []struct {
		Name, UID, Type, Access, URL string
		IsDefault                    bool `yaml:"isDefault"`
		Editable                     bool
		JSONData                     struct {
			HTTPMethod                 string `yaml:"httpMethod"`
			PrometheusType             string `yaml:"prometheusType"`
			PrometheusVersion          string `yaml:"prometheusVersion"`
			TimeInterval               string `yaml:"timeInterval"`
			CacheLevel                 string `yaml:"cacheLevel"`
			IncrementalQuerying        bool   `yaml:"incrementalQuerying"`
			ManageAlerts               bool   `yaml:"manageAlerts"`
			AlertmanagerUID            string `yaml:"alertmanagerUid"`
			DisableRecordingRules      bool   `yaml:"disableRecordingRules"`
			Implementation             string
			HandleGrafanaManagedAlerts bool `yaml:"handleGrafanaManagedAlerts"`
		} `yaml:"jsonData"`
	}
}

type dashboardProviders struct {
	APIVersion int `yaml:"apiVersion"`
	Providers  []struct {
		Name, Folder          string
		FolderUID             string `yaml:"folderUid"`
		Type                  string
		DisableDeletion       bool `yaml:"disableDeletion"`
		AllowUIUpdates        bool `yaml:"allowUiUpdates"`
		UpdateIntervalSeconds int  `yaml:"updateIntervalSeconds"`
		Options               struct{ Path string }
	}
}

// strictly decodes one of Grafana's provisioning files.
func strictly(t *testing.T, kind string, into any) {
	t.Helper()
	grafana := composetest.Load(t, "..").Services["grafana"]
	files, err := filepath.Glob(composetest.OnHost(t, grafana, "/etc/grafana/provisioning/"+kind) + "/*.yml")
	if err != nil || len(files) != 1 {
		t.Fatalf("%s are in %q: %v", kind, files, err)
	}
	f, err := os.Open(files[0])
	must(t, err)
	defer f.Close()
	decoder := yaml.NewDecoder(f)
	decoder.KnownFields(true)
	must(t, decoder.Decode(into))
}

func TestGrafanaFindsEveryFolderThatItLooksInto(t *testing.T) {
	var plugins struct {
		APIVersion int `yaml:"apiVersion"`
		Apps       []any
	}
	var alerting struct {
		APIVersion int `yaml:"apiVersion"`
	}
	strictly(t, "plugins", &plugins)
	strictly(t, "alerting", &alerting)
	if plugins.APIVersion != 1 || len(plugins.Apps) != 0 || alerting.APIVersion != 1 {
		t.Errorf("%+v, %+v", plugins, alerting)
	}
}

func TestGrafanaQueriesServicesThatExist(t *testing.T) {
	var sources dataSources
	strictly(t, "datasources", &sources)
	project := composetest.Load(t, "..")
	var uids []string
	for _, s := range sources.Datasources {
		uids = append(uids, s.UID)
		u, err := url.Parse(s.URL)
		must(t, err)
		service, ok := project.Services[u.Hostname()]
		if !ok || healthPage(service).Port() != u.Port() || u.Scheme != "http" {
			t.Errorf("no service of docker-compose.yml listens at %s", s.URL)
		}
		if s.IsDefault != (s.UID == "tidemark") || s.Editable || s.Access != "proxy" {
			t.Errorf("data source %s: %+v", s.UID, s)
		}
		if s.Type == "prometheus" && (s.JSONData.HTTPMethod != "POST" || s.JSONData.TimeInterval == "" || s.JSONData.PrometheusVersion != engines.PrometheusVersion) {
			t.Errorf("data source %s: %+v", s.UID, s.JSONData)
		}
		if a := s.JSONData.AlertmanagerUID; a != "" && a != "alertmanager" {
			t.Errorf("data source %s refers to the Alertmanager %s", s.UID, a)
		}
	}
	if want := []string{"tidemark", "prometheus", "alertmanager"}; !slices.Equal(uids, want) {
		t.Errorf("data sources are %q and not %q", uids, want)
	}
}

func TestGrafanaFindsEveryDashboard(t *testing.T) {
	var providers dashboardProviders
	strictly(t, "dashboards", &providers)
	grafana := composetest.Load(t, "..").Services["grafana"]
	seen := map[string]bool{}
	for _, p := range providers.Providers {
		if p.FolderUID == "" || p.Type != "file" {
			t.Errorf("folder %s: %+v", p.Name, p)
		}
		files, err := filepath.Glob(composetest.OnHost(t, grafana, p.Options.Path+"/*.json"))
		must(t, err)
		if len(files) == 0 {
			t.Errorf("there are no dashboards in %s", p.Options.Path)
		}
		for _, file := range files {
			uid, title := dashboard(t, file)
			if uid == "" || seen[uid] {
				t.Errorf("%s has the uid %q, which another dashboard has too", file, uid)
			}
			seen[uid] = true
			// Grafana ignores such a dashboard and reports that only in its
			// log.
			if strings.EqualFold(title, p.Folder) {
				t.Errorf("%s has the same title as its folder, %s", file, title)
			}
		}
	}
	home := composetest.OnHost(t, grafana, *grafana.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
	if uid, _ := dashboard(t, home); uid != "tidemark-overview" {
		t.Errorf("the home dashboard is %s", uid)
	}
}

// dashboard has the fields by which Grafana identifies a dashboard.
func dashboard(t *testing.T, file string) (uid, title string) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	var d struct{ UID, Title string }
	must(t, json.Unmarshal(text, &d))
	return d.UID, d.Title
}
