package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// cli is the command line: a field for each command, in the order of the help.
type cli struct {
	Demo       demoCmd       `cmd:"" help:"Run everything in one process tree, with the built-in sample; no Docker."`
	Push       pushCmd       `cmd:"" help:"Send the figures of files and wait for their receipts."`
	Check      checkCmd      `cmd:"" help:"Report on files like push, but send nothing."`
	Map        mapCmd        `cmd:"" help:"Write down what the tables of a file mean, to be edited and used with --map."`
	Ingest     ingestCmd     `cmd:"" help:"Run a worker: from NATS to InfluxDB."`
	Exporter   exporterCmd   `cmd:"" help:"Run the exporter: from InfluxDB to Prometheus."`
	Desk       deskCmd       `cmd:"" help:"Run the page on which people send figures, or make a line of its password file."`
	Targets    targetsCmd    `cmd:"" help:"Show every target: to date, plan, projection, verdict."`
	Digest     digestCmd     `cmd:"" help:"Sum up what is new, turned and due, for a mail or a chat."`
	Export     exportCmd     `cmd:"" help:"Write the stored figures as a sheet, a workbook, SDMX-CSV or OpenMetrics."`
	Sample     sampleCmd     `cmd:"" help:"Load the built-in sample into running servers, and show the day of its newest figure."`
	Init       initCmd       `cmd:"" help:"Create or verify streams, consumer and bucket."`
	Migrate    migrateCmd    `cmd:"" help:"Convert an indicator's stored figures to the catalogue's unit, kind and frequency."`
	Replay     replayCmd     `cmd:"" help:"Refill the InfluxDB bucket from NATS, and count what is in it."`
	Pending    pendingCmd    `cmd:"" help:"List, approve, return or withdraw what waits for review or for its moment."`
	Receipts   receiptsCmd   `cmd:"" help:"List submissions with their receipts, or show every figure of one."`
	Verify     verifyCmd     `cmd:"" help:"Prove offline what a receipt says."`
	Key        keyCmd        `cmd:"" name:"receipt-key" help:"Make the key with which workers sign receipts, or print its public part."`
	History    historyCmd    `cmd:"" help:"Show every publication of one figure: value, when, by whom, note, warnings and answers."`
	Rejects    rejectsCmd    `cmd:"" help:"List figures that were refused, show them, send them again, or drop them."`
	Catalog    catalogCmd    `cmd:"" help:"Check or show a catalogue."`
	Health     healthCmd     `cmd:"" help:"Ask a running worker or exporter whether it is healthy."`
	Completion completionCmd `cmd:"" help:"Print a script for completion in a shell."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// Help shows an example.
func (*cli) Help() string {
	return `Exit codes: 0 done, 1 some figures were refused or are not settled yet, 2 could not run.

Example:
  tidemark demo
  tidemark push --nats nats://127.0.0.1:4222 port-2024-05.csv`
}

// newParser returns the parser of the command line.
func newParser(stdout, stderr io.Writer, options ...kong.Option) *kong.Kong {
	parser, err := kong.New(&cli{}, append(options,
		kong.Name("tidemark"),
		kong.Description("A city's monthly figures from its statisticians to Prometheus and Grafana."),
		kong.DefaultEnvars("TIDEMARK"),
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: true, WrapUpperBound: 100}),
		kong.ValueFormatter(describe),
	)...)
	if err != nil {
		panic("tidemark: the command line is malformed: " + err.Error()) // a mistake in cli, which any test finds
	}
	parser.Model.HelpFlag.Help = "Show this help."
	return parser
}

// describe returns the help of a flag with its default and its environment variable,
// because kong omits the default when there is a placeholder.
func describe(v *kong.Value) string {
	var more []string
	if v.HasDefault && v.Default != "" {
		more = append(more, "default "+v.Default)
	}
	for _, name := range v.Tag.Envs {
		more = append(more, "$"+name)
	}
	if len(more) == 0 {
		return v.Help
	}
	return strings.TrimSuffix(v.Help, ".") + " (" + strings.Join(more, ", ") + ")."
}

// misused says what is wrong with a command line, and which help to read.
func misused(err error) string {
	command := "tidemark"
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil && p.Context.Selected() != nil {
		command = p.Context.Selected().FullPath()
	}
	separator := "; "
	if strings.HasSuffix(err.Error(), "?") { // kong's "did you mean"
		separator = " "
	}
	return fmt.Sprintf("%v%ssee %s --help", err, separator, command)
}
