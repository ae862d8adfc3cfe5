// Package dashboards makes the Grafana dashboards of a catalogue, each in a
// Chinese and an English edition, from one source. The topics and indicators
// come from the catalogue; no code here names one.
//
// The dashboards of the built-in catalogue are committed as JSON in zh and en
// and embedded: Committed lists them, Read says what one asks. Another city's
// are written by
//
//	go run ./dashboards/generate --catalog FILE --out DIR
//
// # How figures are asked for
//
// Bars are made of an instant query of a range selector, which gives the
// figures themselves at their own dates; a range query would give steps. No
// arithmetic is possible on a range selector, so the unit people read comes
// from the label scale="display".
//
// Which figures an indicator has (published, derived, with a target or
// without) is not known beforehand. A query whose ref begins with
// OptionalPrefix may have no answer; a panel as a whole has one, or its
// description says that emptiness is good news.
package dashboards

//go:generate go run ./generate
