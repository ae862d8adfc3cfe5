// Reads panels with the answers to their queries from the standard input and
// writes what Grafana makes of them: the columns after all transformations and
// overrides. It is run by the tests with the tag grafana.
const { Window } = require('happy-dom');

// @grafana/data expects a browser.
const page = new Window({ url: 'http://localhost/' });
globalThis.window = page;
for (const name of ['document', 'localStorage', 'location', 'history', 'navigator']) {
  Object.defineProperty(globalThis, name, { value: page[name], configurable: true });
}

const { firstValueFrom } = require('rxjs');
const grafana = require('@grafana/data');

const transformers = new Map(Object.values(grafana.standardTransformers).map((t) => [t.id, t]));
grafana.standardTransformersRegistry.setInit(() =>
  [...transformers.values()].map((t) => ({ id: t.id, name: t.name, transformation: t }))
);

const number = (text) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : parseFloat(text));

// table is an answer as the Prometheus data source returns it for the format
// table: a field for the time, for each label and for the value. An empty answer
// of one of several queries has the first and the last.
function table(answer, several) {
  const points = answer.series.flatMap((s) => s.points.map(([at, value]) => ({ at: at * 1000, value: number(value), labels: s.labels })));
  if (points.length === 0 && !several) {
    return { refId: answer.ref, fields: [], length: 0 };
  }
  const labels = [];
  for (const s of answer.series) {
    for (const label of Object.keys(s.labels).sort()) {
      if (!labels.includes(label)) {
        labels.push(label);
      }
    }
  }
  const field = (name, type, values) => ({ name, type, config: {}, values });
  const frame = {
    refId: answer.ref,
    length: points.length,
    fields: [
      field('Time', 'time', points.map((p) => p.at)),
      ...labels.map((l) => field(l, 'string', points.map((p) => p.labels[l] ?? ''))),
      field(several ? `Value #${answer.ref}` : 'Value', 'number', points.map((p) => p.value)),
    ],
  };
  return points.some((p, i) => i > 0 && p.at < points[i - 1].at) ? grafana.sortDataFrame(frame, 0) : frame;
}

// properties are all settings that the panel's fields have, for applyFieldOverrides,
// which ignores those that no panel has registered.
function properties(config) {
  const ids = config.overrides.flatMap((o) => o.properties.map((p) => p.id));
  ids.push(...Object.keys(config.defaults), ...Object.keys(config.defaults.custom ?? {}).map((k) => `custom.${k}`));
  return [...new Set(ids)].filter((id) => id !== 'custom').map((id) => {
    const isCustom = id.startsWith('custom.');
    return { id, name: id, isCustom, path: isCustom ? id.slice('custom.'.length) : id, process: (v) => v, shouldApply: () => true };
  });
}

// replace inserts the displayed texts of a row into a link.
function replace(text, scoped) {
  return text.replace(/\$\{__data\.fields\.(\w+):percentencode\}/g, (written, name) => {
    const { frame, rowIndex } = scoped?.__dataContext?.value ?? {};
    const value = frame && grafana.getFieldDisplayValuesProxy({ frame, rowIndex })[name];
    return value === undefined ? written : encodeURIComponent(String(value));
  });
}

async function shown({ panel, answers }) {
  const frames = answers.map((a) => table(a, answers.length > 1));
  const transformed = await firstValueFrom(grafana.transformDataFrame(panel.transformations ?? [], frames));
  const data = grafana.applyFieldOverrides({
    data: transformed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: new grafana.FieldConfigOptionsRegistry(() => properties(panel.fieldConfig)),
    replaceVariables: replace,
    theme: grafana.createTheme(),
    timeZone: 'utc',
  });
  const frame = data[0];
  return frame.fields.map((f) => ({
    name: transformed[0].fields[frame.fields.indexOf(f)].name,
    heading: grafana.getFieldDisplayName(f, frame, data),
    hidden: f.config.custom?.hideFrom?.viz === true,
    values: f.values.map((v) => (v === undefined || v === null ? null : String(v))),
    texts: f.values.map((v) => grafana.formattedValueToString(f.display(v))),
    links: f.values.flatMap((_, row) => (f.config.links?.length ? f.getLinks({ valueRowIndex: row }).map((l) => l.href) : [])),
  }));
}

async function main() {
  const read = [];
  for await (const chunk of process.stdin) {
    read.push(chunk);
  }
  const columns = [];
  for (const panel of JSON.parse(Buffer.concat(read))) {
    columns.push(await shown(panel));
  }
  process.stdout.write(JSON.stringify(columns), () => process.exit(0)); // the page would go on
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
