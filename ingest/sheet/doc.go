// Package sheet reads people's files into figures and keeps the address of
// every cell, so that a report can point at the cell in which a mistake
// stands.
//
// The file is tidemark's own CSV: a header line and one figure a row.
//
//	indicator,area,category,measure,period,value,unit,status,note,confirmed,published,source
//	container_throughput,NBZS,,level,2024-05,346.2,万TEU,P,,,,
//
// The columns may stand in any order; indicator, area, measure, period, value
// and unit are required. Names are read in either case, and in Chinese: 指标,
// 地区, 分类, 口径, 时间 or 时期, 数值, 单位, 状态, 备注, 确认, 发布日期, 来源. A
// source is kept at the end of the note as "note [source]".
//
// What spreadsheets do to a file is undone where there is one way to read it:
// commas, semicolons, tabs or full-width commas; any line ending; full-width
// digits; invisible spaces; ="06037"; empty rows and columns; periods in every
// usual spelling (docs/periods.md), and the marks that a sender has explained
// (docs/flags.md). What can be read in two ways has one meaning in a file: its
// encoding, points and commas in numbers, the form of its periods. Look
// surveys all of the file and settles them by the evidence of all cells, and
// by what the sender and the catalogue say; where that does not suffice it is
// refused with both readings. A row whose text is broken costs that row.
// Nothing is guessed about a figure itself: what the catalogue says of it is
// ingest's business.
package sheet
