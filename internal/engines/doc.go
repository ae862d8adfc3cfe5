// Package engines runs the servers that tidemark needs on this machine without
// Docker: NATS with JetStream, InfluxDB, Prometheus and Alertmanager, for
// `tidemark demo` and for tests, which therefore need no mocks.
//
// NATS is embedded in the process. The others are the real programs, built once
// by the Go toolchain from the tool modules deploy/influxdb1 and
// deploy/prometheus, and run as child processes that cannot outlive their
// parent.
package engines
