// Package rules checks figures against the catalogue and against what is known
// of their series. The sender and the worker share it, so that both judge
// alike; docs/rules.md lists every rule.
package rules
