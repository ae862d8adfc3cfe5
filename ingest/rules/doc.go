// Package rules holds figures against the catalogue and against what is
// known of their series. Sender and worker judge by it alike; docs/rules.md
// lists every rule.
package rules
