// Package ingesttest gives tests a NATS server with the streams of ingest and
// a bucket, and reads back what is in them. It knows no worker.
package ingesttest
