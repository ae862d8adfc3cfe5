// Package dashboards generates the Grafana dashboards of a catalogue, each in a
// Chinese and an English edition, from one source. The topics and indicators
// come from the catalogue; this code does not name any.
//
// The dashboards of the built-in catalogue are committed as JSON in zh and en
// and embedded: Committed lists them. Those of another city are written by
//
//	go run ./dashboards/cmd/generate --catalog FILE --out DIR
//
// # How figures are queried
//
// Bars use an instant query of a range selector, which returns the figures
// themselves at their own dates; a range query would return steps. Arithmetic is
// not possible on a range selector, so the display unit is selected with the label
// scale="display", and in the English edition with scale="display_en".
//
// Which figures an indicator has (published, derived, with a target or without) is
// not known in advance. A query whose ref begins with OptionalPrefix may return
// nothing; at least one query of a panel returns something, or its description
// says that empty is good news.
package dashboards

//go:generate go run ./cmd/generate
