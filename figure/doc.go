// Package figure is the vocabulary of tidemark: one published value with
// everything that says what it means. It knows the words of SDMX (period,
// status, measure), the exact decimal a statistician wrote and the JSON in
// which a figure travels; it does no I/O and knows no indicator.
package figure

//go:generate go run ./internal/schemagen figure.schema.json
