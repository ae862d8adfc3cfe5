package catalog

import (
	"path/filepath"
	"strings"
	"testing"
)

// refusals maps each testdata/invalid-*.yaml, which differs from
// testdata/valid.yaml by one mistake, to its complete error: line, column and
// text.
var refusals = map[string]string{
	"accepts-shorter":           `28:18: indicator boxes: accepts M, which is not longer than its own frequency M`,
	"agency-code-twice":         `5:12: agency port: the code is given twice`,
	"alias":                     `64:14: indicator rank: display: aliases are not allowed in a catalogue, write the value out`,
	"area-kind-is-a-code":       `9:12: area P: kind "1" is also the code of an area`,
	"balance-area":              `84:12: balance: left: area P does not report boxes`,
	"balance-category":          `84:41: balance: right: category "fish" is not a category of boxes, only "_T" is known`,
	"balance-ends-early":        `84:41: balance: right ends where a term is expected`,
	"balance-months-of-a-stock": `84:41: balance: right: the months of ships, which is a stock, do not add up`,
	"balance-of-a-rank": `84:12: balance: left: rank is a rank, which cannot be added up
84:40: balance: right: rank is a rank, which cannot be added up`,
	"balance-operator":             `84:29: balance: operator "==" is unknown, did you mean "="?`,
	"balance-tolerance-missing":    `84:5: balance: lacks "tolerance"`,
	"balance-tolerance-negative":   `84:59: balance: tolerance -1 % must not be negative`,
	"balance-unknown-indicator":    `84:41: balance: right: indicator "boxs" is unknown, did you mean "boxes"?`,
	"balance-without-plus":         `84:41: balance: right: + or - is missing before "ships"`,
	"bounds-area-not-reporting":    `40:9: indicator boxes: bounds: P does not report this indicator`,
	"bounds-area-unknown":          `40:9: indicator boxes: bounds: area "21" is unknown, did you mean "1"?`,
	"bounds-min-above-max":         `35:12: indicator boxes: bounds: min 11 万TEU is above max 10 万TEU`,
	"bounds-min-missing":           `55:13: indicator ships: bounds: lacks "min"`,
	"bounds-missing":               `45:5: indicator ships: lacks "bounds"`,
	"bounds-number":                `35:12: indicator boxes: bounds: min "1,5" is not a number; write digits with an optional sign and point, like 2726.08`,
	"bounds-digits":                `36:12: indicator boxes: bounds: max "999999999999999999 万TEU" has more digits than can be kept, write 1000000000000000000 万TEU`,
	"bounds-too-large":             `36:12: indicator boxes: bounds: the bounds of a year are too large to be figures`,
	"target-value-digits":          `91:12: target boxes_2027: value "9007199254740993 TEU" has more digits than can be kept, write 9007199254740990 TEU`,
	"target-factor-digits":         `110:12: target ships_2027: value "2.0000000000000001" has more digits than can be kept, write 2`,
	"bounds-unit":                  `35:12: indicator boxes: bounds: min "1 万TUE": "万TUE" is not a spelling of the unit TEU, did you mean "万TEU"?`,
	"bounds-without-unit":          `35:12: indicator boxes: bounds: min "10000" lacks its unit, write it like "10000 TEU"`,
	"break-area-not-reporting":     `46:33: indicator boxes: break: area P does not report this indicator`,
	"break-category":               `46:37: indicator boxes: break: category "fish" is not a category of boxes, only "_T" is known`,
	"break-key":                    `46:27: break: unknown key "since", use one of period, area, category, measure, note`,
	"break-measure":                `46:36: indicator boxes: break: measure ytd_yoy is not published for boxes`,
	"break-period":                 `46:18: indicator boxes: break: period "January" is a part of a year, but the year is missing; add the year, like 2023-01, 2023-Q1 or 2023`,
	"break-without-note":           `46:9: indicator boxes: break: lacks "note"`,
	"break-without-period":         `46:9: indicator boxes: break: lacks "period"`,
	"calendar-closes-after":        `19:21: calendar monthly: closes: after "quarter" is neither year nor period`,
	"calendar-closes-day":          `19:13: calendar monthly: closes: lacks "day"`,
	"calendar-closes-early":        `19:13: calendar monthly: 2023-02 would close on 2023-03-19, before its figures are due`,
	"calendar-closes-key":          `19:53: closing: unknown key "hour", use one of after, months_later, day`,
	"calendar-closes-months-later": `19:41: calendar monthly: closes: months_later "0" is not a whole number from 1 to 120`,
	"calendar-code-twice":          `21:11: calendar monthly: the code is given twice`,
	"calendar-date":                `20:16: calendar monthly: dates: "2023-3-20" is not a date, write it like 2023-10-18`,
	"calendar-date-period":         `20:7: calendar monthly: dates: "2023-2" is not in SDMX period format; write 2023-02`,
	"calendar-date-too-early":      `20:16: calendar monthly: dates: 2023-02-20 is before the end of 2023-02`,
	"calendar-date-too-late":       `20:16: calendar monthly: dates: 2032-03-20 is more than 24 months after 2023-02`,
	"calendar-date-without-rule":   `20:7: calendar monthly: dates: 2023-Q1 has no rule for the other periods of its frequency`,
	"calendar-day":                 `17:37: calendar monthly: monthly: day "32" is not a whole number from 1 to 31`,
	"calendar-grace":               `18:17: calendar monthly: grace_days "ten" is not a whole number from 0 to 366`,
	"calendar-months-later":        `17:29: calendar monthly: monthly: months_later "0" is not a whole number from 1 to 24`,
	"calendar-never-released":      `17:52: calendar monthly: monthly: with_next names every period, so none is ever released`,
	"calendar-with-next":           `17:53: calendar monthly: monthly: with_next "13" is not a period's number from 1 to 12`,
	"calendar-without-rule":        `14:11: calendar monthly: has no rule, give monthly, quarterly or annual`,
	"category-malformed":           `41:18: indicator boxes: category "a b" must be made of letters, digits, _ and -`,
	"flag-mark":                    `4:65: agency port: flags: "1" is not a mark that can be written next to a number`,
	"flag-status":                  `4:68: agency port: flags: x: "suppressed" is not an SDMX observation status; write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS, or 0 for a mark that means zero`,
	"code-malformed":               `84:9: target boxes.2027: id "boxes.2027" must be made of letters, digits, _ and -`,
	"comma-without-quotes":         `4:43: name: unknown key "harbour", a text with a comma in it needs quotation marks here`,
	"display-not-a-spelling":       `30:14: indicator boxes: display "万teus" is not a spelling of the unit TEU, did you mean "万TEU"?`,
	"empty":                        `the catalogue is empty`,
	"indicator-code-twice":         `45:11: indicator boxes: the code is given twice`,
	"key-twice":                    `31:5: key "display" is given twice, first on line 30`,
	"list-empty":                   `28:14: indicator boxes: accepts is an empty list, remove it`,
	"max-growth-missing":           `23:5: indicator boxes: lacks "max_growth"`,
	"max-growth-negative":          `42:17: indicator boxes: max_growth -50 % must be above zero`,
	"max-growth-without-growth":    `55:17: indicator ships: max_growth is not allowed here, remove it`,
	"max-jump-below-1":             `41:15: indicator boxes: max_jump 0.5 must be above 1`,
	"max-jump-missing":             `23:5: indicator boxes: lacks "max_jump"`,
	"measures-missing":             `23:5: indicator boxes: lacks "measures"`,
	"measure-twice":                `33:33: indicator boxes: measures names "ytd" twice`,
	"name-lacks-en":                `7:40: area 11: name: lacks "en"`,
	"name-lacks-zh":                `24:11: indicator boxes: name: lacks "zh"`,
	"not-a-mapping":                `1:1: catalogue: must be a mapping of keys`,
	"not-yaml":                     `10:8: the [ that opens here is not closed; write ] at its end, or a comma if it continues`,
	"ratio-missing":                `71:5: indicator per_ship: lacks "ratio"`,
	"ratio-of-a-flow":              `41:12: indicator boxes: ratio is not allowed here, remove it`,
	"ratio-of-a-ratio":             `81:44: indicator per_ship: ratio: denominator per_ship is itself a ratio`,
	"ratio-part-missing":           `81:12: indicator per_ship: ratio: lacks "denominator"`,
	"ratio-unknown-part":           `81:44: indicator per_ship: ratio: denominator "shps" is unknown, did you mean "ships"?`,
	"section-missing":              `1:1: catalogue: lacks "agencies"`,
	"section-not-a-list":           `3:11: catalogue: agencies: must be a list`,
	"several": `23:5: indicator boxes: lacks "agency"
30:14: indicator boxes: display "亿TEU" is not a spelling of the unit TEU, did you mean "TEU"?
31:5: indicator: unknown key "agnecy", did you mean "agency"?
46:11: indicator ships: name: lacks "en"
81:44: indicator per_ship: ratio: denominator "shps" is unknown, did you mean "ships"?
101:12: target growth_2024: value 0 % must be above zero`,
	"source-missing":               `23:5: indicator boxes: lacks "source"`,
	"target-area-not-reporting":    `90:11: target boxes_2027: area P does not report boxes`,
	"target-base-after-deadline":   `111:11: target ships_2027: base 2027 is not before by 2027`,
	"target-base-missing":          `103:5: target ships_2027: lacks "base"`,
	"target-base-value-alone":      `92:17: target boxes_2027: base_value needs the base period it belongs to`,
	"target-base-value-zero":       `112:17: target ships_2027: base_value 0 TEU must be above zero`,
	"target-deadline-malformed":    `93:9: target boxes_2027: by "end of 2027" can be read in 2 ways; write 2027-12 if December 2027 is meant; write 2027 if the year 2027 is meant`,
	"target-deadline-missing":      `84:5: target boxes_2027: lacks "by"`,
	"target-deadline-not-a-year":   `93:9: target boxes_2027: by 2027-06 must be a year for an annual total`,
	"target-factor-with-unit":      `110:12: target ships_2027: value "2 倍" is not a number; write digits with an optional sign and point, like 2726.08`,
	"target-floor-open":            `102:9: target growth_2024: a floor without a deadline has no by, remove it`,
	"target-from-after-by":         `92:11: target boxes_2027: from 2028 is after by 2027`,
	"target-growth-open":           `102:9: target growth_2024: a growth target cannot be open, it needs the period whose growth is judged`,
	"target-growth-without-growth": `98:11: target growth_2024: a growth target needs yoy or ytd_yoy, but ships publishes neither`,
	"target-id-twice":              `94:9: target boxes_2027: the id is given twice`,
	"target-key-of-another-kind":   `93:11: target boxes_2027: kept is not allowed for a target of kind annual_total, remove it`,
	"target-kind-on-a-rank":        `88:11: target boxes_2027: kind annual_total cannot be judged on rank, which is a rank`,
	"target-measure-not-growth":    `99:14: target growth_2024: a growth target is judged on yoy or ytd_yoy, not on ytd`,
	"target-measure-not-published": `99:14: target growth_2024: measure ytd_yoy is not published for boxes`,
	"target-measure-unknown":       `99:14: target growth_2024: measure "yyo" is not a measure; write one of level, ytd, yoy, ytd_yoy`,
	"target-per":                   `102:10: target growth_2024: per "week" is unknown, only "day" is known`,
	"target-same-line":             `94:9: target boxes_again: boxes_2027 is already the annual_total target for these figures and this deadline`,
	"target-since-day":             `95:15: target boxes_2027: since: day "2025-9-1" is not a date, write it like 2023-10-18`,
	"target-since-key": `95:9: target boxes_2027: since: lacks "day"
95:10: version: unknown key "from", use one of day, value, wording, source`,
	"target-since-nothing":         `95:9: target boxes_2027: since: changes nothing, give value or wording`,
	"target-since-order":           `96:15: target boxes_2027: since: day 2025-09-01 is not after the one before it`,
	"target-since-unit":            `95:34: target boxes_2027: since: value "110 万吨": "万吨" is not a spelling of the unit TEU, use one of TEU, 标箱, 万TEU`,
	"target-since-without-day":     `95:9: target boxes_2027: since: lacks "day"`,
	"target-since-zero":            `95:34: target boxes_2027: since: value 0 TEU must be above zero`,
	"target-tolerance":             `92:16: target boxes_2027: tolerance 120 % must be between 0 % and 100 %`,
	"target-total-of-an-average":   `87:11: target boxes_2027: kind annual_total cannot be judged on boxes, which is an average`,
	"target-unknown-area":          `90:11: target boxes_2027: area "3" is unknown, use one of 1, 11, 12, P`,
	"target-unknown-category":      `91:15: target boxes_2027: category "fish" is not a category of boxes, only "_T" is known`,
	"target-unknown-indicator":     `89:16: target boxes_2027: indicator "boxs" is unknown, did you mean "boxes"?`,
	"target-unknown-kind":          `88:11: target boxes_2027: kind "anual_total" is unknown, did you mean "annual_total"?`,
	"target-value-missing":         `94:5: target growth_2024: lacks "value"`,
	"target-value-negative":        `110:12: target ships_2027: value -2 must be above zero`,
	"target-value-unit":            `101:12: target growth_2024: value "5 万TEU": "万TEU" is not a spelling of the unit %, only "%" is known`,
	"target-value-zero":            `91:12: target boxes_2027: value 0 万TEU must be above zero`,
	"target-wording-missing":       `84:5: target boxes_2027: lacks "wording"`,
	"target-yes-or-no":             `102:13: target growth_2024: record "maybe" is neither true nor false`,
	"timezone-unknown":             `2:11: catalogue: timezone "Asia/Ningbo" is unknown, write an IANA name like Asia/Shanghai`,
	"topic-code-of-another-script": `21:54: topic 海: code "海" must be made of at most 28 letters a to z, digits, _ and -, because it is part of a link`,
	"topic-code-too-long":          `21:54: topic everything_there_is_to_the_sea: code "everything_there_is_to_the_sea" must be made of at most 28 letters a to z, digits, _ and -, because it is part of a link`,
	"topic-code-twice":             `21:54: topic sea: the code is given twice`,
	"topic-missing":                `23:5: indicator boxes: lacks "topic"`,
	"topic-of-its-own":             `21:54: topic overview: code "overview" is already a dashboard, choose another one`,
	"topic-of-the-other-edition":   `21:54: topic sea-en: code "sea-en" must not end in -en, which marks the English edition of a dashboard`,
	"two-documents":                `83:1: a second document begins; a catalogue is one YAML document`,
	"unit-power":                   `11:57: unit TEU: 标箱 "none" is not a whole number from -15 to 15`,
	"unit-spelling-twice":          `11:69: unit TEU: "万 teu" is already defined as 10^4`,
	"unknown-agency":               `31:13: indicator boxes: agency "prot" is unknown, did you mean "port"?`,
	"unknown-area": `32:19: indicator boxes: area "distrct" is unknown, did you mean "district"?
40:9: indicator boxes: bounds: 12 does not report this indicator`,
	"unknown-better":    `41:13: indicator boxes: better "lowest" is unknown, did you mean "lower"?`,
	"unknown-calendar":  `43:15: indicator boxes: calendar "montly" is unknown, did you mean "monthly"?`,
	"unknown-frequency": `27:16: indicator boxes: frequency "W" is not a frequency; write A (annual), Q (quarterly) or M (monthly)`,
	"unknown-key": `23:5: indicator boxes: lacks "agency"
31:5: indicator: unknown key "agnecy", did you mean "agency"?`,
	"unknown-kind":        `26:11: indicator boxes: kind "flwo" is unknown, did you mean "flow"?`,
	"unknown-measure":     `33:23: indicator boxes: measures "yty" is not a measure; write one of level, ytd, yoy, ytd_yoy`,
	"unknown-section":     `13:1: catalogue: unknown key "calenders", did you mean "calendars"?`,
	"unknown-topic":       `25:12: indicator boxes: topic "see" is unknown, did you mean "sea"?`,
	"unknown-unit":        `29:11: indicator boxes: unit "TUE" is unknown, did you mean "TEU"?`,
	"value-empty":         `31:12: indicator boxes: agency is empty`,
	"value-not-one":       `27:16: indicator boxes: frequency: must be one value`,
	"year-max-below-max":  `37:17: indicator boxes: bounds: year_max 5 万TEU is below max 10 万TEU`,
	"year-max-of-a-stock": `55:48: indicator ships: bounds: year_max is not allowed for a stock, remove it`,
}

func TestEachMistakeIsReportedWithItsPosition(t *testing.T) {
	for name, want := range refusals {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "invalid-"+name+".yaml")
			_, err := Load(path)
			if err == nil {
				t.Fatal("was read without an error")
			}
			got := strings.ReplaceAll(err.Error(), path+":", "")
			if got = strings.TrimPrefix(got, " "); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestEachInvalidFileIsInTheTable(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "invalid-"), ".yaml")
		if _, ok := refusals[name]; !ok {
			t.Errorf("%s has no entry", f)
		}
	}
}
