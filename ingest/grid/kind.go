package grid

import (
	"archive/zip"
	"bytes"
	"strings"

	"github.com/richardlehane/mscfb"
)

// Kind is what a file is, by its content and not by its name.
type Kind int

// The kinds of files.
const (
	Text     Kind = iota // or anything that has none of the signatures below
	Workbook             // XLSX or XLSM
	Foreign              // another format, which is not read
)

// KindOf recognises a file by its content. The fault says what a foreign file is and
// how to get its figures out.
func KindOf(head []byte, all func() ([]byte, error)) (Kind, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		content, err := all()
		if err != nil {
			return Foreign, err
		}
		return zipped(content)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		content, err := all()
		if err != nil {
			return Foreign, err
		}
		return Foreign, compound(content)
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return Foreign, foreign("a PDF document", "copy the table into a spreadsheet, check every number, and save it as XLSX")
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return Foreign, foreign("a document in Rich Text Format", "copy the table into a spreadsheet and save it as XLSX")
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")), bytes.HasPrefix(head, []byte("\x89PNG\r\n")), bytes.HasPrefix(head, []byte("GIF8")):
		return Foreign, foreign("a picture", "type the figures into a spreadsheet")
	case bytes.HasPrefix(head, []byte("Rar!\x1a")), bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")), bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return Foreign, foreign("a compressed archive", "unpack it and push the file inside")
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return Foreign, foreign("a database", "export the table as CSV")
	}
	return Text, markup(head)
}

// markup refuses text in a format that is not a table, by its first letters.
func markup(head []byte) error {
	start := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"))
	switch {
	case strings.HasPrefix(start, "<?xml") && strings.Contains(start, "urn:schemas-microsoft-com:office:spreadsheet"):
		return foreign("a spreadsheet of Excel 2003 in XML", "open it and save it as XLSX")
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html"), strings.HasPrefix(start, "<table"), strings.HasPrefix(start, "<meta"):
		return foreign("a web page, even if its name ends with .xls", "open it in a spreadsheet and save it as XLSX")
	case strings.HasPrefix(start, "<?xml"):
		return foreign("an XML document", "convert it to SDMX-CSV, or export the table as CSV")
	}
	return nil
}

func foreign(what, hint string) *Fault {
	return &Fault{Code: "sheet/format", Reason: "is " + what + ", which is not read", Hint: hint}
}

// zipped tells what is in a zip file.
func zipped(content []byte) (Kind, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return Foreign, damaged
	}
	has := map[string]bool{}
	for _, f := range z.File {
		has[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = true
	}
	switch {
	case has["xl/workbook.xml"]:
		return Workbook, nil
	case has["xl/workbook.bin"]:
		return Foreign, foreign("a binary workbook (.xlsb)", "open it and save it as XLSX")
	case has["content.xml"] && has["mimetype"]:
		return Foreign, foreign("an OpenDocument file (.ods)", "open it and save it as XLSX")
	case has["word/document.xml"]:
		return Foreign, foreign("a Word document", "copy the table into a spreadsheet and save it as XLSX")
	case has["[content_types].xml"]:
		return Foreign, damaged
	}
	return Foreign, foreign("a zip archive", "unpack it and push the file inside")
}

var damaged = &Fault{Code: "sheet/damaged", Reason: "is a damaged workbook", Hint: "open it in a spreadsheet, which may repair it, and save it again"}

// compound tells what is in a compound file, the format of Office before 2007 and of
// protected workbooks.
func compound(content []byte) error {
	doc, err := mscfb.New(bytes.NewReader(content))
	if err != nil {
		return foreign("an old Office file (.xls, .et, .doc)", "open it and save it as XLSX")
	}
	for _, f := range doc.File {
		switch f.Name {
		case "EncryptedPackage":
			return &Fault{Code: "sheet/protected", Reason: "is protected by a password", Hint: "save it without a password (File, Info, Protect Workbook), and push that"}
		case "Workbook", "Book":
			return foreign("a workbook of Excel 97 to 2003 or WPS (.xls, .et)", "open it and save it as XLSX")
		case "WordDocument":
			return foreign("a Word document", "copy the table into a spreadsheet and save it as XLSX")
		}
	}
	return foreign("an old Office file", "open it and save it as XLSX")
}
