// Package docs holds the pages that alerts and reports send people to, so that
// the exporter can serve them where there is no internet.
package docs

import "embed"

// Pages are the runbooks and the page of rules, as Markdown, by their path in
// this folder: runbooks/TidemarkIngestDown.md, rules.md.
//
//go:embed runbooks/*.md rules.md
var Pages embed.FS
