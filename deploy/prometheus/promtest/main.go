// Command promtest gives tests those parts of Prometheus and Alertmanager that
// their servers do not expose: a store with given samples, the rule engine over
// simulated time, the client of remote read, time intervals.
//
// It is in the module of the servers, so that tidemark's own module does not
// require what only its tests need. Package enginetest builds and runs it.
package main

import (
	"fmt"
	"os"
)

func main() { os.Exit(run(os.Args[1:])) }

// commands take the arguments after their names, and read and write the
// standard streams.
var commands = map[string]func(args []string) error{
	"block":     block,
	"rules":     simulate,
	"read":      read,
	"intervals": intervals,
}

func run(args []string) int {
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprintln(os.Stderr, "usage: promtest block|rules|read|intervals ARGUMENT…")
		return 2
	}
	if err := commands[args[0]](args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "promtest %s: %v\n", args[0], err)
		return 1
	}
	return 0
}
