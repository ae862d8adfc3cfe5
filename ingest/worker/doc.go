// Package worker settles figures: it fetches messages of FIGURES, decides on
// each once, writes points, rejects and receipts, and acknowledges last. Any
// number of workers may run side by side.
package worker
