// Package ledger keeps what was decided on the messages of FIGURES: one
// decision for each message, made once, in the order of the stream, and found
// again by every redelivery.
//
// The decisions are the stream DECISIONS. An entry is appended only behind
// the last entry its writer has read (Nats-Expected-Last-Sequence), so that
// of two workers who judge at the same time one comes first and the other
// takes over what it finds. Every worker that reads the entries in their
// order therefore knows the same.
//
// There are three kinds of entries:
//
//	range      decides all messages up to the floor that were not decided before
//	ahead      decides the messages of one agency up to a sequence, before the floor has come there
//	amendment  replaces decisions on figures that InfluxDB refused to store
//
// An entry also carries what its decisions mean where that is said for the
// first time, or changes: the definitions of indicators, in a header; and, where figures were put into
// another unit, that what was decided before is to be multiplied.
package ledger
