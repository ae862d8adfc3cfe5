package figure

import "encoding/json"

// periodPattern describes what ParsePeriod reads, for other programs. A test
// compares the two.
const periodPattern = `^(1[89]|2[01])[0-9]{2}(-A1|-Q[1-4]|-M?(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-01/P1M|-(01|04|07|10)-01/P3M|-01-01/P(12M|1Y))?$`

// decimalPattern describes a decimal string.
const decimalPattern = `^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?0*([0-3]?[0-9]|40))?$`

// codePattern describes a code; see IsCode.
const codePattern = `^[\p{L}\p{Nd}_-][\p{L}\p{Mn}\p{Mc}\p{Nd}_-]{0,63}$`

// Schema returns the JSON Schema (2020-12) of a message body, generated from
// the code; figure.schema.json is the published copy in the repository.
func Schema() []byte {
	text := func(pattern, about string) map[string]any {
		return map[string]any{"type": "string", "pattern": pattern, "description": about}
	}
	plain := func(limit int, about string) map[string]any {
		return map[string]any{"type": "string", "maxLength": limit, "description": about}
	}
	names := make([]string, 0, len(measures))
	for _, m := range Measures() {
		names = append(names, m.String())
	}
	schema := map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"$id":                  "https://github.com/tidemark-stats/tidemark/figure/figure.schema.json",
		"title":                "tidemark figure",
		"description":          "One published statistical value: the body of a message on figures.<agency>.<indicator>.<area>.<category>.<measure>.<period>",
		"type":                 "object",
		"additionalProperties": false,
		"required":             []string{"indicator", "area", "measure", "period", "value", "unit"},
		"properties": map[string]any{
			"indicator": text(codePattern, "what is measured, a code of the catalogue"),
			"area":      text(codePattern, "REF_AREA: where, a code of the catalogue"),
			"category":  map[string]any{"type": "string", "pattern": codePattern, "default": Total, "description": "a breakdown; _T is the total"},
			"measure": map[string]any{"enum": names,
				"description": "level: the period alone; ytd: January to this period (累计); yoy, ytd_yoy: published year-on-year growth of these, in %"},
			"period": text(periodPattern, "TIME_PERIOD: 2023-01, 2023-Q1, 2023 and SDMX's other spellings of these"),
			"value": map[string]any{"description": "OBS_VALUE in the unit given, exact; null when withheld",
				"anyOf": []any{map[string]any{"type": "number"}, map[string]any{"type": "string", "pattern": decimalPattern}, map[string]any{"type": "null"}}},
			"unit":   plain(64, "UNIT_MEASURE with its multiplier, as people write it: 万TEU, 亿元, %"),
			"status": map[string]any{"type": "string", "default": Normal.String(), "description": "OBS_STATUS, SDMX code list CL_OBS_STATUS 2.2; an empty string means A"},
			"note":   plain(MaxNote, "what a reader should know, with the source"),
			"confirmed": map[string]any{"default": false, "description": "the sender has checked an implausible value and stands by it: true, or the reason in two words or more",
				"anyOf": []any{map[string]any{"type": "boolean"}, map[string]any{"type": "string", "maxLength": MaxNote, "pattern": reasonPattern}}},
			"published": plain(64, "when an archive is loaded: the day (2023-10-18) or instant (RFC 3339) of the publication, in the past"),
		},
		"if":   map[string]any{"required": []string{"value"}, "properties": map[string]any{"value": map[string]any{"type": "null"}}},
		"then": map[string]any{"required": []string{"status"}, "properties": map[string]any{"status": statusEnum(true)}},
		"else": map[string]any{"properties": map[string]any{"status": statusEnum(false)}},
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic("figure: the schema is always JSON: " + err.Error())
	}
	return append(out, '\n')
}

// statusEnum lists the statuses that a figure may have without a value
// (withheld) or with one.
func statusEnum(withheld bool) map[string]any {
	var codes []string
	for _, s := range Statuses() {
		if s.Allows(withheld) {
			codes = append(codes, s.String())
		}
	}
	if !withheld {
		codes = append(codes, "")
	}
	return map[string]any{"enum": codes}
}
