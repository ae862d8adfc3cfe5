// Package chromium finds and starts a Chromium without a window, for the pictures of
// dashboards and for tests of pages.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// Find returns the program to run: that of the variable CHROME, or the first that is
// installed.
func Find(env func(string) string) (string, error) {
	if named := env("CHROME"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("CHROME: %w: set it to a Chromium, or unset it to use one that is installed", err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install one (Debian: apt-get install chromium), or set CHROME to the program of one")
}

// Tab returns the context of a tab of a Chromium with an empty profile. It starts with
// the first action in the tab; closeAll ends it.
func Tab(ctx context.Context, program string) (tab context.Context, closeAll func(), err error) {
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", false))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	return ctx, func() { closeTab(); stop(); _ = os.RemoveAll(profile) }, nil // what is left, the system removes sooner or later
}
