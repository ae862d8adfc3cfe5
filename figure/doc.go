// Package figure is the vocabulary of tidemark: one published value with
// everything that gives it meaning. It knows the terms of SDMX (period,
// status, measure), the exact decimal that a statistician wrote and the JSON
// in which a figure travels; it does no I/O and knows no indicator.
package figure

//go:generate go run ./internal/schemagen figure.schema.json
