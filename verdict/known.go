package verdict

import (
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/store"
)

// Remembering returns the catalogue with the earlier goals stored in the book.
// Goals of the catalogue that differ from the last stored ones hold from now
// on.
func Remembering(c *catalog.Catalog, b *book.Book, now time.Time) *catalog.Catalog {
	past := map[string][]catalog.Past{}
	for _, d := range b.Definitions() {
		if d.Of == store.OfTarget {
			past[d.Code] = append(past[d.Code], catalog.Past{Since: time.UnixMilli(d.Since), Goal: d.Is})
		}
	}
	if len(past) == 0 {
		return c
	}
	return c.Remembering(past, now)
}

// Legible returns the book without the figures of indicators that are stored
// under a definition other than the catalogue's, because the catalogue would
// misinterpret them.
func Legible(c *catalog.Catalog, b *book.Book) *book.Book {
	refused := map[string]error{}
	for _, i := range c.Indicators {
		stored := store.Newest(b.Definitions(), store.OfIndicator, i.Code)
		if err := c.Conflict(i.Code, stored.Is); err != nil {
			refused[i.Code] = err
		}
	}
	return b.Refuse(refused)
}

// illegible is the state of a target whose figures the book refuses; ok is
// false if it does not.
func illegible(t *catalog.Target, b *book.Book, at time.Time) (s State, ok bool) {
	for _, part := range t.Indicator.Reported() {
		if b.Refused(part.Code) == nil {
			continue
		}
		t = t.At(at)
		s = State{Target: t, Category: t.Category, At: at, Deadline: t.By, Verdict: NoData, final: true}
		s.Reason = say("%s的数据是按另一种单位、类型或频率存储的，不予评判", "the figures of %s were stored with a unit, kind or frequency other than the catalogue's and are not judged", part.Name)
		return s, true
	}
	return s, false
}
