// Package grid reads the files of spreadsheets, and text in columns, into grids of
// cells: what a cell contains, not how wide its column or how its number format
// shows it. It knows nothing about figures; package layout finds them in a grid.
package grid
