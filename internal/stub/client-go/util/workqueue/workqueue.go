// Package workqueue is empty. go mod tidy needs it because a test of
// Prometheus' engine imports a package that imports it.
package workqueue
