import { METRIC_NAMES, TAG_KEYS, TAG_VALUES, type DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, QuestionKind } from './question';

export type SuggestSpec = {
  post?: true;
  type: 'metrics' | 'tagk' | 'tagv';
  /** What names begin with; of metrics without the name of the data set. */
  q?: string;
  max?: number;
};

function random(random: Random, _data: DataSet): SuggestSpec {
  const type = random.pick(['metrics', 'metrics', 'tagk', 'tagv'] as const);
  const name = random.pick({ metrics: METRIC_NAMES, tagk: TAG_KEYS, tagv: TAG_VALUES }[type]);
  const spec: SuggestSpec = { type };
  if (random.chance(0.5)) spec.post = true;
  // Without any beginning, metrics would be those of all data sets, of which stores have other ones.
  if (type === 'metrics' || random.chance(0.8)) spec.q = name.slice(0, random.int(0, name.length)) + random.pick(['', '', '', '~', 'é']);
  if (random.chance(0.5)) spec.max = random.pick([0, 1, 2, 5, 25, 1000, -1]);
  return spec;
}

function request({ post, type, q, max }: SuggestSpec, names: Names): HttpRequest {
  if (type === 'metrics' && q === undefined) throw new Error('all metrics are no question about a data set');
  const beginning = type === 'metrics' && q !== undefined ? names.metric(q) : q;
  if (post) return { method: 'POST', path: '/api/suggest', body: { type, q: beginning, max } };
  const words = [`type=${type}`, ...(beginning === undefined ? [] : [`q=${encodeURIComponent(beginning)}`])];
  if (max !== undefined) words.push(`max=${max}`);
  return { method: 'GET', path: `/api/suggest?${words.join('&')}` };
}

/** `/api/suggest`, GET and POST. */
export const suggest: QuestionKind<SuggestSpec> = {
  name: 'suggest',
  unordered: 'none',
  random,
  request,
  metrics: () => null,
};
