package main

import (
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
)

func TestAProxyOfTheDeskMaySignNobodyIn(t *testing.T) {
	c := deskServeCmd{People: "people", Session: time.Hour, MaxUpload: 1, ProxyFrom: []string{"10.0.0.5", "2001:db8::/32"}}
	o, err := c.options(catalog.Ningbo())
	if err != nil {
		t.Fatal(err)
	}
	if o.Proxy.Header != "" || len(o.Proxy.From) != 2 || o.Proxy.From[0].String() != "10.0.0.5/32" {
		t.Errorf("the proxy is %+v", o.Proxy)
	}
}

func TestMistakesInTheFlagsOfTheDeskAreExplained(t *testing.T) {
	good := deskServeCmd{People: "people", Session: time.Hour, MaxUpload: 1}
	for want, mistake := range map[string]func(*deskServeCmd){
		"expected --people FILE":                           func(c *deskServeCmd) { c.People = "" },
		"--session must be positive, not 0s":               func(c *deskServeCmd) { c.Session = 0 },
		"--max-upload must be from 1 to 1024 MB, not 0":    func(c *deskServeCmd) { c.MaxUpload = 0 },
		"--proxy-header needs --proxy-from":                func(c *deskServeCmd) { c.ProxyHeader = "Remote-User" },
		`--proxy-from "proxy" is neither an address`:       func(c *deskServeCmd) { c.ProxyFrom = []string{"proxy"} },
		`--proxy-from "10.0.0.0/33" is neither an address`: func(c *deskServeCmd) { c.ProxyFrom = []string{"10.0.0.0/33"} },
	} {
		c := good
		mistake(&c)
		if _, err := c.options(catalog.Ningbo()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
