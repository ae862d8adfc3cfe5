package verdict

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

const (
	// early is a series of which February has usually 13 % of the year.
	early = "level 2020 1000, 2021 1060, 2022 1150, 2023 1210\nytd 2020-02 130, 2021-02 140, 2022-02 150, 2023-02 156\n"
	total = "kind: annual_total\nindicator: throughput\n"
	// limited is a flow that is to stay below a limit.
	limited = "kind: annual_total\nindicator: cases\ncategory: _T\nby: 2024\nvalue: 130 件"
	cased   = "level 2021-01 12, 2021-02 8, 2021-03 10, 2021-04 11, 2021-05 10, 2021-06 9, 2021-07 10, 2021-08 12, 2021-09 11, 2021-10 9, 2021-11 10, 2021-12 8\n" +
		"level 2022-01 11, 2022-02 8, 2022-03 12, 2022-04 11, 2022-05 9, 2022-06 9, 2022-07 10, 2022-08 11, 2022-09 10, 2022-10 9, 2022-11 11, 2022-12 8\n" +
		"level 2023-01 12, 2023-02 9, 2023-03 10, 2023-04 12, 2023-05 10, 2023-06 10, 2023-07 11, 2023-08 12, 2023-09 12, 2023-10 9, 2023-11 10, 2023-12 9\n" +
		"level 2024-01 12, 2024-02 9, 2024-03 11, 2024-04 12, 2024-05 11, 2024-06 10"
	growths       = "yoy 2020 4, 2021 8.2, 2022 7.3, 2023 5.9\nytd_yoy 2020-09 3.1, 2021-09 9.4, 2022-09 6.5, 2023-09 6.6\n"
	monthsOfBoxes = "level 2019-01 75.8, 2019-02 59.7, 2019-03 85.4, 2019-04 82.3, 2019-05 88.7, 2019-06 88.2, 2019-07 87.6, 2019-08 86.8, 2019-09 88.4, 2019-10 86.5, 2019-11 88.2, 2019-12 91.6\n" +
		"level 2020-01 75.2, 2020-02 56.8, 2020-03 85.2, 2020-04 84.6, 2020-05 86.4, 2020-06 84.5, 2020-07 89.0, 2020-08 88.3, 2020-09 84.7, 2020-10 84.1, 2020-11 90.6, 2020-12 91.5\n" +
		"level 2021-01 79.1, 2021-02 62.7, 2021-03 90.1, 2021-04 86.2, 2021-05 92.6, 2021-06 92.9, 2021-07 92.4, 2021-08 90.7, 2021-09 92.4, 2021-10 91.2, 2021-11 92.7, 2021-12 95.7\n" +
		"level 2022-01 87.0, 2022-02 65.4, 2022-03 97.4, 2022-04 97.4, 2022-05 99.9, 2022-06 97.0, 2022-07 101.9, 2022-08 101.8, 2022-09 97.8, 2022-10 96.3, 2022-11 103.9, 2022-12 105.8\n" +
		"level 2023-01 89.8, 2023-02 71.5, 2023-03 103.5, 2023-04 98.5, 2023-05 105.2, 2023-06 106.1, 2023-07 106.0, 2023-08 103.3, 2023-09 105.0, 2023-10 104.6, 2023-11 106.3, 2023-12 108.7\n" +
		"level 2024-01 94.6, 2024-02 73.2, 2024-03 107.3, 2024-04 104.7, 2024-05 109.8\n"
	monthsOfPrices = "level 2021-01 100, 2021-02 100.5, 2021-03 100.2, 2021-04 100.3, 2021-05 100.5, 2021-06 100.7, 2021-07 100.8, 2021-08 100.9, 2021-09 101, 2021-10 101.3, 2021-11 101.6, 2021-12 101.4\n" +
		"level 2022-01 101, 2022-02 101.6, 2022-03 101.4, 2022-04 101.8, 2022-05 102, 2022-06 102.4, 2022-07 102.9, 2022-08 102.7, 2022-09 102.8, 2022-10 103, 2022-11 102.8, 2022-12 102.7\n" +
		"level 2023-01 103, 2023-02 102.6, 2023-03 102.3, 2023-04 102.1, 2023-05 102, 2023-06 101.9, 2023-07 102.2, 2023-08 102.5, 2023-09 102.6, 2023-10 102.5, 2023-11 102.2, 2023-12 102.4\n" +
		"level 2024-01 102.5, 2024-02 103.3, 2024-03 102.4, 2024-04 102.4, 2024-05 102.2, 2024-06 102.1\n"
)

// told are states of every kind and verdict.
var told = []struct{ name, target, figures, on string }{
	{"a year on track", year2024 + "1250 万TEU", past + "ytd 2024-06 610", "2024-07-15"},
	{"a year at risk", year2024 + "1300 万TEU", past + "ytd 2024-06 610", "2024-07-15"},
	{"a year in May, by months", year2024 + "1280 万TEU", monthsOfBoxes, "2024-06-12"},
	{"a year slipping", year2024 + "1450 万TEU", past + "ytd 2024-06 610", "2024-07-15"},
	{"the last month of a year", year2024 + "1330 万TEU", "level 2020 1000, 2021 1060, 2022 1150, 2023 1210\nytd 2020-11 920, 2021-11 980, 2022-11 1060, 2023-11 1115, 2024-11 1210", "2024-12-15"},
	{"ahead of the plan, behind the calendar", year2024 + "1250 万TEU", early + "ytd 2024-02 170", "2024-03-15"},
	{"behind the plan, ahead of the calendar", year2024 + "1250 万TEU", strings.NewReplacer("480", "530", "500", "560", "560", "600", "575", "630").Replace(past) + "ytd 2024-06 635", "2024-07-15"},
	{"without earlier years", year2024 + "1250 万TEU", "ytd 2024-06 635", "2024-07-15"},
	{"by imputed figures", year2024 + "1400 万TEU", strings.Replace(past, "2023 1210", "2023 1210 I", 1) + "ytd 2024-06 610", "2024-07-15"},
	{"January alone", year2024 + "1330 万TEU", past + "level 2024-01 40", "2024-02-15"},
	{"before the year has begun", year2024 + "1300 万TEU", past, "2024-01-15"},
	{"reached early", year2024 + "700 万TEU", past + "ytd 2024-07 711", "2024-08-15"},
	{"met at last", year2024 + "1300 万TEU", past + "level 2024 1301", "2025-01-15"},
	{"met by a provisional figure", year2024 + "1300 万TEU", past + "level 2024 1301 P", "2025-01-15"},
	{"met within the tolerance", year2024 + "1300 万TEU\ntolerance: 5 %", past + "level 2024 1290", "2025-01-15"},
	{"missed", year2024 + "1300 万TEU", past + "level 2024 1299", "2025-01-15"},
	{"missed by an estimate", year2024 + "1300 万TEU", past + "level 2024 1299 E", "2025-01-15"},
	{"withheld at last", year2024 + "1300 万TEU", past + "level 2024 -", "2025-01-15"},
	{"overdue", year2024 + "1250 万TEU", past + "ytd 2024-06 610", "2024-08-21"},
	{"never reported", year2024 + "1300 万TEU", "", "2024-07-15"},
	{"past without a figure", year2024 + "1300 万TEU", past + "ytd 2025-03 300", "2025-04-15"},
	{"a plan of several years", total + "base: 2021\nby: 2027\nvalue: 4000 万TEU", "level 2021 3108, 2022 3335, 2023 3530.08", "2024-02-05"},
	{"in the middle of a later year", total + "base: 2020\nby: 2026\nvalue: 1500 万TEU", past + "ytd 2024-06 610", "2024-07-15"},
	{"reached in an earlier year", year2024 + "1200 万TEU\nbase: 2021", past + "ytd 2024-06 610", "2024-07-15"},
	{"without a deadline", total + "by: open\nvalue: 2000 万TEU", "level 2019 1240, 2020 1310, 2021 1459, 2022 1570, 2023 1715", "2024-02-05"},
	{"a limit for a year", limited, cased, "2024-07-15"},
	{"a level that slips", "kind: level_by\nindicator: entities\nvalue: 160 万户\nbase: 2021\nby: 2026", "level 2019 104, 2020 110, 2021 117, 2022 122, 2023 126", "2024-02-05"},
	{"a level that falls", "kind: level_by\nindicator: entities\nvalue: 200 万户\nbase: 2019\nby: 2026", "level 2019 130, 2020 128, 2021 125, 2022 124, 2023 121", "2024-02-05"},
	{"a mean to stay below", "kind: level_by\nindicator: prices\nvalue: 103 点\nby: 2024", monthsOfPrices, "2024-07-15"},
	{"a mean at last", "kind: level_by\nindicator: prices\nvalue: 102 点\nby: 2023", monthsOfPrices, "2024-02-15"},
	{"growth at risk", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", growths + "ytd_yoy 2024-09 5.5", "2024-10-15"},
	{"growth below zero", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", growths + "ytd_yoy 2024-09 -1.5", "2024-10-15"},
	{"growth met", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 104\nyoy 2023 6.1", "2024-02-05"},
	{"growth missed", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 104\nyoy 2023 4.1", "2024-02-05"},
	{"a rank to keep", "kind: rank\nindicator: place\nvalue: 1 位\nfrom: 2022\nby: 2026\nkept: true", "level 2022 1, 2023 1", "2024-07-01"},
	{"a rank lost", "kind: rank\nindicator: place\nvalue: 1 位\nfrom: 2022\nby: 2026\nkept: true", "level 2022 1, 2023 2, 2024 1", "2025-02-05"},
	{"a rank not reached", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2023 3", "2024-02-05"},
	{"a rank not reached a year before", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2025 3", "2026-02-05"},
	{"a rank reached", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2023 2", "2024-02-05"},
	{"a sum of years", "kind: cumulative\nindicator: throughput\nvalue: 6000 万TEU\nfrom: 2022\nby: 2026", past + "ytd 2024-06 610", "2024-07-15"},
	{"a sum that will not be enough", "kind: cumulative\nindicator: throughput\nvalue: 8000 万TEU\nfrom: 2022\nby: 2026", past + "ytd 2024-06 610", "2024-07-15"},
	{"a sum that is reached", "kind: cumulative\nindicator: throughput\nvalue: 140 万TEU\nfrom: 2021\nby: 2026", "level 2021 70, 2022 72", "2023-02-05"},
	{"a sum with a hole", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2021\nby: 2026", "level 2021 70, 2023 80", "2024-02-05"},
	{"a sum without a deadline", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2022\nby: open", "level 2022 70, 2023 80", "2024-02-05"},
	{"a multiple at risk", "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nby: 2026", "level 2020 9, 2021 10, 2022 11, 2023 12.1", "2024-02-05"},
	{"a multiple without its base", "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nby: 2026", "level 2023 5", "2024-02-05"},
	{"a series that is withheld", year2024 + "1300 万TEU", "level 2022 -, 2023 -\nytd 2024-06 -", "2024-07-15"},
	{"growth that is withheld", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", "level 2023 1200\nytd_yoy 2024-06 -", "2024-07-15"},
	{"a rank that is withheld", "kind: rank\nindicator: place\nvalue: 2 位\nby: 2026", "level 2023 -", "2024-02-05"},
	{"a sum that is withheld", "kind: cumulative\nindicator: throughput\nvalue: 400 万TEU\nfrom: 2022\nby: 2026", "level 2022 -, 2023 -", "2024-02-05"},
	{"a limit of nothing that is kept", "kind: annual_total\nindicator: cases\nby: 2024\nvalue: 0 件", "level 2023-12 3, 2024-01 0, 2024-02 0, 2024-03 0", "2024-04-15"},
	{"a limit of nothing that is not kept", "kind: annual_total\nindicator: cases\nby: 2024\nvalue: 0 件", "level 2023-12 3, 2024-01 0, 2024-02 2, 2024-03 0", "2024-04-15"},
	{"a limit for a year that is exceeded", limited, cased + ", 2024-07 30, 2024-08 40", "2024-09-15"},
	{"a backlog to be cleared", "kind: level_by\nindicator: backlog\nbase: 2020\nby: 2025\nvalue: 0 件", "level 2019 110, 2020 100, 2021 79, 2022 62, 2023 38", "2024-02-05"},
	{"a backlog that is not being cleared", "kind: level_by\nindicator: backlog\nbase: 2020\nby: 2025\nvalue: 0 件", "level 2019 101, 2020 100, 2021 99, 2022 97, 2023 96", "2024-02-05"},
	{"a backlog that is cleared", "kind: level_by\nindicator: backlog\nby: 2023\nvalue: 0 件", "level 2022 12, 2023 0", "2024-02-05"},
	{"a deficit to be halved", "kind: annual_total\nindicator: balance\nbase: 2020\nby: 2025\nvalue: -50 亿元", "level 2018 -101, 2019 -104, 2020 -100, 2021 -92, 2022 -79, 2023 -71", "2024-02-05"},
	{"a deficit within a year", "kind: annual_total\nindicator: balance\nby: 2024\nvalue: -50 亿元", "level 2022 -79, 2023 -71\nytd 2024-06 -20", "2024-07-15"},
	{"a deficit at last", "kind: annual_total\nindicator: balance\nby: 2023\nvalue: -50 亿元", "level 2023 -61", "2024-02-05"},
	{"a goal that was raised in July", year2024 + "1250 万TEU\nsince: [{day: 2024-07-01, value: 1300 万TEU, wording: more}]", past + "ytd 2024-06 610", "2024-07-15"},
	{"a floor that both months keep", monthFloor, "level 2024-01 340, 2024-02 262", "2024-03-12"},
	{"a floor a day that is broken", "kind: floor\nindicator: throughput\nvalue: 10 万TEU\nper: day", "level 2024-04 294", "2024-05-12"},
	{"a floor broken by provisional figures", monthFloor, "ytd 2024-04 1300, 2024-05 1590 P", "2024-06-12"},
	{"a floor broken once", monthFloor + "from: 2024-04\nby: 2024-12", "level 2024-04 299, 2024-05 310", "2024-06-12"},
	{"a floor kept so far", monthFloor + "from: 2024-04\nby: 2024-12", "level 2024-04 300, 2024-05 310", "2024-06-12"},
	{"a floor and a record", monthFloor + "record: true", "level 2021-05 300, 2022-05 330, 2023-05 315, 2024-05 346", "2024-06-12"},
	{"a floor and a withheld month", monthFloor, "level 2024-04 301, 2024-05 -", "2024-06-12"},
	{"a ceiling that does not hold", cases + "each_month: true", "level 2024-01 15", "2024-02-12"},
}

func TestTheSentenceOnEveryKindOfState(t *testing.T) {
	var sentences, reasons strings.Builder
	for _, c := range told {
		s := judged(t, c.target, c.figures, c.on)
		write := func(b *strings.Builder, text lang.Text) {
			fmt.Fprintf(b, "%s: %s %s\n  %s\n  %s\n\n", c.name, s.Target.Kind, s.Verdict, text.ZH, text.EN)
		}
		write(&sentences, Sentence(s))
		write(&reasons, s.Reason)
	}
	golden(t, "testdata/sentences.golden", sentences.String())
	golden(t, "testdata/reasons.golden", reasons.String())
}

func TestEveryStateHasASentenceInBothLanguages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t)
		s := Judge(target, anyHistory(t, target.Indicator), anyMoment(t))
		said := Sentence(s)
		if !strings.HasSuffix(said.ZH, "。") || !strings.HasSuffix(said.EN, ".") {
			t.Fatalf("%q and %q are not sentences", said.ZH, said.EN)
		}
		for _, text := range []string{said.ZH, said.EN} {
			for _, bad := range []string{"%!", "NaN", "Inf", "  ", " ,", "：。", ": ."} {
				if strings.Contains(text, bad) {
					t.Fatalf("%s: %q contains %q", s.Verdict, text, bad)
				}
			}
		}
	})
}

func BenchmarkSentence(b *testing.B) {
	s := judged(b, year2024+"1280 万TEU", monthsOfBoxes, "2024-06-12")
	for b.Loop() {
		Sentence(s)
	}
}
