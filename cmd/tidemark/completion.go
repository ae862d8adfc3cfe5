package main

import (
	"fmt"
	"io"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help shows an example.
func (*completionCmd) Help() string {
	return `Prints a script by which the shell completes commands, flags, and the codes of the
catalogue. Put the line of your shell into its start file:

  bash:  source <(tidemark completion bash)
  zsh:   source <(tidemark completion zsh)     (after compinit)
  fish:  tidemark completion fish | source

Example:
  tidemark completion bash > /etc/bash_completion.d/tidemark`
}

// Run prints the script.
func (c *completionCmd) Run(e *env) error {
	_, err := io.WriteString(e.stdout, fmt.Sprintf(completionScripts[c.Shell], completeWord))
	return err
}

// completeWord is the first argument with which the scripts ask for candidates. It is
// no command, so that it is in no list of commands.
const completeWord = "__complete"

// completionScripts ask tidemark for the candidates of the last word, a line each with
// a description after a tab. When there are none, the shell offers files.
var completionScripts = map[string]string{
	"bash": `_tidemark() {
  local candidate
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    COMPREPLY+=("$candidate")
  done < <("${1/#\~/$HOME}" %[1]s "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _tidemark tidemark
`,
	"zsh": `_tidemark() {
  local line
  local -a described
  while IFS= read -r line; do
    described+=("${line%%%%$'\t'*}:${line#*$'\t'}")
  done < <("${(Q)words[1]/#\~/$HOME}" %[1]s "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#described} )); then
    _describe tidemark described
  else
    _files
  fi
}
compdef _tidemark tidemark
`,
	"fish": `function __tidemark_candidates
  set -l words (commandline -opc)
  set -l program $words[1]
  set -e words[1]
  $program %[1]s $words (commandline -ct) 2>/dev/null
end
complete -c tidemark -a '(__tidemark_candidates)'
`,
}
