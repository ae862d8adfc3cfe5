// Package replay refills InfluxDB from the decisions in NATS, and converts stored
// figures when the catalogue redefines their indicator.
package replay
