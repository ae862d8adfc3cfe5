package sender

import (
	"bytes"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/catalog"
)

// checkedCells checks a workbook with a column of values, and returns what is said
// about each as it is to be sent.
func checkedCells(t *testing.T, values ...any) (sent []string, findings []Finding) {
	t.Helper()
	book := excelize.NewFile()
	put := func(row int, cells ...any) {
		at, _ := excelize.CoordinatesToCellName(1, row)
		if err := book.SetSheetRow("Sheet1", at, &cells); err != nil {
			t.Fatal(err)
		}
	}
	put(1, "indicator", "area", "measure", "period", "value", "unit")
	for i, v := range values {
		put(i+2, "container_throughput", "NBZS", "level", []string{"2024-01", "2024-02", "2024-03", "2024-04"}[i], v, "万TEU")
	}
	var content bytes.Buffer
	if err := book.Write(&content); err != nil {
		t.Fatal(err)
	}
	in := newInspector(catalog.Ningbo(), true)
	t.Cleanup(func() { _ = in.close() })
	inputs, err := in.parts(t.Context(), Input{Name: "f.xlsx", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil }})
	if err != nil {
		t.Fatal(err)
	}
	f, err := in.load(inputs[0])
	if err != nil {
		t.Fatal(err)
	}
	err = f.each(func(r *judgedRow) error {
		sent, findings = append(sent, r.Figure.Value.String()), append(findings, r.Findings...)
		return nil
	}, func(p Finding) { findings = append(findings, p) })
	if err != nil {
		t.Fatal(err)
	}
	return sent, findings
}

func TestANumberStoredByASpreadsheetIsNeverAskedAbout(t *testing.T) {
	for name, c := range map[string]struct {
		values []any
		want   []string
	}{
		"three decimals":                        {[]any{301.234, 302.345, 303.456}, []string{"301.234", "302.345", "303.456"}},
		"three decimals beside whole numbers":   {[]any{301.234, 302, 303}, []string{"301.234", "302", "303"}},
		"beside texts with commas for decimals": {[]any{301.5, "302,5", "303,25"}, []string{"301.5", "302.5", "303.25"}},
		"in an exponent":                        {[]any{3.01234e2, 302.5}, []string{"301.234", "302.5"}},
	} {
		t.Run(name, func(t *testing.T) {
			sent, findings := checkedCells(t, c.values...)
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			for i := range c.want {
				if sent[i] != c.want[i] {
					t.Errorf("%v is %s, want %s", c.values[i], sent[i], c.want[i])
				}
			}
		})
	}
}
