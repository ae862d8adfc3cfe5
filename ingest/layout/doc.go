// Package layout recognises tables of figures in any layout, and rewrites them as
// sheets with one figure per row, which package sheet reads.
package layout
