package sheet

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Format is what a file is that begins in a certain way.
type Format struct {
	Name      string
	Hint      string    // how to get its figures out; empty for JSON, which only lacks columns
	Container Container // what must be opened to know more

	kind string // its name beside CSV, if that is another one
}

// Container is a format that holds files.
type Container int

// The containers.
const (
	NoContainer Container = iota
	Zip
	Compound // that of Office before 2007
)

// Ways out.
const (
	saveAsXLSX = "open it and save it as XLSX"
	copyTable  = "copy the table into a spreadsheet, check every number, and save it as XLSX"
	unpack     = "unpack it and push the file inside"
	typeIn     = "type the figures into a spreadsheet"
	exportCSV  = "export the table as CSV"
)

// signatures are the first bytes of formats that are not text.
var signatures = []struct {
	bytes string
	Format
}{
	{"PK\x03\x04", Format{"a zip archive", unpack, Zip, "an Excel workbook (XLSX) or another ZIP file"}},
	{"PK\x05\x06", Format{Name: "a zip archive", Hint: unpack, Container: Zip}},
	{"\xd0\xcf\x11\xe0", Format{"an old Office file (.xls, .et, .doc)", saveAsXLSX, Compound, "an old Excel workbook (XLS)"}},
	{"%PDF-", Format{Name: "a PDF document", Hint: copyTable, kind: "a PDF file"}},
	{"{\\rtf", Format{Name: "a document in Rich Text Format", Hint: copyTable}},
	{"\xff\xd8\xff", Format{Name: "a picture", Hint: typeIn}},
	{"\x89PNG\r\n", Format{Name: "a picture", Hint: typeIn}},
	{"GIF8", Format{Name: "a picture", Hint: typeIn}},
	{"II*\x00", Format{Name: "a picture", Hint: typeIn}},
	{"MM\x00*", Format{Name: "a picture", Hint: typeIn}},
	{"RIFF", Format{Name: "a picture or a film", Hint: typeIn}},
	{"Rar!\x1a", Format{Name: "a compressed archive", Hint: unpack}},
	{"7z\xbc\xaf\x27\x1c", Format{Name: "a compressed archive", Hint: unpack}},
	{"\x1f\x8b", Format{Name: "a compressed file (gzip)", Hint: unpack, kind: "a gzip file"}},
	{"BZh", Format{Name: "a compressed file (bzip2)", Hint: unpack}},
	{"\xfd7zXZ\x00", Format{Name: "a compressed file (xz)", Hint: unpack}},
	{"\x28\xb5\x2f\xfd", Format{Name: "a compressed file (zstd)", Hint: unpack}},
	{"SQLite format 3\x00", Format{Name: "a database", Hint: exportCSV}},
	{"\x00\x01\x00\x00Standard ", Format{Name: "a database of Access", Hint: exportCSV}},
	{"PAR1", Format{Name: "a Parquet file", Hint: exportCSV}},
	{"ID;P", Format{Name: "a spreadsheet in SYLK (.slk)", Hint: saveAsXLSX}},
	{"MIME-Version:", Format{Name: "a web page in one file (.mht)", Hint: saveAsXLSX}},
}

// FormatOf recognises the format of a file by its beginning; ok is false for text
// that may be a table.
func FormatOf(head []byte) (f Format, ok bool) {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return s.Format, true
		}
	}
	start := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), mark8), " \t\r\n"))
	begins := func(words ...string) bool {
		for _, w := range words {
			if strings.HasPrefix(start, w) {
				return true
			}
		}
		return false
	}
	switch {
	case begins("<?xml") && strings.Contains(start, "urn:schemas-microsoft-com:office:spreadsheet"):
		return Format{Name: "a spreadsheet of Excel 2003 in XML", Hint: saveAsXLSX}, true
	case begins("<?xml") && strings.Contains(start, "office:document"):
		return Format{Name: "a spreadsheet in OpenDocument (.fods)", Hint: saveAsXLSX}, true
	case begins("<?xml"):
		return Format{Name: "an XML document", Hint: "convert it to SDMX-CSV, or " + exportCSV, kind: "HTML or XML"}, true
	case begins("<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style"):
		return Format{Name: "a web page, even if its name ends with .xls", Hint: "open it in a spreadsheet and save it as XLSX", kind: "HTML or XML"}, true
	case begins("<"):
		return Format{Name: "HTML or XML", Hint: "open it in a spreadsheet and save it as XLSX"}, true
	case begins("var ", "const ", "// ", "/*"):
		return Format{Name: "the text of a program (JavaScript)", Hint: "copy the numbers into a spreadsheet, check every one, and save it as XLSX"}, true
	case json(start):
		return Format{Name: "JSON"}, true
	}
	return f, false
}

// json reports whether a text begins like JSON. A title can stand in brackets, too:
// [单位：万吨].
func json(start string) bool {
	if start == "" || start[0] != '{' && start[0] != '[' {
		return false
	}
	inside := strings.TrimLeft(start[1:], " \t\r\n")
	return inside == "" || strings.ContainsRune(`{["}]`, rune(inside[0]))
}

// Problem says that the format is not read.
func (f *Format) Problem() *figure.Problem {
	return &figure.Problem{Code: "sheet/format", Reason: "is " + f.Name + ", which is not read", Hint: f.Hint}
}

// notCSV says so of a file that has to have the columns of a sheet.
func (f *Format) notCSV() *figure.Problem {
	return &figure.Problem{Code: "sheet/not-csv", Reason: "is " + cmp.Or(f.kind, f.Name) + ", not CSV", Hint: saveAsCSV}
}
