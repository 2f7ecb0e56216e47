import { SERIES_STYLES, type SeriesStyle } from '../../../src/chart/description';
import { EMPTY_AXIS, EMPTY_GRAPH, LEAST_AUTORELOAD, type Axis, type GraphState } from './graph-state';
import { keyText, parseKey, sameKey } from './key-place';
import { EMPTY_METRIC, isAsked, type MetricQuery } from './metric-query';
import { metricText, parseMetricText, parseTsuidText, tsuidText } from './metric-text';

/** What the right axis is called in `o`. */
const RIGHT_AXIS = 'axis x1y2';
/** The page's own parameters; the rest are those of `/q`. */
const OWN = { json: 'mj', functions: 'exp', formula: 'formula', open: 'tab', view: 'view' } as const;

type Pair = readonly [name: string, value: string];

/** Names and values of a fragment or query string, in their order. A broken escape stays as it is. */
function parsePairs(text: string): Pair[] {
  return text
    .replace(/^[#?]/, '')
    .split('&')
    .filter((word) => word !== '')
    .map((word) => {
      const equals = word.indexOf('=');
      return equals < 0 ? [decode(word), ''] : [decode(word.slice(0, equals)), decode(word.slice(equals + 1))];
    });
}

function decode(text: string): string {
  const spaced = text.replace(/\+/g, ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** What `/q` decodes a second time. */
const TWICE: ReadonlySet<string> = new Set([
  ...['title', 'key', 'style', 'smooth', 'wxh', 'xformat'],
  ...['y', 'y2'].flatMap((axis) => [`${axis}label`, `${axis}format`, `${axis}range`]),
]);

/** What was decoded once, as `/q` reads it. Addresses that escape only once mean the same here, as far as they can. */
function decodeTwice(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const encodeTwice = (name: string, text: string): string => (TWICE.has(name) ? text.replace(/[%+]/g, encodeURIComponent) : text);

/** Only what would be misread is escaped, so that addresses stay readable. */
const encode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/%(?:3A|2F|7B|7D|5B|5D|2C|3D|7C|40)/g, decodeURIComponent);

export const printPairs = (pairs: readonly Pair[]): string =>
  pairs.map(([name, value]) => (value === '' ? name : `${name}=${encode(value)}`)).join('&');

/**
 * Reads a graph from an address. All of `/q`'s parameters have their meaning, so that the original's bookmarks open; what the page cannot
 * read of them is told in `problems` and left out.
 */
export function parseGraph(text: string): { graph: GraphState; problems: string[] } {
  const problems: string[] = [];
  const metrics: MetricQuery[] = [];
  const options: string[] = [];
  const values = new Map<string, string>();
  const functions: string[] = [];
  const formulas: string[] = [];
  const rest: Pair[] = [];
  for (const [name, value] of parsePairs(text)) {
    if (name === 'm' || name === 'tsuid' || name === OWN.json) {
      const query = name === 'm' ? parseMetricText(value) : name === 'tsuid' ? parseTsuidText(value) : parseMetricJson(value);
      if (query === null) problems.push(`${name}=${value}`);
      else metrics.push(query);
    } else if (name === 'o') options.push(value);
    else if (name === OWN.functions) functions.push(value);
    else if (name === OWN.formula) formulas.push(value);
    else if (KNOWN.has(name)) values.set(name, TWICE.has(name) ? decodeTwice(value) : value);
    else rest.push([name, value]);
  }
  const word = (name: string): string => values.get(name) ?? '';
  const axis = (y: 'y' | 'y2'): Axis => ({
    label: word(`${y}label`),
    format: word(`${y}format`),
    range: word(`${y}range`),
    log: values.has(`${y}log`),
  });
  const reload = Number(word('autoreload'));
  const style = word('style');
  return {
    problems,
    graph: {
      ...EMPTY_GRAPH,
      start: word('start') || EMPTY_GRAPH.start,
      end: word('end'),
      tz: word('tz'),
      metrics: metrics.length > 0 ? metrics.map((metric, i) => ({ ...metric, rightAxis: isRight(options[i]) })) : [EMPTY_METRIC],
      open: Math.max(0, Math.min(metrics.length - 1, Number(word(OWN.open)) || 0)),
      functions,
      formulas,
      y: axis('y'),
      y2: axis('y2'),
      xformat: word('xformat'),
      title: word('title'),
      key: parseKey(values.get('key') ?? null, values.has('nokey')),
      style: isStyle(style) ? style : EMPTY_GRAPH.style,
      smooth: word('smooth'),
      size: word('wxh'),
      autoreload: values.has('autoreload') && Number.isFinite(reload) ? Math.max(LEAST_AUTORELOAD, Math.floor(reload)) : null,
      globalAnnotations: values.has('global_annotations'),
      noAnnotations: values.has('no_annotations'),
      view: word(OWN.view) === 'table' ? 'table' : 'graph',
      rest,
    },
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['start', 'end', 'tz', 'title', 'xformat', 'key', 'nokey', 'style', 'smooth', 'wxh', 'autoreload'],
  ...['global_annotations', 'no_annotations', OWN.open, OWN.view],
  ...['y', 'y2'].flatMap((axis) => ['label', 'format', 'range', 'log'].map((what) => axis + what)),
]);

const isRight = (option: string | undefined): boolean => option !== undefined && /x1y2/.test(option);
const isStyle = (word: string): word is SeriesStyle => SERIES_STYLES.some((style) => style === word);

/** Parameters for `/q` and for the original's page: what both know of a graph. */
export function graphPairs(graph: GraphState): Pair[] {
  const pairs: Pair[] = [['start', graph.start]];
  const add = (name: string, value: string): void => void (value !== '' && pairs.push([name, encodeTwice(name, value)]));
  const flag = (name: string, on: boolean): void => void (on && pairs.push([name, '']));
  add('end', graph.end);
  const asked = graph.metrics.filter(isAsked);
  for (const metric of asked) {
    pairs.push(metricPair(metric));
    // one `o` for each metric, or none at all
    if (asked.some(({ rightAxis }) => rightAxis)) pairs.push(['o', metric.rightAxis ? RIGHT_AXIS : '']);
  }
  const axis = (name: 'y' | 'y2', { label, format, range, log }: Axis): void => {
    add(`${name}label`, label);
    add(`${name}format`, format);
    add(`${name}range`, range);
    flag(`${name}log`, log);
  };
  axis('y', graph.y);
  axis('y2', asked.some(({ rightAxis }) => rightAxis) ? graph.y2 : EMPTY_AXIS);
  add('xformat', graph.xformat);
  add('title', graph.title);
  if (!graph.key.shown) flag('nokey', true);
  else if (!sameKey(graph.key, EMPTY_GRAPH.key)) add('key', keyText(graph.key));
  if (graph.style !== EMPTY_GRAPH.style) add('style', graph.style);
  add('smooth', graph.smooth);
  add('wxh', graph.size);
  add('tz', graph.tz);
  flag('global_annotations', graph.globalAnnotations);
  flag('no_annotations', graph.noAnnotations);
  return pairs;
}

/** The fragment for a graph, without the `#`. */
export function printGraph(graph: GraphState): string {
  const pairs = graphPairs(graph);
  for (const text of graph.functions) pairs.push([OWN.functions, text]);
  for (const text of graph.formulas) pairs.push([OWN.formula, text]);
  if (graph.autoreload !== null) pairs.push(['autoreload', String(graph.autoreload)]);
  if (graph.view !== 'graph') pairs.push([OWN.view, graph.view]);
  if (graph.open > 0) pairs.push([OWN.open, String(graph.open)]);
  return printPairs([...pairs, ...graph.rest]);
}

function metricPair(metric: MetricQuery): Pair {
  if (metric.tsuids.length > 0) return ['tsuid', tsuidText(metric)];
  const text = metricText(metric);
  return text === null ? [OWN.json, metricJson(metric)] : ['m', text];
}

/** What `m=` has no way to write: only what differs from an empty metric, `o` left to its parameter. */
function metricJson(metric: MetricQuery): string {
  const changed = Object.entries(metric).filter(
    ([name, value]) => name !== 'rightAxis' && JSON.stringify(value) !== JSON.stringify(EMPTY_VALUES.get(name)),
  );
  return JSON.stringify({ aggregator: metric.aggregator, ...Object.fromEntries(changed) });
}

const EMPTY_VALUES = new Map<string, unknown>(Object.entries(EMPTY_METRIC));

/** Fields of another type than they should have, and unknown ones, are left out. */
function parseMetricJson(text: string): MetricQuery | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== 'object' || said === null) return null;
  const fields = Object.entries(said).filter(([name, value]) => hasShape(name, value));
  return { ...EMPTY_METRIC, ...Object.fromEntries(fields) };
}

function hasShape(name: string, value: unknown): boolean {
  const texts = (object: unknown, names: readonly string[]): boolean =>
    typeof object === 'object' && object !== null && names.every((field) => typeof new Map(Object.entries(object)).get(field) === 'string');
  switch (name) {
    case 'filters':
      return Array.isArray(value) && value.every((filter) => texts(filter, ['tagk', 'type', 'filter']));
    case 'tsuids':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'percentiles':
      return Array.isArray(value) && value.every((item) => typeof item === 'number');
    case 'rate':
      return texts(value, ['max', 'reset']);
    case 'downsample':
      return texts(value, ['interval', 'aggregator', 'fill']);
    default:
      return typeof value === typeof EMPTY_VALUES.get(name);
  }
}
