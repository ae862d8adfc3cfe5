package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// inMonths is a table with months across the top.
func inMonths(values ...any) cells {
	return cells{{"指标", "地区", "单位", "2024年1月", "2024年2月", "2024年3月"}, append([]any{"集装箱吞吐量", "北部湾港", "万TEU"}, values...)}
}

// perRow are figures one per row.
func perRow(rows ...[]any) cells {
	return append(cells{{"indicator", "area", "measure", "period", "value", "unit", "note"}}, rows...)
}

// format gives cells a number format.
func format(code string, cells ...string) func(*excelize.File) {
	return func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			panic(err)
		}
		for _, c := range cells {
			_ = f.SetCellStyle("港口", c, c, style)
		}
	}
}

func formulas(pairs ...string) func(*excelize.File) {
	return func(f *excelize.File) {
		for i := 0; i < len(pairs); i += 2 {
			_ = f.SetCellFormula("港口", pairs[i], pairs[i+1])
		}
	}
}

func merged(ranges ...string) func(*excelize.File) {
	return func(f *excelize.File) {
		for _, r := range ranges {
			from, to, _ := strings.Cut(r, ":")
			_ = f.MergeCell("港口", from, to)
		}
	}
}

// other adds a sheet.
func other(name string, rows cells, change func(*excelize.File)) func(*excelize.File) {
	return func(f *excelize.File) {
		_, _ = f.NewSheet(name)
		for i, row := range rows {
			_ = f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row)
		}
		if change != nil {
			change(f)
		}
	}
}

var may = time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)

// strangeSheets are workbooks whose cells are strange.
var strangeSheets = []madeFile{
	sheetFile("two-tables-below.xlsx", monthly(nil, []any{"地区", "港口货物吞吐量", "集装箱吞吐量"}, []any{"", "万吨", "万TEU"}, []any{"钦州", 1200, 40}), nil),
	sheetFile("two-tables-beside.xlsx", cells{{"2024年5月"}, {"地区", "港口货物吞吐量(万吨)", "", "地区", "集装箱吞吐量(万TEU)"}, {"北部湾港", 2800, "", "北部湾港", 60}, {"钦州", 1200, "", "钦州", 40}}, nil),
	sheetFile("formulas-with-errors.xlsx", inMonths("#DIV/0!", "#REF!", 61.5), nil),
	sheetFile("errors-alone.xlsx", inMonths("#N/A", "#VALUE!", "#NAME?"), nil),
	sheetFile("formulas-without-values.xlsx", inMonths(60.5, nil, 61.5), formulas("E2", "D2*1.1")),
	sheetFile("formulas-without-values-in-a-total.xlsx", monthly([]any{"集装箱吞吐量", "万TEU"}), formulas("C4", "SUM(C1:C3)", "D4", "SUM(D1:D3)")),
	sheetFile("commands.xlsx", inMonths("=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", 61.5), nil),
	sheetFile("commands-in-notes.xlsx", perRow([]any{"cargo", "BBW", "level", "2024-05", 2800, "万吨", "=cmd|' /C calc'!A0"}), nil),
	sheetFile("columns-16384.xlsx", wide(16_384), nil),
	sheetFile("merged-header.xlsx", cells{{"北部湾港2024年"}, {"指标", "1月", "", "2月", ""}, {"", "绝对量(万吨)", "同比(%)", "绝对量(万吨)", "同比(%)"}, {"港口货物吞吐量", 2700, 5.1, 2600, 4.9}}, merged("A2:A3", "B2:C2", "D2:E2")),
	sheetFile("merged-header-that-contradicts.xlsx", cells{{"北部湾港"}, {"指标", "2024年4月", "", "2024年6月", ""}, {"", "2024年5月(万吨)", "同比(%)", "绝对量(万吨)", "同比(%)"}, {"港口货物吞吐量", 2700, 5.1, 2600, 4.9}}, merged("B2:C2", "D2:E2")),
	sheetFile("merged-units-that-contradict.xlsx", cells{{"2024年5月北部湾港"}, {"指标", "单位：万TEU", ""}, {"", "本月(万吨)", "累计"}, {"港口货物吞吐量", 2700, 12000}}, merged("B2:C2")),
	sheetFile("merged-rows.xlsx", cells{{"北部湾港港口货物吞吐量(万吨)"}, {"年份", "月份", "本月"}, {2023, "11月", 2700}, {"", "12月", 2650}, {2024, "1月", 2600}}, merged("A3:A4")),
	sheetFile("periods-in-chinese.xlsx", cells{{"北部湾港港口货物吞吐量(万吨)"}, {"时期", "数值"}, {"2024年1月", 2700}, {"2024年1-2月", 5300}, {"2024年一季度", 8000}, {"2024年上半年", 16000}, {"2024年前三季度", 25000}, {"2024年", 34000}, {"二〇二四年五月", 2809}, {"2024年5月份", 2809}}, nil),
	sheetFile("byte-order-marks-in-the-middle.xlsx", cells{{"\ufeff2024年5月北部湾港"}, {"指标", "单位", "\ufeff本月"}, {"港口货物\ufeff吞吐量", "万吨", "\ufeff2809.5"}}, nil),
	sheetFile("no-cells.xlsx", nil, nil),
	sheetFile("empty-sheets-beside-a-table.xlsx", monthly(), func(f *excelize.File) {
		other("空", nil, nil)(f)
		other("说明", cells{{"本表由统计局编制"}}, nil)(f)
	}),
	sheetFile("only-notes.xlsx", cells{{"编制说明"}, {"1. 本报告的数据为快报数。"}, {"2. 2024年起口径有调整。"}}, nil),
	sheetFile("only-a-header.xlsx", monthly()[:2], nil),
	sheetFile("only-columns.xlsx", perRow(), nil),
	sheetFile("dates-as-numbers.xlsx", cells{{"时期", "北部湾港港口货物吞吐量(万吨)"}, {45413, 2809.5}, {45444, 2810.5}}, nil),
	sheetFile("dates-of-days.xlsx", cells{{"日期", "北部湾港港口货物吞吐量(万吨)"}, {may, 2809.5}}, format("yyyy-mm-dd", "A2")),
	sheetFile("dates-in-a-column-of-months.xlsx", cells{{"月份", "北部湾港港口货物吞吐量(万吨)"}, {may, 2809.5}, {may.AddDate(0, 1, 0), 2810.5}}, format("yyyy/m/d", "A2", "A3")),
	sheetFile("dates-shown-as-months.xlsx", cells{{"日期", "北部湾港港口货物吞吐量(万吨)"}, {may, 2809.5}}, format("yyyy\"年\"m\"月\"", "A2")),
	sheetFile("dates-from-1904.xlsx", cells{{"日期", "北部湾港港口货物吞吐量(万吨)"}, {43951, 2809.5}}, func(f *excelize.File) {
		format("mmm-yy", "A2")(f)
		yes := true
		_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
	}),
	sheetFile("numbers-as-dates.xlsx", inMonths(60.5, may, 61.5), nil),
	sheetFile("hidden-rows-and-columns.xlsx", monthly([]any{"集装箱吞吐量", "万TEU", 60.5, 280.5}), func(f *excelize.File) {
		_ = f.SetRowVisible("港口", 4, false)
		_ = f.SetColVisible("港口", "D", false)
	}),
	sheetFile("hidden-sheet.xlsx", monthly(), other("底稿", perRow([]any{"containers", "BBW", "level", "2024-05", 60.5, "万TEU"}), func(f *excelize.File) { _ = f.SetSheetVisible("底稿", false) })),
	sheetFile("very-hidden-sheet-that-contradicts.xlsx", monthly(), other("底稿", perRow([]any{"cargo", "BBW", "level", "2024-05", 1.5, "万吨"}), func(f *excelize.File) { _ = f.SetSheetVisible("底稿", false, true) })),
	sheetFile("sheet-that-is-not-there.xlsx", monthly(), other("说明", cells{{"无"}}, nil), "--sheet", "四月"),
	sheetFile("one-sheet-of-two-that-disagree.xlsx", monthly(), other("旧", monthly()[:2], nil), "--sheet", "港口"),
	sheetFile("two-sheets-that-agree.xlsx", monthly(), other("副本", monthly(), nil)),
	sheetFile("chart-sheet.xlsx", monthly(), func(f *excelize.File) {
		_ = f.AddChartSheet("图", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: "港口!A3", Values: "港口!C3:D3"}}})
	}),
	sheetFile("full-width-digits.xlsx", inMonths("６０．５", "６１，０００", "62"), nil),
	sheetFile("estimates.xlsx", inMonths("约300万", ">60", "近61.5"), nil),
	sheetFile("no-numbers.xlsx", inMonths("-", "…", "n/a"), nil),
	sheetFile("text-instead-of-a-number.xlsx", inMonths(60.5, "待定", 61.5), nil),
	sheetFile("text-instead-of-all-numbers-of-a-row.xlsx", monthly([]any{"集装箱吞吐量", "万TEU", "待定", "待定"}), nil),
	sheetFile("footnote-marks.xlsx", cells{{"2024年5月北部湾港"}, {"指标①", "单位", "本月(p)", "累计*"}, {"港口货物吞吐量②", "万吨", "2809.5①", "13201.25*"}, {"① 快报数。"}}, nil),
	sheetFile("unit-in-the-cells.xlsx", inMonths("60.5万TEU", "61万标箱", 62), nil),
	sheetFile("percent-formats.xlsx", cells{{"2024年5月北部湾港"}, {"指标", "单位", "本月", "同比"}, {"港口货物吞吐量", "万吨", 2809.5, 0.052}}, format("0.0%", "D3")),
	sheetFile("percent-and-bare-growth.xlsx", cells{{"2024年5月北部湾港"}, {"指标", "单位", "本月", "同比(%)"}, {"港口货物吞吐量", "万吨", 2809.5, 0.052}, {"集装箱吞吐量", "万TEU", 60.5, 5.2}}, format("0.0%", "D3")),
	sheetFile("three-decimals.xlsx", inMonths(60.125, 61.375, 62.875), nil),
	sheetFile("three-decimals-as-text.xlsx", inMonths("60.125", "61.375", "62.875"), nil),
	sheetFile("numbers-beside-texts-with-a-comma.xlsx", inMonths(60.5, "61,5", "62,25"), nil),
	sheetFile("numbers-in-brackets.xlsx", inMonths("(60.5)", 61, 62), nil),
	sheetFile("truth-values.xlsx", inMonths(true, false, 62), nil),
	sheetFile("large-exponents.xlsx", cells{{"2024年5月"}, {"指标", "单位", "本月"}, {"社会消费品零售总额", "元", 3.9211e12}}, nil),
	sheetFile("line-breaks.xlsx", cells{{"2024年5月\n北部湾港"}, {"指标", "单\n位", "本\n月", "累 计"}, {"港口货物\n吞吐量", "万吨", 2809.5, 13201.25}}, nil),
	sheetFile("apostrophes.xlsx", perRow([]any{"'cargo", "BBW", "level", "'2024-05", "'2809.5", "万吨"}), nil),
	sheetFile("figures-with-mistakes.xlsx", perRow([]any{"cargo", "BBW", "level", "2024-05", 2809.5, "万吨"}, []any{"cargoo", "BBW", "level", "2024-05", 1, "万吨"}, []any{"cargo", "XX", "level", "2024-05", 1, "万吨"},
		[]any{"cargo", "BBW", "levels", "2024-05", 1, "万吨"}, []any{"cargo", "BBW", "level", "2024-13", 1, "万吨"}, []any{"cargo", "BBW", "level", "2024-06", "x", "万吨"}, []any{"cargo", "BBW", "level", "2024-07", 1, "吨吨"}), nil),
	sheetFile("figures-with-a-misspelt-column.xlsx", cells{{"indicator", "area", "measure", "period", "vale", "unit"}, {"cargo", "BBW", "level", "2024-05", 2809.5, "万吨"}}, nil),
	sheetFile("as-json.xlsx", inMonths(60.5, "约300万", 61.5), nil, "--json"),
	sheetFile("open-as-json.xlsx", monthly([]any{"集装箱吞吐量", "标准箱", 1}, []any{"旅客", "万人", 1}), nil, "--json"),
	sheetFile("tables-101.xlsx", manyTables(101), nil),
}

// wide is a table of unknown labels in many columns.
func wide(columns int) cells {
	header, row := []any{"时期"}, []any{"2024年5月"}
	for i := 1; i < columns; i++ {
		header, row = append(header, fmt.Sprintf("系列%d", i)), append(row, i)
	}
	return cells{header, row}
}

// manyTables are tables below each other.
func manyTables(n int) (rows cells) {
	for i := range n {
		rows = append(rows, []any{fmt.Sprintf("%d年5月北部湾港", 1900+i)}, []any{"指标", "单位", []string{"本月", "累计"}[i%2]}, []any{"港口货物吞吐量", "万吨", 100 + i}, nil)
	}
	return rows
}
