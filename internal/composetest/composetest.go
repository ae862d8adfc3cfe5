// Package composetest reads docker-compose.yml for tests as `docker compose`
// does: with Compose's own library, against its schema, and with an env file
// that deploy/secrets.sh has written.
package composetest

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// File is the path of the Compose file in the source tree.
const File = "docker-compose.yml"

// Secrets runs deploy/secrets.sh of the source tree at root and returns the env
// file that it wrote.
func Secrets(t testing.TB, root string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), ".env")
	if out, err := exec.Command("sh", filepath.Join(root, "deploy", "secrets.sh"), file).CombinedOutput(); err != nil {
		t.Fatalf("secrets.sh: %v: %s", err, out)
	}
	return file
}

// Load loads docker-compose.yml with all profiles. Variables of this process
// are ignored; a variable that is neither in the env file nor has a default
// fails the test.
func Load(t testing.TB, root string) *types.Project {
	t.Helper()
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, File)},
		cli.WithWorkingDirectory(root), cli.WithEnvFiles(Secrets(t, root)), cli.WithDotEnv, cli.WithProfiles([]string{"*"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// OnHost returns the path on this machine of a file that a service sees at path
// through one of its bind mounts.
func OnHost(t testing.TB, s types.ServiceConfig, path string) string {
	t.Helper()
	for _, v := range s.Volumes {
		if rest, ok := strings.CutPrefix(path, v.Target+"/"); ok && v.Type == types.VolumeTypeBind {
			return filepath.Join(v.Source, filepath.FromSlash(rest))
		}
	}
	t.Fatalf("%s has no mount for %s", s.Name, path)
	return ""
}

// Setenv sets the variables of a service in this process until the end of the
// test.
func Setenv(t testing.TB, s types.ServiceConfig) {
	t.Helper()
	for name, value := range s.Environment {
		if value != nil {
			t.Setenv(name, *value)
		}
	}
}
