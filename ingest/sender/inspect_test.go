package sender

import (
	"io"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// findings inspects a file of the port's container throughput; the lines are
// month,value,unit.
func findings(t testing.TB, confirm bool, lines ...string) (found []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("indicator,area,measure,period,value,unit\n")
	for _, line := range lines {
		b.WriteString("container_throughput,NBZS,level," + line + "\n")
	}
	input := Input{Name: "port.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(b.String())), nil }}
	file, err := newInspector(catalog.Ningbo(), confirm).load(input)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.each(func(row *judgedRow) error {
		for _, f := range row.Findings {
			found = append(found, f.Where+" "+f.Problem.Error())
		}
		return nil
	}, func(f Finding) { found = append(found, f.Where+" "+f.Problem.Error()) }); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAFigureThatStandsTwiceInAFileIsRefusedTheSecondTime(t *testing.T) {
	ingesttest.WantLines(t, findings(t, true, "2023-01,300,万TEU", "2023-02,290,万TEU", "2023-01,310,万TEU"),
		`port.csv:4:D figure/duplicate-cell: period "2023-01" appears twice in this file for this figure, first at port.csv:2:D; keep one of the two; send a revision in a file of its own`)
}

func TestAFigureIsComparedWithTheOthersOfItsFile(t *testing.T) {
	lines := []string{"2023-01,300,万TEU", "2023-02,290,万TEU", "2023-03,346,千TEU", "2023-04,310,万TEU"}
	ingesttest.WantLines(t, findings(t, false, lines...),
		`port.csv:4:E figure/unit-slip: value "346" is 10^-1 times what the figures around it suggest (about 3000 千TEU); did you mean 346 万TEU? If it is right, send it again with confirmed: true (--confirm)`)
	ingesttest.WantLines(t, findings(t, true, lines...))
}

func TestAFigureThatIsWrongByItselfIsNoNeighbour(t *testing.T) {
	ingesttest.WantLines(t, findings(t, false, "2023-01,346,TEU", "2023-02,346,TEU", "2023-03,300,万TEU"),
		`port.csv:2:E figure/out-of-bounds: value "346" 346 TEU is 346 TEU, outside 100000 to 6000000; wrong unit? 346 万TEU would fit`,
		`port.csv:3:E figure/out-of-bounds: value "346" 346 TEU is 346 TEU, outside 100000 to 6000000; wrong unit? 346 万TEU would fit`)
}
