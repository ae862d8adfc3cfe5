// Package receipt makes receipts that can be proven. A worker signs what became of
// each figure; a Document collects the signed statements and the figures of a
// submission in one file, which Verify checks without a server.
package receipt
