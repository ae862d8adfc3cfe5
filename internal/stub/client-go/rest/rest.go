// Package rest replaces Kubernetes' client. Prometheus' query engine imports a
// package of loggers, one of which, not used here, forwards the deprecation
// warnings of Kubernetes. Those two names would compile and link 92 packages,
// so go.mod replaces the module with this one.
package rest

import "context"

// WarningHandlerWithContext handles a warning from Kubernetes.
type WarningHandlerWithContext interface {
	HandleWarningHeaderWithContext(ctx context.Context, code int, agent, text string)
}

// WarningLogger would log it.
type WarningLogger struct{}

// HandleWarningHeaderWithContext does nothing: nothing here uses Kubernetes.
func (WarningLogger) HandleWarningHeaderWithContext(context.Context, int, string, string) {}
