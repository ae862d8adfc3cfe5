// Package local runs the two engines tidemark stands on, NATS with JetStream
// and InfluxDB, on this machine and without Docker: for `tidemark demo` and for
// every test that would otherwise need a mock.
//
// NATS is embedded in the process. InfluxDB is the real influxd 1.8, built once
// by the Go toolchain from the tool module deploy/influxd and run as a child
// process that can not outlive its parent.
package local
