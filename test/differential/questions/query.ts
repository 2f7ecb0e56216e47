import { METRIC_NAMES, type DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, Plain, QuestionKind } from './question';
import { randomSubQuery, type FilterSpec, type RateSpec, type SubQuerySpec } from './sub-query';
import { randomWindow } from './times';

/** Flags, as parameters and in a body. */
const FLAGS = {
  ms: 'msResolution',
  show_tsuids: 'showTSUIDs',
  show_query: 'showQuery',
  no_annotations: 'noAnnotations',
  global_annotations: 'globalAnnotations',
} as const;
type Flag = keyof typeof FLAGS;

export type QuerySpec = {
  post?: true;
  start: string;
  end: string;
  timezone?: string;
  useCalendar?: true;
  arrays?: true;
  flags: Flag[];
  subs: SubQuerySpec[];
};

const ZONES = ['UTC', 'America/Denver', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Auckland'];

function random(random: Random, data: DataSet): QuerySpec {
  const metric = random.pick(METRIC_NAMES);
  const post = random.chance(0.5);
  const spec: QuerySpec = { ...randomWindow(random, data, metric), flags: [], subs: [] };
  if (post) spec.post = true;
  if (post && random.chance(0.25)) spec.timezone = random.pick(ZONES);
  if (post && random.chance(0.1)) spec.useCalendar = true;
  // Points of one second share a name otherwise.
  if (random.chance(0.4)) spec.arrays = true;
  spec.flags = (Object.keys(FLAGS) as Flag[]).filter((flag) => random.chance(flag === 'ms' ? 0.6 : 0.15));
  for (let left = random.pick([1, 1, 1, 1, 2, 3]); left > 0; left--) {
    const of = random.chance(0.6) ? metric : random.pick(METRIC_NAMES);
    spec.subs.push(randomSubQuery(random, data, of, true, metric === 'days'));
  }
  return spec;
}

function rateText({ counter, counterMax, resetValue, dropResets }: RateSpec): string {
  if (!counter && !dropResets) return 'rate';
  const parts = [dropResets ? 'dropcounter' : 'counter', counterMax ?? '', resetValue ?? ''].map(String);
  while (parts.at(-1) === '') parts.pop();
  return `rate{${parts.join(',')}}`;
}

const pairs = (filters: readonly FilterSpec[]): string =>
  filters.map(({ type, tagk, filter }) => `${tagk}=${type === 'literal_or' ? filter : `${type}(${filter})`}`).join(',');

function tagsText(filters: readonly FilterSpec[] | undefined): string {
  if (filters === undefined) return '';
  const groups = filters.filter((f) => f.groupBy);
  const others = filters.filter((f) => !f.groupBy);
  return `{${pairs(groups)}}${others.length > 0 ? `{${pairs(others)}}` : ''}`;
}

function parameter(sub: SubQuerySpec, names: Names): string {
  const parts: string[] = [sub.aggregator];
  if (sub.downsample !== undefined) parts.push(sub.downsample);
  if (sub.rate !== undefined) parts.push(rateText(sub.rate));
  if (sub.explicitTags) parts.push('explicit_tags');
  if (sub.tsuids !== undefined)
    return `tsuid=${encodeURIComponent([...parts, sub.tsuids.map((i) => names.series(i).tsuid).join(',')].join(':'))}`;
  if (sub.metric === undefined) throw new Error('neither metric nor TSUIDs');
  return `m=${encodeURIComponent([...parts, names.metric(sub.metric) + tagsText(sub.filters)].join(':'))}`;
}

function json({ tsuids, metric, rate, ...rest }: SubQuerySpec, names: Names): Plain {
  if (metric === undefined && tsuids === undefined) throw new Error('neither metric nor TSUIDs');
  return {
    ...rest,
    metric: metric === undefined ? undefined : names.metric(metric),
    tsuids: tsuids?.map((i) => names.series(i).tsuid),
    ...(rate === undefined ? {} : { rate: true, rateOptions: Object.keys(rate).length > 0 ? rate : undefined }),
  };
}

function request(spec: QuerySpec, names: Names): HttpRequest {
  const { post, start, end, timezone, useCalendar, arrays, flags, subs } = spec;
  if (subs.length === 0) throw new Error('nothing is asked');
  if (!post) {
    const words = [`start=${start}`, `end=${end}`, ...flags, ...(arrays ? ['arrays'] : []), ...subs.map((sub) => parameter(sub, names))];
    return { method: 'GET', path: `/api/query?${words.join('&')}` };
  }
  const body = { start, end, timezone, useCalendar, queries: subs.map((sub) => json(sub, names)) };
  const set = Object.fromEntries(flags.map((flag) => [FLAGS[flag], true]));
  return { method: 'POST', path: `/api/query${arrays ? '?arrays' : ''}`, body: { ...body, ...set } };
}

/** `/api/query`, GET and POST. */
export const query: QuestionKind<QuerySpec> = {
  name: 'query',
  unordered: 'none',
  random,
  request,
  metrics: ({ subs }, data) =>
    subs.flatMap(({ metric, tsuids }) => [...(tsuids ?? []).map((i) => data.series[i].metric), ...(metric ? [metric] : [])]),
};
