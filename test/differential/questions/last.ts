import type { DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, QuestionKind } from './question';

export type LastSpec = {
  post?: true;
  resolve?: true;
  backScan?: number;
  /** Places of series in the data set. */
  tsuids?: number[];
  /** Of one series each, named by metric and tags. */
  series?: number[];
};

/** Places of the series whose points are new enough to be found. */
const recent = (data: DataSet): number[] => data.series.flatMap(({ metric }, i) => (metric === 'recent' || i % 7 === 0 ? [i] : []));

function random(random: Random, data: DataSet): LastSpec {
  const spec: LastSpec = {};
  if (random.chance(0.5)) spec.post = true;
  if (random.chance(0.7)) spec.resolve = true;
  if (random.chance(0.75)) spec.backScan = random.int(0, 6);
  const places = recent(data);
  if (random.chance(0.6)) spec.tsuids = random.some(places, 1, 4);
  else spec.series = random.some(places, 1, 3);
  return spec;
}

const tagsText = (tags: Readonly<Record<string, string>>): string =>
  `{${Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')}}`;

function request({ post, resolve, backScan, tsuids = [], series = [] }: LastSpec, names: Names): HttpRequest {
  if (tsuids.length + series.length === 0) throw new Error('nothing is asked');
  const ids = tsuids.map((i) => names.series(i).tsuid);
  const each = series.map((i) => names.series(i));
  if (post) {
    const queries = [...(ids.length > 0 ? [{ tsuids: ids }] : []), ...each.map(({ metric, tags }) => ({ metric, tags: { ...tags } }))];
    return { method: 'POST', path: '/api/query/last', body: { resolveNames: resolve, backScan, queries } };
  }
  const words = [
    ...(ids.length > 0 ? [`tsuids=${ids.join(',')}`] : []),
    ...each.map(({ metric, tags }) => `timeseries=${encodeURIComponent(metric + tagsText(tags))}`),
    ...(resolve ? ['resolve'] : []),
    ...(backScan === undefined ? [] : [`back_scan=${backScan}`]),
  ];
  return { method: 'GET', path: `/api/query/last?${words.join('&')}` };
}

/** `/api/query/last`, GET and POST. */
export const last: QuestionKind<LastSpec> = {
  name: 'last',
  unordered: 'top',
  random,
  request,
  metrics: ({ tsuids = [], series = [] }, data) => [...tsuids, ...series].map((i) => data.series[i].metric),
};
