//go:build chromium

package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/tidemark-stats/tidemark/internal/chromium"
)

// tab is a tab of a Chromium that shows the desk.
type tab struct {
	t    testing.TB
	o    *office
	ctx  context.Context
	lang string
}

// tab opens a tab of a new Chromium, as wide as asked for.
func (o *office) tab(lang string, width, height int64) *tab {
	o.T.Helper()
	program, err := chromium.Find(os.Getenv)
	if err != nil {
		o.T.Fatal(err)
	}
	ctx, closeAll, err := chromium.Tab(o.Ctx, program)
	if err != nil {
		o.T.Fatal(err)
	}
	o.T.Cleanup(closeAll)
	b := &tab{t: o.T, o: o, ctx: ctx, lang: lang}
	b.do(chromedp.EmulateViewport(width, height))
	cookie := network.SetCookieParams{Name: languageCookie, Value: lang, URL: o.url}
	if _, err := chromedp.Call(ctx, network.SetCookie, cookie); err != nil {
		o.T.Fatal(err)
	}
	b.open("/")
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.o.url + path))
}

// eval evaluates an expression on the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression is true, also across pages.
func (b *tab) await(expression string) {
	b.t.Helper()
	limit := time.After(2 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			b.t.Fatalf("never true: %s (%v)\n%s", expression, err, eval[string](b, "document.body.innerText"))
		}
	}
}

// says waits until the page says a text.
func (b *tab) says(text string) {
	b.t.Helper()
	b.await(fmt.Sprintf("!!document.body && document.body.innerText.includes(%q)", text))
}

// signIn signs somebody in with the form.
func (b *tab) signIn(name string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible("#password"), chromedp.SetValue("#name", name), chromedp.SendKeys("#password", password+kb.Enter))
	b.await("!!document.querySelector('form[action=\"/sign-out\"]')")
}

// write writes a file that can be chosen.
func (b *tab) write(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// dropFile drops a file onto the page, as from a window beside the browser.
func (b *tab) dropFile(name, content string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(() => {
		const files = new DataTransfer();
		files.items.add(new File([%q], %q));
		const at = document.querySelector('.drop');
		for (const kind of ['dragenter', 'dragover', 'drop'])
			at.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
		return true;
	})()`, content, name))
}

// press clicks the button with a text.
func (b *tab) press(text string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll('main button:not(.unseen), main a')].find((e) => e.innerText.trim().includes(%q) && e.checkVisibility())`, text)
	b.await("!!" + find)
	eval[bool](b, "("+find+".click(), true)")
}

// accessible lets axe look for what is hard to use. What it finds to be serious or
// critical fails the test.
func (b *tab) accessible(page string) {
	b.t.Helper()
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(axe) + "\nvoid 0"))
	found := eval[[]string](b, `axe.run(document).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical' || v.impact === 'moderate')
		.flatMap((v) => v.nodes.map((n) => v.impact + ' ' + v.id + ': ' + v.help + '\n  ' + n.html.slice(0, 200) + '\n  ' + (n.any[0] || n.all[0] || n.none[0] || {}).message)))`)
	for _, f := range found {
		b.t.Errorf("%s: %s", page, f)
	}
}

// fits fails the test if the page has to be scrolled sideways.
func (b *tab) fits(page string) {
	b.t.Helper()
	if over := eval[float64](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		wide := eval[[]string](b, `[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))`)
		b.t.Errorf("%s is %.0f px too wide: %s", page, over, strings.Join(wide, "\n"))
	}
}

// keys presses keys where the focus is.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// tabTo moves the focus with the tabulator key until it is on an element.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 150 {
		if eval[bool](b, fmt.Sprintf("!!document.activeElement && document.activeElement.matches(%q)", selector)) {
			return
		}
		b.keys(kb.Tab)
	}
	b.t.Fatalf("the tabulator key never reaches %s", selector)
}

// shoot writes a picture of the whole page, if pictures are wanted.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("TIDEMARK_PICTURES")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
