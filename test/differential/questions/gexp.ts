import { METRIC_NAMES, TAGS, type DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, QuestionKind } from './question';
import { keysOf } from './sub-query';
import { randomWindow } from './times';

/** A call: its name, its arguments; or a metric with what stands before and behind its name. */
export type Term = { call: string; of: Term[]; more: string[] } | { before: string; metric: string; tags: string };

export type GexpSpec = { start: string; end: string; ms?: true; expressions: Term[] };

const AGGREGATORS = ['sum', 'avg', 'max', 'min', 'count', 'zimsum', 'none', 'dev', 'p90'];

const DOWNSAMPLES = ['1m-avg', '5m-sum', '1h-max', '10s-avg-zero', '1m-count-nan', '30s-last'];
const LONG_DOWNSAMPLES = ['6h-avg', '1d-sum', '1h-max', '1d-avg-zero', '12h-count-nan', '7d-last'];

function metricTerm(random: Random, data: DataSet, metric: string, long: boolean): Term {
  const modifiers = [random.pick(AGGREGATORS)];
  if (random.chance(0.6)) modifiers.push(random.pick(long ? LONG_DOWNSAMPLES : DOWNSAMPLES));
  if (random.chance(0.15)) modifiers.push('rate');
  const keys = random.some(keysOf(data, metric), 0, 2);
  const pairs = keys.map((key) => `${key}=${random.chance(0.5) ? '*' : random.pick(TAGS[key])}`);
  return { before: `${modifiers.join(':')}:`, metric, tags: pairs.length > 0 ? `{${pairs.join(',')}}` : '' };
}

function term(random: Random, data: DataSet, metric: string, depth: number): Term {
  const inner = (): Term =>
    depth > 1 && random.chance(0.5)
      ? term(random, data, metric, depth - 1)
      : metricTerm(random, data, random.chance(0.7) ? metric : random.pick(METRIC_NAMES), metric === 'days');
  const one = (call: string, ...more: string[]): Term => ({ call, of: [inner()], more });
  return random.oneOf<Term>(
    [2, () => one('scale', random.pick(['10', '-1', '0.5', '2.25', '0', '1e3', 'x']))],
    [2, () => one('absolute')],
    [2, () => one('movingAverage', random.pick(['1', '2', '5', '100', "'1min'", "'30s'", "'2hr'", "'10sec'", "'5day'", '0', "'3x'"]))],
    [1, () => one('highestMax', random.pick(['1', '2', '10', '0']))],
    [1, () => one('highestCurrent', random.pick(['1', '2', '10']))],
    [1, () => one('alias', random.pick(['name', 'total', '@host', 'of_@host_@dc']))],
    [1, () => one(random.pick(['timeShift', 'shift']), random.pick(["'1min'", '1h', "'1hr'"]))],
    [1, () => one('firstDiff')],
    [
      3,
      () => ({
        call: random.pick(['sum', 'sumSeries', 'difference', 'diffSeries', 'multiply', 'divide', 'divideSeries']),
        of: [inner(), inner()],
        more: [],
      }),
    ],
  );
}

function text(part: Term, names: Names): string {
  if (!('call' in part)) return `${part.before}${names.metric(part.metric)}${part.tags}`;
  return `${part.call}(${[...part.of.map((inner) => text(inner, names)), ...part.more].join(',')})`;
}

function metricsOf(part: Term): string[] {
  return 'call' in part ? part.of.flatMap(metricsOf) : [part.metric];
}

function random(random: Random, data: DataSet): GexpSpec {
  const metric = random.pick(METRIC_NAMES);
  const spec: GexpSpec = { ...randomWindow(random, data, metric), expressions: [] };
  if (random.chance(0.7)) spec.ms = true;
  for (let left = random.pick([1, 1, 1, 2]); left > 0; left--) spec.expressions.push(term(random, data, metric, 3));
  return spec;
}

function request({ start, end, ms, expressions }: GexpSpec, names: Names): HttpRequest {
  if (expressions.length === 0) throw new Error('nothing is asked');
  const exp = expressions.map((each) => `exp=${encodeURIComponent(text(each, names))}`);
  return { method: 'GET', path: `/api/query/gexp?${[`start=${start}`, `end=${end}`, ...(ms ? ['ms'] : []), ...exp].join('&')}` };
}

/** `/api/query/gexp`. */
export const gexp: QuestionKind<GexpSpec> = {
  name: 'gexp',
  unordered: 'none',
  random,
  request,
  metrics: ({ expressions }) => expressions.flatMap(metricsOf),
};
