// Package ingest is what the sender's side and the worker share of NATS: the
// streams, their headers, receipts and rejects.
//
//	sender   reads files, holds them against the rules, publishes figures to
//	         FIGURES and collects the receipts
//	worker   takes figures from FIGURES, decides on each once, writes the good
//	         ones to InfluxDB and the others to REJECTS, and acknowledges a
//	         message only after all of that is done
//	rules    whether a figure is right by the catalogue and by what is known
//	sheet    files of people; plausible, the statistics behind the rules;
//	         ledger, the stream DECISIONS; replay, filling InfluxDB again
package ingest
