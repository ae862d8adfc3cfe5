// Package replay fills InfluxDB again from the decisions in NATS, and
// converts stored figures when the catalogue defines them anew.
package replay
