package dashboards_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// The time range of a link, from fields of the row.
const (
	rangeFrom = "from=${__data.fields.from:percentencode}"
	rangeTo   = "to=${__data.fields.to:percentencode}"
)

func TestEveryLinkLeadsToADashboardThatHasItsVariables(t *testing.T) {
	variables := map[string][]string{}
	for _, r := range committed(t) {
		variables[r.UID] = []string{}
		for _, v := range r.Variables {
			variables[r.UID] = append(variables[r.UID], v.Name)
		}
	}
	for _, r := range committed(t) {
		all := slices.Clone(r.Links)
		for _, p := range r.Panels {
			all = append(all, p.Links...)
		}
		for _, link := range all {
			if strings.HasPrefix(link, "/api/datasources/proxy/uid/"+dashboards.History+"/runbooks/${") {
				continue // the tests of the rules look whether the exporter has them
			}
			to, query, _ := strings.Cut(strings.TrimPrefix(link, "/d/"), "?")
			known, ok := variables[to]
			if !ok {
				t.Errorf("%s leads to %s", r.Path, link)
			}
			for pair := range strings.SplitSeq(query, "&") {
				if pair == rangeFrom || pair == rangeTo {
					continue // see TestALinkToAnIndicatorOpensOnItsFigures
				}
				name, err := url.QueryUnescape(strings.TrimPrefix(strings.Split(pair, "=")[0], "var-"))
				if query != "" && (err != nil || !slices.Contains(known, name)) {
					t.Errorf("%s: %s gives %s to a dashboard without such a variable", r.Path, link, name)
				}
			}
		}
	}
}

func TestEveryDashboardLeadsToItsOtherEdition(t *testing.T) {
	for _, r := range committed(t) {
		other := r.UID + "-en"
		if r.Edition == dashboards.English {
			other = strings.TrimSuffix(r.UID, "-en")
		}
		if !slices.Contains(r.Links, "/d/"+other) {
			t.Errorf("%s does not lead to %s", r.Path, other)
		}
	}
}

var linkedField = regexp.MustCompile(`\$\{__data\.fields\.(\w+)`)

// Grafana inserts the displayed text of a field into a link, so the target
// would look for the word instead of the code.
func TestALinkUsesCodesAndNotTheirWords(t *testing.T) {
	taken := 0
	for _, r := range committed(t) {
		for _, p := range r.Panels {
			for _, link := range p.Links {
				for _, m := range linkedField.FindAllStringSubmatch(link, -1) {
					taken++
					i := slices.IndexFunc(p.Fields, func(f dashboardstest.Field) bool { return f.Name == m[1] })
					if i < 0 || !slices.Contains(p.Columns, m[1]) {
						t.Errorf("%s: %q has no field %s for its link", r.Path, p.Title, m[1])
					} else if p.Fields[i].Mapped {
						t.Errorf("%s: %q links by %s, which it displays as other texts", r.Path, p.Title, m[1])
					}
				}
			}
		}
	}
	if taken == 0 {
		t.Error("no link uses a field")
	}
}

// The range with which the page of an indicator opens cannot know its first
// figure or the deadline.
func TestALinkToAnIndicatorOpensOnItsFigures(t *testing.T) {
	r := ofSample(t)
	links := 0
	for _, d := range committed(t) {
		for _, p := range d.Panels {
			ranged := slices.ContainsFunc(p.Links, func(link string) bool {
				return strings.HasPrefix(link, "/d/tidemark-indicator") && p.Queries[0].Source == dashboards.History
			})
			if !ranged {
				continue
			}
			for _, link := range p.Links {
				if !strings.Contains(link, rangeFrom) || !strings.Contains(link, rangeTo) {
					t.Errorf("%s: %q leads to %s without a time range", d.Path, p.Title, link)
				}
			}
			o := r.Open(d.Dashboard, nil)
			table, _, err := r.Table(p, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range table.Rows {
				from, errFrom := strconv.ParseInt(fmt.Sprint(row["from"]), 10, 64)
				to, errTo := strconv.ParseInt(fmt.Sprint(row["to"]), 10, 64)
				if errFrom != nil || errTo != nil || from >= to {
					t.Errorf("%s: %q links to %v until %v in the row of %v", d.Path, p.Title, row["from"], row["to"], row["indicator"])
				}
				if deadline, ok := row["deadline"].(string); ok && deadline != "" && !strings.HasPrefix(deadline, strconv.Itoa(time.UnixMilli(to).UTC().Year())) {
					t.Errorf("%s: %q links to %s for a target until %s", d.Path, p.Title, time.UnixMilli(to).UTC(), deadline)
				}
				links++
			}
		}
	}
	if links == 0 {
		t.Error("no row leads to an indicator")
	}
}
