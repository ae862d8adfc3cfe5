// Package metrics has nothing in it. go mod tidy looks for it, because a test of
// Prometheus' engine imports what imports it.
package metrics
