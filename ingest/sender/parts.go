package sender

import (
	"context"
	"errors"

	"github.com/tidemark-stats/tidemark/ingest/layout"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// parts returns the tables of an input as inputs of their own, or the input itself
// when it is a sheet. A file that cannot be read is an input with a fault.
func (in *inspector) parts(ctx context.Context, input Input) ([]Input, error) {
	usual, err := in.usual(&input)
	if err != nil {
		return nil, err
	}
	input.usual = &usual
	if len(usual.Columns) > 0 && input.As.Map == nil {
		return []Input{input}, nil // a sheet whose columns the catalogue knows
	}
	file := layout.File{Name: input.Name, Open: input.until(ctx).Open, Catalog: in.validator.Cat,
		Notation: input.As.Notation, Sheet: input.As.Sheet, Map: input.As.Map}
	parts, err := file.Parts()
	var one *sheet.Fault
	var many sheet.Faults
	switch {
	case errors.As(err, &one), errors.As(err, &many):
		input.fault, input.unread = err, file.Unread()
		return []Input{input}, nil
	case err != nil:
		return nil, err
	case len(parts) == 0:
		return []Input{input}, nil
	}
	inputs := make([]Input, len(parts))
	var book workbook
	if len(parts) > 1 {
		book = workbook{}
	}
	for i, p := range parts {
		in.rewritten = append(in.rewritten, p)
		as := input.As
		as.Notation.Encoding, as.Notation.Columns = "", nil // of the file, not of the rewritten sheet
		inputs[i] = Input{Name: p.Name, Open: p.Open, As: as, read: p.Read, place: p.Place(), stored: p.Stored, book: book}
	}
	return inputs, nil
}

// close removes the temporary files of rewritten tables.
func (in *inspector) close() error {
	var all error
	for _, p := range in.rewritten {
		all = errors.Join(all, p.Close())
	}
	return all
}
