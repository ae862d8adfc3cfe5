// Package ingest is the way of a figure from its sender to InfluxDB on which
// nothing is lost. A Publisher puts figures into the stream FIGURES; a
// Worker takes them out, holds each against the catalogue and against what
// is known, writes the good ones and stores the others in REJECTS with the
// reason, says so in RECEIPTS, and acknowledges a message only after all
// that is done.
package ingest
