// What shoot asks of a page of Grafana. It is evaluated on every page and defines
// one object, shoot; nothing in it changes what people see.
globalThis.shoot = (() => {
  const PANEL = 'section[data-testid^="data-testid Panel header"]';
  const CONTENT = '[data-testid="data-testid panel content"]';
  // The class names the component in every language; the label is English.
  const LOADING = '[class*="panel-loading-bar-container"] > *, [aria-label="Panel loading bar"]';
  const ERROR = '[data-testid="data-testid Panel status error"], [data-testid="data-testid Alert error"]';
  const CONTROLS = '[data-testid="data-testid dashboard controls"], [aria-label="Dashboard submenu"]';

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const panels = () => all(PANEL);
  const titleOf = (panel) => panel.dataset.testid.replace('data-testid Panel header', '').trim() || 'a panel without a title';
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  const frames = (n) => new Promise((done) => {
    const next = () => (n-- > 0 ? requestAnimationFrame(next) : done());
    next();
  });

  // empty are the places of the grid whose panel has not come into view yet. A row
  // has a title.
  const places = () => all('[data-griditem-key]');
  const empty = () => places().filter((p) => !p.querySelector(PANEL) && p.textContent.trim() === '');

  const waitingFor = () => [
    ...empty().map((p) => 'the place ' + p.dataset.griditemKey),
    ...panels().filter((p) => {
      const content = p.querySelector(CONTENT);
      return p.querySelector(LOADING) || !content || (content.childElementCount === 0 && content.textContent.trim() === '');
    }).map(titleOf),
  ];

  // state says what is being waited for, and a mark that changes with the page.
  const state = async () => {
    await frames(4);
    const text = document.body.textContent;
    let sum = text.length;
    for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) | 0;
    return {
      panels: panels().length,
      waiting: waitingFor(),
      mark: [panels().length, all('canvas').length, all('*').length, height(), sum].join(' '),
    };
  };

  const toNext = () => {
    const next = empty()[0];
    if (next) next.scrollIntoView({ block: 'center' });
    return !!next;
  };

  // height is that of the whole page, wherever Grafana scrolls it.
  const height = () => {
    let most = Math.max(document.documentElement.scrollHeight, innerHeight);
    for (let e = panels()[0]?.parentElement; e && e !== document.body; e = e.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(e).overflowY)) {
        most = Math.max(most, innerHeight + e.scrollHeight - e.clientHeight);
      }
    }
    return most;
  };

  // textsOf lists the texts below an element that can be seen, each with whether
  // it is cut.
  const textsOf = (root) => {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim();
      const parent = node.parentElement;
      if (!text || /^(SCRIPT|STYLE|NOSCRIPT)$/.test(parent.tagName) || !visible(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()];
      if (rects.length === 0) continue;
      const box = parent.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) continue; // for screen readers
      found.push({ text, cut: isCut(parent, range.getBoundingClientRect(), rects[0].height, root) });
    }
    return found;
  };

  // isCut says whether a text is larger than an element that hides what is outside
  // of it. What can be scrolled to is not cut.
  const isCut = (parent, rect, line, root) => {
    let x = true, y = true;
    for (let e = parent; e && (x || y); e = e === root ? null : e.parentElement) {
      const style = getComputedStyle(e);
      if (style.display === 'inline' || style.display === 'contents') continue;
      const box = e.getBoundingClientRect();
      const hides = x && /hidden|clip/.test(style.overflowX);
      if (hides && style.textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth) return true;
      if (hides && e.scrollWidth > e.clientWidth + 1 &&
        (e === parent || rect.right > box.right + 1 || rect.left < box.left - 1)) return true;
      if (y && /hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1 &&
        (rect.bottom > box.bottom + line / 4 || rect.top < box.top - line / 4)) return true;
      if (/auto|scroll/.test(style.overflowX)) x = false;
      if (/auto|scroll/.test(style.overflowY)) y = false;
    }
    return false;
  };

  // tablesOf lists the tables of a panel: the widest content and what there is
  // room for.
  const tablesOf = (panel) => all('[role="grid"], [role="table"], table', panel)
    .filter((t) => !t.parentElement.closest('[role="grid"], [role="table"], table') && visible(t))
    .map((table) => {
      let worst = { needs: table.scrollWidth, has: Math.max(table.clientWidth, 1) };
      for (let e = table; e && e !== panel; e = e.parentElement) {
        if (e.clientWidth > 0 && e.scrollWidth - e.clientWidth > worst.needs - worst.has) {
          worst = { needs: e.scrollWidth, has: e.clientWidth };
        }
      }
      return worst;
    });

  const linksOf = (root) => all('a[href]', root)
    .filter((a) => visible(a) && /^https?:/.test(a.href) && a.getAttribute('href') !== '#')
    .map((a) => ({ text: a.textContent.trim(), address: a.href }));

  const reading = (root, title) => ({ title, texts: textsOf(root), links: linksOf(root) });

  // read is everything in the document: the panels, and the part with title ""
  // that holds rows, variables and links.
  const read = () => {
    const controls = [...all(CONTROLS), ...places().filter((p) => !p.querySelector(PANEL))];
    const outer = controls.filter((e) => !controls.some((o) => o !== e && o.contains(e)));
    return {
      panels: panels().map((p) => ({
        ...reading(p, titleOf(p)),
        error: all(ERROR, p).filter(visible).map((e) => e.textContent.trim() || e.getAttribute('aria-label') || '').join('; ').trim(),
        failed: all(ERROR, p).some(visible),
        tables: tablesOf(p),
      })),
      page: outer.map((e) => reading(e, '')),
    };
  };

  // fibres are React's own notes on an element and on what it is part of.
  const fibres = (element) => {
    const found = [];
    for (let e = element; e; e = e.parentElement) {
      const key = Object.keys(e).find((k) => k.startsWith('__reactFiber$'));
      if (!key) continue;
      for (let f = e[key], depth = 0; f && depth < 40; f = f.return, depth++) found.push(f);
      break;
    }
    return found;
  };

  const isPlot = (p) => p && p.scales && p.series && p.cursor && typeof p.valToPos === 'function';

  // plotOf finds the plot of an element and the configuration it was made from. It
  // is a field or a reference of a component, or of a hook.
  const plotOf = (element) => {
    let plot, config, frame;
    for (const f of fibres(element)) {
      const own = f.stateNode?.plotInstance;
      for (const p of [own, own?.current]) if (!plot && isPlot(p)) plot = p;
      for (let h = f.memoizedState, n = 0; !plot && h && n < 40; h = h.next, n++) {
        for (const p of [h.memoizedState, h.memoizedState?.current]) if (isPlot(p)) plot = p;
      }
      config ??= f.memoizedProps?.config?.getSeries ? f.memoizedProps.config : undefined;
      frame ??= f.stateNode?.state?.alignedFrame;
    }
    return isPlot(plot) ? { plot, config, frame } : null;
  };

  const charts = () => panels().flatMap((panel) => all('.uplot', panel).map((element) => ({ panel, element, ...plotOf(element) })));

  const seriesOf = ({ plot, config, frame }, i) => {
    const s = plot.series[i], scale = plot.scales[s.scale];
    const made = config?.getSeries()[i - 1]?.props ?? {};
    const field = frame?.fields?.[i];
    const name = field?.state?.displayName || field?.name || s.label || 'series ' + i;
    const bars = made.drawStyle === 'bars' && s.show !== false;
    const within = Math.min(Math.max(0, scale.min), scale.max);
    const x = plot.scales.x, points = [];
    for (let j = 0; bars && j < plot.data[0].length; j++) {
      const at = plot.data[0][j], value = plot.data[i][j];
      if (value == null || at < x.min || at > x.max) continue;
      points.push({ x: plot.valToPos(at, 'x', true), y: plot.valToPos(value, s.scale, true) });
    }
    return {
      name, bars, points, drawn: made.drawStyle != null, align: made.barAlignment ?? 0,
      min: scale.min ?? 0, max: scale.max ?? 0, log: scale.distr === 3, zero: plot.valToPos(within, s.scale, true),
    };
  };

  // placesOf are where the mouse looks: over some points, and between them and the
  // next, where a tooltip has to choose.
  const placesOf = ({ plot }) => {
    const x = plot.scales.x, shown = [];
    plot.data[0].forEach((at, j) => {
      if (at < x.min || at > x.max) return;
      if (plot.series.some((s, i) => i > 0 && s.show !== false && plot.data[i][j] != null)) shown.push(plot.valToPos(at, 'x'));
    });
    const chosen = new Set([0, 0.5, 1].map((q) => Math.round(q * (shown.length - 1))));
    const found = [];
    for (const j of chosen) {
      if (shown[j] === undefined) continue;
      found.push(shown[j]);
      if (j + 1 < shown.length) found.push(shown[j] + (shown[j + 1] - shown[j]) * 0.4);
    }
    return found;
  };

  const readChart = (chart) => {
    const { panel, plot } = chart;
    if (!plot) return { panel: titleOf(panel), unread: true };
    const series = plot.series.slice(1).map((_, i) => seriesOf(chart, i + 1));
    const { left, top, width, height } = plot.bbox;
    return {
      panel: titleOf(panel), unread: false, series, places: placesOf(chart),
      time: plot.scales.x.time !== false,
      axes: plot.axes.filter((a) => a.show !== false).flatMap((a) => [...(a._values ?? []), typeof a.label === 'string' ? a.label : '']).filter((v) => typeof v === 'string' && v.trim() !== ''),
      plot: { left, top, width, height },
      canvas: series.some((s) => s.bars) ? plot.ctx.canvas.toDataURL() : '',
      drawn: series.some((s) => s.drawn),
    };
  };

  // over is where the plot of a chart is on the screen.
  const over = (i) => {
    const { left, top, height } = charts()[i].plot.over.getBoundingClientRect();
    return { left, top, height };
  };

  const tooltips = () => all('[aria-live="polite"][aria-atomic="true"]')
    .filter((e) => visible(e) && getComputedStyle(e).position === 'fixed' && e.textContent.trim() !== '');

  // hovered waits until the cursor of a chart is where the mouse was put, and says
  // what the tooltip shows and from when its numbers are.
  const hovered = async (i, left) => {
    const { plot, frame } = charts()[i];
    for (let n = 0; Math.abs(plot.cursor.left - left) > 2; n++) {
      if (n > 180) return { reached: false, text: '', times: [] };
      await frames(1);
    }
    await frames(3);
    const times = [];
    (plot.cursor.idxs ?? []).forEach((at, s) => {
      const hidden = s === 0 || plot.series[s].show === false || frame?.fields?.[s]?.config?.custom?.hideFrom?.tooltip;
      if (!hidden && at != null && plot.data[s][at] != null) times.push(plot.data[0][at]);
    });
    return { reached: true, times, text: tooltips().map((e) => e.innerText).join('\n') };
  };

  // hasFont says whether Chinese is drawn with a font: without one, every character
  // looks like one that does not exist.
  const hasFont = () => {
    const drawn = (text) => {
      const canvas = document.createElement('canvas');
      const to = canvas.getContext('2d');
      to.font = '64px sans-serif';
      to.fillText(text, 20, 100);
      return canvas.toDataURL();
    };
    return drawn('宁') !== drawn('波');
  };

  return { hasFont, state, toNext, height, read, charts: () => charts().map(readChart), over, hovered };
})();
