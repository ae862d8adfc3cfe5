// Package rest stands in the place of Kubernetes' client. Prometheus' query
// engine imports a package of loggers, and one of those, which nothing here
// makes, passes on the deprecation warnings of Kubernetes. For the sake of these
// two names 92 packages would be compiled and linked; go.mod has them replaced.
package rest

import "context"

// WarningHandlerWithContext takes a warning of Kubernetes.
type WarningHandlerWithContext interface {
	HandleWarningHeaderWithContext(ctx context.Context, code int, agent, text string)
}

// WarningLogger would log it.
type WarningLogger struct{}

// HandleWarningHeaderWithContext does nothing: nothing here speaks to Kubernetes.
func (WarningLogger) HandleWarningHeaderWithContext(context.Context, int, string, string) {}
