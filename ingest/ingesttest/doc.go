// Package ingesttest provides tests with a NATS server that has the streams of
// ingest, and with a bucket, and reads back what is in them. It does not use
// package worker.
package ingesttest
