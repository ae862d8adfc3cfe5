// Package ledger keeps the decisions on the messages of FIGURES: one decision
// for each message, made once, in the order of the stream, and found again on
// every redelivery.
//
// The decisions are stored in the stream DECISIONS. An entry is appended only
// directly after the last entry that its writer has read
// (Nats-Expected-Last-Sequence). Of two workers that decide at the same time,
// one comes first and the other adopts its decisions. Every worker that reads
// the entries in order therefore knows the same.
//
// There are three kinds of entries:
//
//	range      decides all messages up to the floor that were not decided before
//	ahead      decides the messages of one agency up to a sequence beyond the floor
//	amendment  replaces decisions on figures that InfluxDB refused to store
//
// An entry also says in its headers what stored numbers mean, when that is new
// or changes: the definitions of indicators, and the power of ten by which
// earlier decisions must be multiplied after a change of unit.
package ledger
