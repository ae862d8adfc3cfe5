// Package sheet reads CSV files written by people into figures, and keeps the
// address of every cell so that a report can point at the cell with a mistake.
//
// A file has a header line and one figure per row:
//
//	indicator,area,category,measure,period,value,unit,status,note,confirmed,published,source
//	container_throughput,NBZS,,level,2024-05,346.2,万TEU,P,,,,
//
// The columns may be in any order; indicator, area, measure, period, value and
// unit are required. Names are case-insensitive, and may be in Chinese: 指标,
// 地区, 分类, 口径, 时间 or 时期, 数值, 单位, 状态, 备注, 确认, 发布日期, 来源. The
// source is appended to the note as "note [source]".
//
// What spreadsheets do to a file is undone where it can be read in only one way:
// commas, semicolons, tabs or full-width commas; any line ending; full-width
// digits; invisible spaces; ="06037"; empty rows and columns; periods in every
// usual spelling (docs/periods.md), and the flags that a sender has defined
// (docs/flags.md). What can be read in two ways has the same meaning throughout
// a file: its encoding, points and commas in numbers, the form of its periods.
// Look surveys the whole file and decides by the evidence of all cells, and by
// what the sender and the catalogue say; if that is not enough, the file is
// refused with both readings. A row whose text is broken is refused by itself.
// The package does not check figures against the catalogue; package rules does.
package sheet
