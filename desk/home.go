package desk

import "net/http"

// homePage is the page at /.
type homePage struct {
	Drafts  []draftLine
	MaxSize string
}

// draftLine is a draft that has not been sent.
type draftLine struct {
	ID, Made string
	Files    []string
}

func (d *Desk) serveHome(w http.ResponseWriter, r *http.Request) {
	body := homePage{MaxSize: bytesOf(int(d.MaxUpload))}
	for _, dr := range d.drafts.open(visitOf(r).person.Name) {
		line := draftLine{ID: dr.id, Made: d.time(dr.made)}
		for _, f := range dr.files {
			line.Files = append(line.Files, f.name)
		}
		body.Drafts = append(body.Drafts, line)
	}
	d.show(w, r, http.StatusOK, "home", say("报送数据", "Send figures"), body)
}
