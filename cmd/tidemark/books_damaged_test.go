package main

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const goodTable = "2024年5月北部湾港生产情况\n指标,单位,本月,累计\n港口货物吞吐量,万吨,2809.5,13201.25\n"

// strangeBooks are files that are damaged, dangerous, or of another format.
var strangeBooks = []madeFile{
	protected("protected.xlsx", ""),
	protected("excel-97.xls", "Workbook"),
	protected("wps.et", "Book"),
	protected("word-97.doc", "WordDocument"),
	protected("slides-97.ppt", "PowerPoint Document"),
	cut("cut-in-half.xlsx", 2),
	cut("cut-before-the-end.xlsx", 1),
	rebuiltFile("sheet-cut.xlsx", "xl/worksheets/sheet1.xml", func(s string) string { return s[:len(s)*2/3] }),
	rebuiltFile("sheet-missing.xlsx", "xl/worksheets/sheet1.xml", func(string) string { return "" }),
	rebuiltFile("sheet-of-garbage.xlsx", "xl/worksheets/sheet1.xml", func(string) string { return "\x00\x01\x02 garbage" }),
	rebuiltFile("sheet-with-an-impossible-address.xlsx", "xl/worksheets/sheet1.xml", func(s string) string { return strings.Replace(s, `r="C3"`, `r="3C"`, 1) }),
	rebuiltFile("sheet-with-a-row-of-letters.xlsx", "xl/worksheets/sheet1.xml", func(s string) string { return strings.Replace(s, `<row r="3"`, `<row r="three"`, 1) }),
	rebuiltFile("texts-missing.xlsx", "xl/sharedStrings.xml", func(string) string { return "" }),
	rebuiltFile("texts-cut.xlsx", "xl/sharedStrings.xml", func(s string) string { return s[:len(s)/2] }),
	rebuiltFile("texts-too-few.xlsx", "xl/sharedStrings.xml", func(s string) string { return s[:strings.LastIndex(s, "<si>")] + "</sst>" }),
	rebuiltFile("styles-cut.xlsx", "xl/styles.xml", func(s string) string { return s[:len(s)/2] }),
	rebuiltFile("relations-missing.xlsx", "xl/_rels/workbook.xml.rels", func(string) string { return "" }),
	rebuiltFile("list-of-sheets-cut.xlsx", "xl/workbook.xml", func(s string) string { return s[:len(s)/2] }),
	rebuiltFile("content-types-missing.xlsx", "[Content_Types].xml", func(string) string { return "" }),
	{"flipped-byte.xlsx", nil, func(t testing.TB) []byte {
		content := packed(t, bookOf(t, monthly(), nil))
		at := bytes.Index(content, []byte("xl/worksheets/sheet1.xml"))
		content[at+60] ^= 0xff
		return content
	}},
	bomb("zip-bomb.xlsx", 3<<30, strings.Repeat(" ", 1<<20)),
	bomb("zip-bomb-that-claims-to-be-small.xlsx", 100, strings.Repeat(" ", 1<<20)),
	sheetFile("cell-far-away.xlsx", monthly(), func(f *excelize.File) { _ = f.SetCellValue("港口", "XFD1048576", "x") }),
	withPart("macros.xlsm", "xl/vbaProject.bin", "macro"),
	withPart("macro-sheet.xlsx", "xl/macrosheets/sheet1.xml", "<macrosheet/>"),
	rebuiltFile("cut-behind-its-rows.xlsx", "xl/worksheets/sheet1.xml", func(s string) string { return s[:strings.Index(s, "</sheetData>")+15] }),
	withPart("external-links.xlsx", "xl/externalLinks/externalLink1.xml", "<externalLink/>"),
	plainFile("text-named-as-workbook.xlsx", goodTable),
	{"workbook-named-as-text.csv", nil, func(t testing.TB) []byte { return packed(t, bookOf(t, monthly(), nil)) }},
	plainFile("empty.xlsx", ""),
	archive("table.ods", "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"),
	archive("table.numbers", "Index/Document.iwa", "x"),
	archive("table.xlsb", "[Content_Types].xml", "<x/>", "xl/workbook.bin", "x"),
	archive("table.docx", "[Content_Types].xml", "<x/>", "word/document.xml", "<x/>"),
	archive("slides.pptx", "[Content_Types].xml", "<x/>", "ppt/presentation.xml", "<x/>"),
	archive("tables.zip", "port.csv", goodTable),
	archive("empty.zip"),
	plainFile("bulletin.pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
	plainFile("scan.png", "\x89PNG\r\n\x1a\n"),
	plainFile("letter.rtf", "{\\rtf1\\ansi table}"),
	plainFile("web-page.xls", "<html><table><tr><td>1</td></tr></table></html>"),
	plainFile("web-page.mht", "MIME-Version: 1.0\nContent-Type: multipart/related\n"),
	plainFile("excel-2003.xml", "<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"></Workbook>"),
	plainFile("flat.fods", "<?xml version=\"1.0\"?><office:document></office:document>"),
	plainFile("data.xml", "<?xml version=\"1.0\"?><data/>"),
	plainFile("data.json", "{\"indicator\": \"cargo\"}"),
	plainFile("data.sqlite", "SQLite format 3\x00"),
	plainFile("table.slk", "ID;PWXL;N;E\nC;Y1;X1;K\"a\"\n"),
	{"table.csv.gz", nil, func(t testing.TB) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write([]byte(goodTable)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}},
}

// cut is a good workbook without its end: half of it, or the last bytes.
func cut(name string, part int) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		content := packed(t, bookOf(t, monthly(), nil))
		if part > 1 {
			return content[:len(content)/part]
		}
		return content[:len(content)-10]
	}}
}

// withPart is a good workbook with one more part.
func withPart(name, part, text string) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		return rebuilt(t, packed(t, bookOf(t, monthly(), nil)), func(_ string, old []byte) []byte { return old }, part, text)
	}}
}
