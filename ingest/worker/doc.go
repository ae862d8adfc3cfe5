// Package worker settles figures: it fetches messages of FIGURES, decides on each
// once, writes points, rejects and receipts, and then acknowledges. Any number of
// workers may run concurrently.
package worker
