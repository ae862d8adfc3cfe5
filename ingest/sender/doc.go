// Package sender is the sending side of ingest: it reads files, judges each as a
// whole, publishes the good figures and reports the outcome of every row.
package sender
