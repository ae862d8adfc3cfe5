// Package desk is the statistician's page: people sign in, drop a file or paste
// cells, see how each figure was understood and what is stored of it now, correct
// and confirm, send, and get a receipt to print. It needs NATS and nothing else.
package desk
