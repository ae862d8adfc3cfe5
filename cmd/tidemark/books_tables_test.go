package main

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// encoded is a text file in an encoding.
func encoded(name string, e encoding.Encoding, text string, args ...string) madeFile {
	return madeFile{name, args, func(t testing.TB) []byte {
		content, err := e.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}}
}

// strangeTables are text files in other layouts than one figure per row.
var strangeTables = []madeFile{
	plainFile("prose.txt", "据市交通局快报统计,3月份北部湾港集装箱吞吐量首次突破70万标准箱,完成70.2万标准箱,创月度新高。\n货物吞吐量共完成2616万吨,同比增长6.89%。\n"),
	plainFile("prose-of-one-line.txt", "2024年5月，北部湾港完成货物吞吐量2809.5万吨，同比增长5.9%。\n"),
	plainFile("markdown.md", "2024年5月北部湾港\n\n| 指标 | 单位 | 本月 |\n|---|---|---|\n| 港口货物吞吐量 | 万吨 | 2809.5 |\n"),
	plainFile("one-cell-per-line.txt", "指标 |\n本月 |\n港口货物吞吐量 |\n2809.5 |\n"),
	plainFile("wide-spaces.txt", "2024年5月北部湾港\n指标            本月      累计\n港口货物吞吐量(万吨)   2809.5   13201.25\n集装箱吞吐量(万TEU)   60.5   280.5\n"),
	encoded("gbk.csv", simplifiedchinese.GB18030, goodTable),
	encoded("big5.csv", traditionalchinese.Big5, "2024年5月\n指標,地區,單位,本月\nexports,CN,億美元,2809.5\n"),
	encoded("utf-16.txt", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "2024年5月北部湾港\r\n指标\t单位\t本月\r\n港口货物吞吐量\t万吨\t2,809.5\r\n"),
	encoded("utf-16-without-a-mark.txt", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "Indicator\tArea\tUnit\tMay 2024\r\ncargo throughput\tBBW\tt\t2809.5\r\nexports\tCN\tUSD\t13201\r\n"),
	encoded("latin-1.csv", charmap.ISO8859_1, "Indicator;Area;Unit;Période;Mai 2024\ncargo throughput;BBW;t;réelle;2809,5\n"),
	plainFile("semicolons-and-commas.csv", "2024年5月北部湾港;;\n指标;单位;本月\n港口货物吞吐量;万吨;2.809,5\n集装箱吞吐量;万TEU;60,5\n"),
	plainFile("thousands-without-quotation-marks.csv", "2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2,809.5\n"),
	plainFile("byte-order-mark-in-the-middle.csv", "2024年5月北部湾港\n指标,单位,\ufeff本月\n\ufeff港口货物吞吐量,万吨,2809.5\n"),
	plainFile("title-in-square-brackets.csv", "[2024年5月北部湾港，单位：万吨]\n指标,本月,累计\n港口货物吞吐量,2809.5,13201.25\n"),
	plainFile("no-unit.csv", "2024年5月北部湾港\n指标,本月\n港口货物吞吐量,2809.5\n"),
	plainFile("no-period.csv", "北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n"),
	plainFile("no-area.csv", "2024年5月\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n"),
	plainFile("no-indicator.csv", "2024年5月北部湾港\n单位,本月\n万吨,2809.5\n亿元,2810.5\n"),
	plainFile("no-header.csv", "港口货物吞吐量,万吨,2809.5,13201.25\n集装箱吞吐量,万TEU,60.5,280.5\n"),
	plainFile("no-year.csv", "北部湾港\n指标,单位,5月\n港口货物吞吐量,万吨,2809.5\n"),
	plainFile("months-begin-again.csv", "2023年北部湾港港口货物吞吐量（万吨）\n月份,本月\n11月,2700\n12月,2650\n1月,2600\n"),
	plainFile("months-that-follow.csv", "北部湾港港口货物吞吐量（万吨）\n月份,本月\n2023年11月,2700\n12月,2650\n1月,2600\n"),
	plainFile("two-years-in-the-title.csv", "2023年、2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n"),
	plainFile("two-areas-in-the-title.csv", "2024年5月北部湾港和钦州\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n"),
	plainFile("two-units.csv", "2024年5月北部湾港\n指标,单位,本月(万吨)\n港口货物吞吐量,吨,2809.5\n"),
	plainFile("unit-of-another-indicator.csv", "2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万TEU,2809.5\n"),
	plainFile("growth-of-either.csv", "2024年5月北部湾港\n指标,单位,本月,累计,同比(%)\n港口货物吞吐量,万吨,2809.5,13201.25,5.9\n"),
	plainFile("growth-in-percent-or-amount.csv", "2024年5月北部湾港\n指标,单位,本月,增减\n港口货物吞吐量,万吨,2809.5,5.9\n"),
	plainFile("forecasts-only.csv", "2024年5月北部湾港\n指标,单位,预测值,前值\n港口货物吞吐量,万吨,2809.5,2801\n"),
	plainFile("unknown-labels.csv", "2024年5月北部湾港\n指标,单位,本月\n旅客吞吐量,万人,9.5\n车辆,辆,8\n"),
	plainFile("parts-of-a-total.csv", "2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n其中：外贸,万吨,1185.4\n集装箱吞吐量,万TEU,60.5\n其中：外贸,万TEU,13.5\n"),
	plainFile("half-of-the-year.csv", "北部湾港港口货物吞吐量（万吨）\n时期,数值\n2024年上半年,16000\n2024年下半年,17000\n"),
	plainFile("weeks.csv", "北部湾港港口货物吞吐量（万吨）\n时期,数值\n2024年第20周,600\n2024年5月上旬,900\n"),
	plainFile("fiscal-years.csv", "北部湾港港口货物吞吐量（万吨）\n年度,数值\n2022/23,33000\n2023/24,34000\n"),
	plainFile("label-with-a-comma.csv", "Indicators,2023,2024\nCargo, of the port,100,200\ncargo throughput, Beibu Gulf port,100,200\n"),
	plainFile("labels-and-thousands-with-commas.csv", "2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2,809\n集装箱吞吐量,万TEU,1,060\n"),
	plainFile("duplicate-rows.csv", "2024年5月北部湾港\n指标,单位,本月\n港口货物吞吐量,万吨,2809.5\n港口货物吞吐量,万吨,2810.5\n"),
	plainFile("columns-with-one-heading.csv", "2024年5月北部湾港\n指标,单位,本月,本月\n港口货物吞吐量,万吨,2809.5,2810.5\n"),
	plainFile("sdmx-with-an-unknown-action.csv", "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE\ndataflow,A:B(1.0),X,cargo,BBW,2024-05,2809,t\n"),
	plainFile("sdmx-with-a-multiplier-in-words.csv", "DATAFLOW,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT\nA:B(1.0),cargo,BBW,2024-05,2809,t,thousands\n"),
	plainFile("sdmx-without-values.csv", "DATAFLOW,INDICATOR,REF_AREA,TIME_PERIOD,UNIT_MEASURE\nA:B(1.0),cargo,BBW,2024-05,t\n"),
	plainFile("sdmx-of-unknown-series.csv", "DATAFLOW,SERIES,REF_AREA,TIME_PERIOD,OBS_VALUE\nA:B(1.0),EXR,DE,2024-05,1.08\n"),
	plainFile("sdmx-with-a-short-row.csv", "DATAFLOW,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE\nA:B(1.0),cargo,BBW,2024-05\n"),
}
