package main

import (
	"fmt"
	"runtime/debug"

	"github.com/prometheus/common/version"
)

type versionCmd struct{}

// Help shows an example.
func (*versionCmd) Help() string { return "Example:\n  tidemark version" }

// Run prints the version: the one set when linking a release, or else the module's.
func (*versionCmd) Run(e *env) error {
	v := version.Version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	_, err := fmt.Fprintf(e.stdout, "tidemark %s (%s, %s/%s)\n", v, version.GoVersion, version.GoOS, version.GoArch)
	return err
}
