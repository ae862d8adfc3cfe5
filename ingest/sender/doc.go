// Package sender is the side of those who send figures: it reads their
// files, judges each as a whole, publishes the good figures and tells what
// became of every row.
package sender
