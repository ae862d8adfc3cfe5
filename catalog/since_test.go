package catalog

import (
	"os"
	"strings"
	"testing"
	"time"
)

// changing is valid.yaml with a target that changes twice.
func changing(t *testing.T) *Target {
	t.Helper()
	data, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const anchor = "    value: 100 万TEU\n    base: 2022\n    by: 2027\n"
	c, err := Parse("since.yaml", []byte(strings.Replace(string(data), anchor, anchor+`    since:
      - {day: 2025-03-01, value: 110 万TEU, wording: 一百一十万标箱}
      - {day: 2025-09-01, wording: 力争一百一十万标箱, source: the mayor}
`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	target, _ := c.Target("boxes_2027")
	return target
}

func TestATargetIsWhatItWasAtAMoment(t *testing.T) {
	target := changing(t)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]string{
		time.Date(1999, 1, 1, 0, 0, 0, 0, shanghai):                  "100 万TEU 一百万标箱 the harbour plan",
		time.Date(2025, 2, 28, 23, 59, 59, 0, shanghai):              "100 万TEU 一百万标箱 the harbour plan",
		time.Date(2025, 3, 1, 0, 0, 0, 0, shanghai):                  "110 万TEU 一百一十万标箱 the harbour plan",
		time.Date(2025, 8, 31, 15, 59, 0, 0, time.UTC):               "110 万TEU 一百一十万标箱 the harbour plan",
		time.Date(2025, 8, 31, 16, 0, 0, 0, time.UTC):                "110 万TEU 力争一百一十万标箱 the mayor",
		time.Date(2025, 9, 1, 0, 0, 0, 0, shanghai).AddDate(9, 0, 0): "110 万TEU 力争一百一十万标箱 the mayor",
	} {
		v := target.At(at)
		if got := v.Written + " " + v.Wording + " " + v.Source; got != want || v.At(at) != v || v.ID != target.ID {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if changes := target.Changes(); len(changes) != 2 || !changes[1].Equal(time.Date(2025, 9, 1, 0, 0, 0, 0, shanghai)) {
		t.Errorf("it changes at %v", changes)
	}
	if first := target.At(time.Time{}).Value.Float64(); first != 1e6 {
		t.Errorf("first it is %v", first)
	}
}
