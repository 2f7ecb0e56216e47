import { AGGREGATOR_NAMES } from '../../../src/query/aggregate/registry';
import { TAGS, type DataSet } from '../dataset';
import type { Random } from '../random';

export type RateSpec = { counter?: true; counterMax?: number; resetValue?: number; dropResets?: true };
export type FilterSpec = { type: string; tagk: string; filter: string; groupBy?: true };

export type SubQuerySpec = {
  aggregator: string;
  metric?: string;
  /** Places of series in the data set. */
  tsuids?: number[];
  downsample?: string;
  rate?: RateSpec;
  explicitTags?: true;
  filters?: FilterSpec[];
};

const FILLS = ['', '', '', '', '', '', '', '-zero', '-nan', '-null', '-none', '-zero', '-nan', '-null', '-scalar'];
const ODD_LONG_INTERVALS = ['5min', '1.5h', '100h', '36h', '20h', '90000s'];
const ODD_INTERVALS = ['5min', '2days', '10Ms', '1.5h', '1M', '90s', '7m', '1500ms', '250ms', '100h', '25m', '36h'];
const FUNCTIONS = AGGREGATOR_NAMES.filter((name) => name !== 'none');

function interval(random: Random, long: boolean): string {
  if (random.chance(0.1)) return random.pick(['0all', 'all', '1all']);
  if (random.chance(0.1)) return random.pick(long ? ODD_LONG_INTERVALS : ODD_INTERVALS);
  if (long) return random.pick(['1d', '1d', '12h', '6h', '1w', '1n', '2w', '3d', '1h', '1y', '2n', '5d', '7d']);
  return random.pick(['10s', '30s', '1m', '1m', '5m', '10m', '15m', '1h', '1h', '2h', '500ms', '3h', '1d']);
}

/** @param calendar whether buckets may be those of the calendar */
export function randomDownsample(random: Random, long: boolean, calendar: boolean): string {
  const of = interval(random, long);
  const suffix = calendar && !of.includes('all') && random.chance(long ? 0.4 : 0.15) ? 'c' : '';
  return `${of}${suffix}-${random.pick(FUNCTIONS)}${random.pick(FILLS)}`;
}

function randomRate(random: Random): RateSpec {
  if (random.chance(0.5)) return {};
  return {
    ...(random.chance(0.8) ? { counter: true } : {}),
    ...(random.chance(0.5) ? { counterMax: random.pick([100, 1000, 65_535, 2 ** 32]) } : {}),
    ...(random.chance(0.5) ? { resetValue: random.pick([1, 10, 100]) } : {}),
    ...(random.chance(0.4) ? { dropResets: true } : {}),
  };
}

function filterOf(random: Random, values: readonly string[]): Pick<FilterSpec, 'type' | 'filter'> {
  const value = random.pick(values);
  const literals = random.some(values, 1, 3).join('|');
  const glob = random.oneOf(
    [3, () => '*'],
    [2, () => `${value.slice(0, random.int(1, 3))}*`],
    [2, () => `*${value.slice(-random.int(1, 2))}`],
    [1, () => `${value[0]}*${value.at(-1)}`],
    [1, () => `*${value[1]}*`],
    [1, () => `${value.slice(0, 2).toUpperCase()}*`],
  );
  return random.oneOf(
    [4, () => ({ type: 'literal_or', filter: literals })],
    [1, () => ({ type: 'literal_or', filter: value })],
    [1, () => ({ type: 'iliteral_or', filter: random.chance(0.5) ? literals.toUpperCase() : literals })],
    [1, () => ({ type: 'not_literal_or', filter: literals })],
    [1, () => ({ type: 'not_iliteral_or', filter: literals.toUpperCase() })],
    [3, () => ({ type: 'wildcard', filter: glob })],
    [2, () => ({ type: 'iwildcard', filter: glob })],
    [2, () => ({ type: 'regexp', filter: random.pick(['.*', `^${value[0]}`, `[0-9]$`, `${value}`, 'web0[12]', '(?i)lga', 'b.*1', '^$']) })],
  );
}

export function randomFilters(random: Random, keys: readonly string[], most = 3): FilterSpec[] {
  const filters: FilterSpec[] = [];
  for (let left = random.int(1, most); left > 0; left--) {
    const tagk = random.chance(0.95) ? random.pick(keys) : random.pick(Object.keys(TAGS));
    filters.push({ tagk, ...filterOf(random, TAGS[tagk]), ...(random.chance(0.55) ? { groupBy: true as const } : {}) });
  }
  return filters;
}

/** Keys that series of a metric have. */
export function keysOf(data: DataSet, metric: string): string[] {
  return [...new Set(data.series.filter((s) => s.metric === metric).flatMap((s) => Object.keys(s.tags)))];
}

/** @param long the window is one of weeks: short buckets would be millions */
export function randomSubQuery(random: Random, data: DataSet, metric: string, calendar: boolean, long = metric === 'days'): SubQuerySpec {
  const spec: SubQuerySpec = { aggregator: random.pick(AGGREGATOR_NAMES) };
  const places = data.series.flatMap((series, i) => (series.metric === metric ? [i] : []));
  if (random.chance(0.12)) spec.tsuids = random.some(places, 1, 4);
  else spec.metric = metric;
  if (random.chance(0.55)) spec.downsample = randomDownsample(random, long, calendar);
  if (random.chance(metric === 'counter' ? 0.7 : 0.25)) spec.rate = randomRate(random);
  if (spec.tsuids === undefined && random.chance(0.6)) {
    spec.filters = randomFilters(random, keysOf(data, metric));
    if (random.chance(0.2)) spec.explicitTags = true;
  }
  return spec;
}
