package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// completed returns the candidates for the last word of a command line.
func completed(t *testing.T, words ...string) (all []string) {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSuffix(ask(t, append([]string{completeWord}, words...)...), "\n"), "\n") {
		word, _, _ := strings.Cut(line, "\t")
		all = append(all, word)
	}
	return all
}

func TestAWordIsCompletedByWhatMayStandThere(t *testing.T) {
	t.Setenv("TIDEMARK_CATALOG", "")
	for line, want := range map[string]string{
		"hi":                               "history",
		"rej":                              "rejects",
		"rejects ":                         "list show resend drop",
		"rejects --a":                      "--all", // of the default command
		"rejects drop --w":                 "--why",
		"targets --lang ":                  "zh en",
		"targets --lang=e":                 "--lang=en",
		"targets --lang = e":               "en", // as bash takes it apart
		"targets --lang =":                 "zh en",
		"export --format x":                "xlsx",
		"export container_throughput_":     "container_throughput_rank",
		"export gdp container_throughput_": "container_throughput_rank",
		"export --out f.csv container_throughput_": "container_throughput_rank",
		"export --area 33021":                      "330211 330212 330213",
		"export -- container_throughput_":          "container_throughput_rank",
		"history container_throughput_":            "container_throughput_rank",
		"history container_throughput NBZ":         "NBZS",
		"history container_throughput NBZS y":      "ytd yoy ytd_yoy",
		"history container_throughput NBZS level ": "",
		"targets --explain container_r":            "container_rank_2026",
		"completion ":                              "bash zsh fish",
		"push ":                                    "", // files
		"push --sample --par":                      "--partial",
		"nonsense --x":                             "",
		"export --catalog=/nowhere.yaml gd":        "",
	} {
		if got := strings.Join(completed(t, strings.Split(line, " ")...), " "); got != want {
			t.Errorf("tidemark %s: got %q, want %q", line, got, want)
		}
	}
}

func TestEveryCommandCanBeCompleted(t *testing.T) {
	for _, words := range commands()[1:] {
		all := completed(t, words...)
		if !strings.Contains(" "+strings.Join(all, " ")+" ", " "+words[len(words)-1]+" ") {
			t.Errorf("%v is not among %v", words, all)
		}
	}
}

// TestBashCompletesACommandLine runs bash with the script, and asks it as it does when
// somebody presses the tabulator.
func TestBashCompletesACommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"hist":                 "history",
		"export --format x":    "xlsx",
		"targets --lang = e":   "en",
		"rejects drop --wh":    "--why",
		"history gdp 330200 l": "level",
		"push no-such-file":    "",
	} {
		program := ask(t, "completion", "bash") + `
read -ra words <<< "$1"
COMP_WORDS=(tidemark "${words[@]}") COMP_CWORD=${#words[@]}
_tidemark tidemark
echo "${COMPREPLY[*]}"
complete -p tidemark`
		var errs bytes.Buffer
		cmd := exec.Command("bash", "--norc", "-eu", "-c", program, "bash", line)
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, &errs)
		}
		if want := want + "\ncomplete -o bashdefault -o default -F _tidemark tidemark\n"; string(out) != want {
			t.Errorf("%s: got %q, want %q", line, out, want)
		}
	}
}
