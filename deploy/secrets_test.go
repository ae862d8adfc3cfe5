package deploy_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"golang.org/x/crypto/bcrypt"

	"github.com/tidemark-stats/tidemark/internal/composetest"
)

func TestEverySecretIsRandomAndUnique(t *testing.T) {
	seen := map[string]string{}
	for range 2 {
		secrets, err := dotenv.Read(composetest.Secrets(t, ".."))
		must(t, err)
		delete(secrets, "COMPOSE_PROJECT_NAME")
		for name, secret := range secrets {
			if strings.HasPrefix(name, "NATS_HASH_") {
				continue // tested with NATS
			}
			// A letter first, because NATS would take a number for one.
			if !regexp.MustCompile(`^t[0-9a-f]{48}$`).MatchString(secret) {
				t.Errorf("%s is %q", name, secret)
			}
			if other, known := seen[secret]; known {
				t.Errorf("%s equals %s", name, other)
			}
			seen[secret] = name
		}
	}
}

func TestOnlyTheOwnerCanReadTheSecrets(t *testing.T) {
	info, err := os.Stat(composetest.Secrets(t, ".."))
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file has mode %o", mode)
	}
}

func TestExistingSecretsAreNotChanged(t *testing.T) {
	file := composetest.Secrets(t, "..")
	before, err := os.ReadFile(file)
	must(t, err)
	out, err := exec.Command("sh", "secrets.sh", file).CombinedOutput()
	want := "secrets.sh: " + file + " exists already and was not changed; add what is missing by hand, or move it away together with the data\n"
	if err == nil || string(out) != want {
		t.Errorf("it exits with %v and prints %s", err, out)
	}
	after, err := os.ReadFile(file)
	must(t, err)
	if string(before) != string(after) {
		t.Error("the file was touched")
	}
}

// A limit on the size of files ends the script in the middle of its writing.
func TestSecretsAreWrittenByTheNextRunAfterAnInterruptedOne(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, ".env")
	out, err := exec.Command("sh", "-c", `ulimit -f 1; exec sh secrets.sh "$1"`, "sh", file).CombinedOutput()
	if err == nil {
		t.Fatalf("the writing was not broken off: %s", out)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was written is left as %s: %v", file, err)
	}
	if out, err := exec.Command("sh", "secrets.sh", file).CombinedOutput(); err != nil {
		t.Errorf("the next run: %v: %s", err, out)
	}
	secrets, err := dotenv.Read(file)
	must(t, err)
	if want := 2*len(composetest.Load(t, "..").Services["nats"].Environment) + 4; len(secrets) != want {
		t.Errorf("%d secrets are written, want %d", len(secrets), want)
	}
}

// The way to change a password of NATS, and to upgrade from a version without
// hashes.
func TestAPasswordThatHasNoHashGetsOneAndNothingElseIsChanged(t *testing.T) {
	file := composetest.Secrets(t, "..")
	text, err := os.ReadFile(file)
	must(t, err)
	text = regexp.MustCompile(`(?m)^NATS_PASSWORD_PORT=.*\nNATS_HASH_PORT=.*\n`).ReplaceAll(text, []byte("NATS_PASSWORD_PORT='a new one'\n"))
	must(t, os.WriteFile(file, text, 0o600))
	if out, err := exec.Command("sh", "secrets.sh", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	after, err := os.ReadFile(file)
	must(t, err)
	added, ok := strings.CutPrefix(string(after), string(text))
	if !ok || strings.Count(added, "=") != 1 {
		t.Errorf("added is %q", added)
	}
	secrets, err := dotenv.Read(file)
	must(t, err)
	if err := bcrypt.CompareHashAndPassword([]byte(secrets["NATS_HASH_PORT"]), []byte("a new one")); err != nil {
		t.Errorf("the hash %q: %v", secrets["NATS_HASH_PORT"], err)
	}
}

func TestWithoutAHashProgramTheErrorSaysWhatToInstallAndNothingIsWritten(t *testing.T) {
	bin := t.TempDir()
	for _, tool := range []string{"sh", "chmod", "dirname", "find", "grep", "ln", "mktemp", "mv", "od", "rm", "sed", "tail", "tr"} {
		path, err := exec.LookPath(tool)
		must(t, err)
		must(t, os.Symlink(path, filepath.Join(bin, tool)))
	}
	file := filepath.Join(t.TempDir(), ".env")
	cmd := exec.Command(filepath.Join(bin, "sh"), "secrets.sh", file)
	cmd.Env = []string{"PATH=" + bin}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "no program that supports bcrypt: install perl, or htpasswd") {
		t.Errorf("it exits with %v and prints %s", err, out)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

func TestWritingSecretsLeavesNoOtherFile(t *testing.T) {
	file := composetest.Secrets(t, "..")
	beside, err := filepath.Glob(file + "*")
	must(t, err)
	if len(beside) != 1 {
		t.Errorf("there are %q", beside)
	}
}

func TestSecretsAreWrittenNextToTheComposeFile(t *testing.T) {
	root := t.TempDir()
	must(t, os.CopyFS(filepath.Join(root, "deploy", "nats"), os.DirFS("nats")))
	script, err := os.ReadFile("secrets.sh")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(root, "deploy", "secrets.sh"), script, 0o700))
	cmd := exec.Command("sh", filepath.Join(root, "deploy", "secrets.sh"))
	cmd.Dir = t.TempDir() // from anywhere
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(root, ".env")); err != nil {
		t.Error(err)
	}
}

func TestSecretsAreIgnoredByGit(t *testing.T) {
	ignored, err := os.ReadFile("../.gitignore")
	must(t, err)
	if !strings.Contains(string(ignored), "\n.env\n.env.*\n") {
		t.Error(".gitignore has no .env, or does not cover the leftovers of an interrupted run")
	}
	// Alertmanager reads the addresses of webhooks from a directory that exists
	// without them.
	ignored, err = os.ReadFile("alertmanager/secrets/.gitignore")
	must(t, err)
	if !strings.Contains(string(ignored), "\n*\n") {
		t.Error("deploy/alertmanager/secrets/.gitignore lets secrets pass")
	}
}

// Compose finds the containers and volumes of a project by its name.
func TestASecondCloneIsASeparateProject(t *testing.T) {
	one, other := composetest.Load(t, "..").Name, composetest.Load(t, "..").Name
	if !regexp.MustCompile(`^tidemark-[0-9a-f]{8}$`).MatchString(one) || one == other {
		t.Errorf("two clones are the projects %q and %q", one, other)
	}
}

func TestACloneUnderAStrictUmaskCanBeReadByTheContainersAndItsSecretsCannot(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"deploy/nats", "deploy/prometheus", "deploy/alertmanager", "deploy/grafana", "dashboards"} {
		must(t, os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join("..", dir))))
	}
	script, err := os.ReadFile("secrets.sh")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(root, "deploy", "secrets.sh"), script, 0o700))
	secret := filepath.Join(root, "deploy/alertmanager/secrets/officials-webhook-url")
	must(t, os.WriteFile(secret, []byte("http://127.0.0.1"), 0o600))
	if out, err := exec.Command("chmod", "-R", "go=", root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command("sh", filepath.Join(root, "deploy", "secrets.sh")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, file := range []string{"deploy/nats/nats.conf", "deploy/nats/health.sh", "deploy/prometheus/prometheus.yml", "deploy/alertmanager/secrets", "deploy/alertmanager/alertmanager.yml", "dashboards/zh"} {
		info, err := os.Stat(filepath.Join(root, file))
		must(t, err)
		if mode := info.Mode().Perm(); mode&0o004 == 0 || info.IsDir() && mode&0o001 == 0 {
			t.Errorf("%s has mode %o", file, mode)
		}
	}
	info, err := os.Stat(secret)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("a secret of Alertmanager has mode %o", mode)
	}
}
