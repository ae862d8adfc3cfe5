package pending

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestAMomentIsReadByTheClocksOfThePlaceUnlessItHasAnOffset(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	howe, err := time.LoadLocation("Australia/Lord_Howe") // whose clocks are put back by half an hour
	must(t, err)
	now := time.Date(2026, 3, 18, 0, 0, 0, 0, time.UTC) // 08:00 in Shanghai, 01:00 in Berlin
	for _, c := range []struct {
		text  string
		place *time.Location
		want  string // in UTC, or what the error says
	}{
		{"2026-03-18 09:30", shanghai, "2026-03-18T01:30:00Z"},
		{"2026-03-18T09:30:15", shanghai, "2026-03-18T01:30:15Z"},
		{" 2026-03-18 09:30 ", berlin, "2026-03-18T08:30:00Z"},
		{"09:30", shanghai, "2026-03-18T01:30:00Z"},
		{"2026-03-18T09:30+02:00", shanghai, "2026-03-18T07:30:00Z"},
		{"2026-03-18 09:30:00 +02:00", shanghai, "2026-03-18T07:30:00Z"},
		{"2026-03-18T09:30:00Z", shanghai, "2026-03-18T09:30:00Z"},
		{"2026-03-18 07:59", shanghai, `"2026-03-18 07:59" is past: it is 2026-03-18 08:00:00 +08:00`},
		{"07:30", shanghai, `"07:30" is past`},
		{"2026-03-29 02:30", berlin, `"2026-03-29 02:30" is skipped by the clocks of Europe/Berlin`},
		{"2026-10-25 02:30", berlin, `"2026-10-25 02:30" comes twice by the clocks of Europe/Berlin; write it with its offset, like 2026-10-25T02:30+0`},
		{"2026-10-25 03:30", berlin, "2026-10-25T02:30:00Z"},
		{"2026-04-05 01:45", howe, `"2026-04-05 01:45" comes twice by the clocks of Australia/Lord_Howe`},
		{"2026-04-05 01:15", howe, "2026-04-04T14:15:00Z"},
		{"2026-04-05 02:15", howe, "2026-04-04T15:45:00Z"},
		{"2026-03-18", shanghai, `"2026-03-18" is not a moment; write one like 2026-03-18 08:00, or with an offset like 2026-03-18T08:00+08:00`},
		{"2026-02-30 09:30", shanghai, "is not a moment"},
		{"tomorrow", shanghai, "is not a moment"},
		{"", shanghai, "is not a moment"},
	} {
		at, err := ParseMoment(c.text, c.place, now)
		got := at.UTC().Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != c.want || err != nil && !strings.Contains(got, c.want) {
			t.Errorf("%q: %s", c.text, got)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, text := range []string{"2026-03-18 09:30", "09:30", "2026-03-18T09:30+02:00", "9999-12-31 23:59"} {
		f.Add(text)
	}
	now := time.Date(2026, 3, 18, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := ParseMoment(text, time.UTC, now); err == nil && !at.After(now) {
			t.Errorf("%q is read as %s, which is past", text, at)
		}
	})
}
