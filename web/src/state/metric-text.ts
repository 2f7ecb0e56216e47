import {
  downsampleText,
  EMPTY_METRIC,
  NO_RATE_OPTIONS,
  parseDownsample,
  type MetricQuery,
  type Rate,
  type TagFilter,
} from './metric-query';

/** What the grammar of `m=` gives a meaning of its own, and what therefore cannot stand in a filter. */
const MEANT = /[,=:{}]/;

/**
 * Reads the text of an `m` parameter: `aggregator[:option]*:metric[{group by}[{other filters}]]`. Options are recognised as the TSD does,
 * by how they begin; unknown ones are left out. @returns null for what is no query
 */
export function parseMetricText(text: string): MetricQuery | null {
  const query = parseParts(text);
  if (query === null) return null;
  const { head, last } = query;
  const opens = last.indexOf('{');
  if (opens < 0) return { ...head, metric: last };
  if (!last.endsWith('}')) return null;
  const groups = last.slice(opens + 1, -1).split('}{');
  const filters = parseFilters(groups[0], true);
  const others = groups.length > 1 ? parseFilters(groups[groups.length - 1], false) : [];
  if (filters === null || others === null) return null;
  return { ...head, metric: last.slice(0, opens), filters: [...filters, ...others] };
}

/** Reads the text of a `tsuid` parameter: `aggregator[:option]*:TSUID[,TSUID]`. */
export function parseTsuidText(text: string): MetricQuery | null {
  const query = parseParts(text);
  return query && { ...query.head, tsuids: query.last.split(',') };
}

function parseParts(text: string): { head: MetricQuery; last: string } | null {
  const parts = text.split(':');
  if (parts.length < 2) return null;
  let head: MetricQuery = { ...EMPTY_METRIC, aggregator: parts[0] };
  for (const option of parts.slice(1, -1)) head = { ...head, ...parseOption(option) };
  return { head, last: parts[parts.length - 1] };
}

function parseOption(option: string): Partial<MetricQuery> {
  const lower = option.toLowerCase();
  if (lower.startsWith('rate')) return { rate: parseRate(option.slice('rate'.length)) };
  if (/^[0-9]/.test(option)) return { downsample: parseDownsample(option) };
  if (lower === 'pre-agg') return { preAggregate: true };
  if (lower.startsWith('rollup_')) return { rollupUsage: option.toUpperCase() };
  if (lower.startsWith('percentiles')) return { percentiles: parsePercentiles(option.slice('percentiles'.length)) };
  if (lower.startsWith('show-histogram-buckets')) return { histogramBuckets: true };
  if (lower.startsWith('explicit_tags')) return { explicitTags: true };
  return {};
}

/** @param text `` or `{counter,max,reset}` */
function parseRate(text: string): Rate {
  if (!text.startsWith('{') || !text.endsWith('}')) return NO_RATE_OPTIONS;
  const [kind = '', max = '', reset = ''] = text.slice(1, -1).split(',');
  return { counter: kind.endsWith('counter'), max, reset, dropResets: kind === 'dropcounter' };
}

/** Numbers of a list such as `[50,99.9]` or `50 99.9`; what is no number is left out. */
export const parsePercentiles = (text: string): number[] =>
  text
    .replace(/[[\]]/g, '')
    .split(/[,\s]+/)
    .filter((word) => word !== '')
    .map(Number)
    .filter((number) => Number.isFinite(number));

function parseFilters(text: string, groupBy: boolean): TagFilter[] | null {
  if (text === '') return [];
  const filters: TagFilter[] = [];
  for (const item of text.split(',')) {
    const equals = item.indexOf('=');
    if (equals < 1) return null;
    filters.push({ tagk: item.slice(0, equals), groupBy, ...parseFilter(item.slice(equals + 1)) });
  }
  return filters;
}

/** `*`, `a|b`, `web*` or `type(expression)`, as they stand behind the `=` of a tag. */
function parseFilter(value: string): { type: string; filter: string } {
  const call = /^([A-Za-z_]+)\((.*)\)$/s.exec(value);
  if (call) return { type: call[1].toLowerCase(), filter: call[2] };
  if (value === '*') return { type: 'wildcard', filter: '*' };
  if (value.includes('*')) return { type: 'iwildcard', filter: value }; // without a type any case matches
  return { type: 'literal_or', filter: value };
}

const filterText = ({ tagk, type, filter }: TagFilter): string => {
  const short = parseFilter(filter);
  const value = short.type === type && short.filter === filter ? filter : `${type}(${filter})`;
  return `${tagk}=${value}`;
};

const rateText = ({ counter, max, reset, dropResets }: Rate): string => {
  if (!counter && !dropResets) return 'rate';
  const options = [dropResets ? 'dropcounter' : 'counter', max, reset];
  while (options[options.length - 1] === '') options.pop();
  return `rate{${options.join(',')}}`;
};

/** Options that `m` and `tsuid` have in common, in the original page's order. */
function headText(query: MetricQuery): string[] {
  const parts = [query.aggregator];
  if (query.downsample) parts.push(downsampleText(query.downsample));
  if (query.rate) parts.push(rateText(query.rate));
  if (query.preAggregate) parts.push('pre-agg');
  if (query.rollupUsage) parts.push(query.rollupUsage.toLowerCase());
  if (query.percentiles.length > 0) parts.push(`percentiles[${query.percentiles.join(',')}]`);
  if (query.histogramBuckets) parts.push('show-histogram-buckets');
  if (query.explicitTags) parts.push('explicit_tags');
  return parts;
}

/**
 * The text for an `m` parameter. @returns null when the grammar has no way to write it: a filter with one of `,=:{}`, or more options than
 * the TSD takes; a JSON body still has one
 */
export function metricText(query: MetricQuery): string | null {
  const parts = headText(query);
  // five parts are the most that the TSD takes, and more than one option of a kind it does not
  if (parts.length > 4 || MEANT.test(query.metric) || parts.some((part) => part.includes(':'))) return null;
  const filters = query.filters.filter(isWhole);
  if (filters.some(({ tagk, filter }) => MEANT.test(tagk) || MEANT.test(filter))) return null;
  const grouped = filters.filter(({ groupBy }) => groupBy).map(filterText);
  const others = filters.filter(({ groupBy }) => !groupBy).map(filterText);
  let tags = '';
  if (grouped.length > 0 || others.length > 0) tags = `{${grouped.join(',')}}`;
  if (others.length > 0) tags += `{${others.join(',')}}`;
  return `${parts.join(':')}:${query.metric}${tags}`;
}

/** The text for a `tsuid` parameter. */
export const tsuidText = (query: MetricQuery): string => `${headText(query).join(':')}:${query.tsuids.join(',')}`;

/** Whether a row of the form says both tag and value. */
export const isWhole = ({ tagk, filter }: TagFilter): boolean => tagk !== '' && filter !== '';
