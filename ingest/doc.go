// Package ingest defines what the sender and the worker share in NATS: the
// streams, their headers, receipts and rejects. Its subpackages are:
//
//	sender     reads files, checks them against the rules, publishes figures to
//	           FIGURES and collects the receipts
//	worker     takes figures from FIGURES, decides on each once, writes the good
//	           ones to InfluxDB and the others to REJECTS, and acknowledges a
//	           message only after all of that is done
//	pending    holds submissions back for review or until their moment
//	rules      checks a figure against the catalogue and against known figures
//	sheet      reads CSV files written by people
//	plausible  the statistics behind the rules
//	ledger     the stream DECISIONS
//	replay     refills InfluxDB from the decisions
package ingest
