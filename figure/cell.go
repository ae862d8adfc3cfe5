package figure

import (
	"fmt"
	"strings"
)

// ParseCell reads a cell as people write it: as Cell.String does, with or without the
// category, or as the subject of a message, from figures or from the indicator on.
func ParseCell(text string) (c Cell, err error) {
	parts := strings.Fields(text)
	if len(parts) == 1 {
		parts = strings.Split(parts[0], ".")
		if len(parts) == 7 && parts[0] == SubjectPrefix {
			parts = parts[2:] // without the agency
		}
	}
	if len(parts) == 4 {
		parts = []string{parts[0], parts[1], Total, parts[2], parts[3]}
	}
	if len(parts) != 5 {
		return Cell{}, fmt.Errorf("%s does not name a cell; write the indicator, the area, the category unless it is the total, the measure and the period, like container_throughput NBZS level 2023-04", quote(text))
	}
	for _, field := range []struct {
		name string
		to   *string
	}{{"indicator", &c.Indicator}, {"area", &c.Area}, {"category", &c.Category}} {
		if *field.to, err = code(field.name, parts[0]); err != nil {
			return Cell{}, err
		}
		parts = parts[1:]
	}
	if c.Measure, err = ParseMeasure(parts[0]); err != nil {
		return Cell{}, err
	}
	if c.Period, err = ParsePeriod(parts[1]); err != nil {
		return Cell{}, err
	}
	return c, nil
}
