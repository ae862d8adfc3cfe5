package grid

import (
	"archive/zip"
	"bytes"
	"strings"

	"github.com/richardlehane/mscfb"

	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// Kind is what a file is, by its content and not by its name.
type Kind int

// The kinds of files.
const (
	Text     Kind = iota // or anything that begins like no other format
	Workbook             // XLSX or XLSM
	Foreign              // another format, which is not read
)

// KindOf recognises a file by its content. The fault says what a foreign file is and
// how to get its figures out.
func KindOf(head []byte, all func() ([]byte, error)) (Kind, error) {
	format, ok := sheet.FormatOf(head)
	if !ok || format.Hint == "" {
		return Text, nil
	}
	if format.Container == sheet.NoContainer {
		return Foreign, foreign(format.Name, format.Hint)
	}
	content, err := all()
	switch {
	case err != nil:
		return Foreign, err
	case format.Container == sheet.Zip:
		return zipped(content, &format)
	}
	return Foreign, compound(content, &format)
}

func foreign(what, hint string) *Fault {
	p := (&sheet.Format{Name: what, Hint: hint}).Problem()
	return &Fault{Code: p.Code, Reason: p.Reason, Hint: p.Hint}
}

// Ways out.
const (
	saveAsXLSX = "open it and save it as XLSX"
	copyTable  = "copy the table into a spreadsheet and save it as XLSX"
)

// zipped tells what is in a zip file.
func zipped(content []byte, unknown *sheet.Format) (Kind, error) {
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
		return Foreign, foreign("a binary workbook (.xlsb)", saveAsXLSX)
	case has["content.xml"] && has["mimetype"]:
		return Foreign, foreign("an OpenDocument file (.ods)", saveAsXLSX)
	case has["index/document.iwa"] || has["index.zip"]:
		return Foreign, foreign("a document of Numbers (.numbers)", "export it as Excel (File, Export To, Excel)")
	case has["word/document.xml"]:
		return Foreign, foreign("a Word document", copyTable)
	case has["ppt/presentation.xml"]:
		return Foreign, foreign("a presentation", copyTable)
	case has["[content_types].xml"]:
		return Foreign, damaged
	}
	return Foreign, foreign(unknown.Name, unknown.Hint)
}

var damaged = &Fault{Code: "sheet/damaged", Reason: "is a damaged workbook", Hint: "open it in a spreadsheet, which may repair it, and save it again"}

// compound tells what is in a compound file, the format of Office before 2007 and of
// protected workbooks.
func compound(content []byte, unknown *sheet.Format) error {
	doc, err := mscfb.New(bytes.NewReader(content))
	if err != nil {
		return foreign(unknown.Name, unknown.Hint)
	}
	for _, f := range doc.File {
		switch f.Name {
		case "EncryptedPackage":
			return &Fault{Code: "sheet/protected", Reason: "is protected by a password", Hint: "save it without a password (File, Info, Protect Workbook), and push that"}
		case "Workbook", "Book":
			return foreign("a workbook of Excel 97 to 2003 or WPS (.xls, .et)", saveAsXLSX)
		case "WordDocument":
			return foreign("a Word document", copyTable)
		case "PowerPoint Document":
			return foreign("a presentation", copyTable)
		}
	}
	return foreign(unknown.Name, unknown.Hint)
}
