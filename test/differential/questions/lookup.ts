import { METRIC_NAMES, TAGS, type DataSet } from '../dataset';
import type { Random } from '../random';
import type { HttpRequest, Names, QuestionKind } from './question';
import { keysOf } from './sub-query';

export type LookupSpec = {
  post?: true;
  metric: string;
  tags: { key: string; value: string }[];
  useMeta?: boolean;
  /** 0: none. */
  limit: number;
};

function pair(random: Random, keys: readonly string[]): { key: string; value: string } {
  const key = random.pick(keys);
  const value = random.pick(TAGS[key]);
  return random.oneOf([4, () => ({ key, value })], [2, () => ({ key, value: '*' })], [1, () => ({ key: '*', value })]);
}

function random(random: Random, data: DataSet): LookupSpec {
  const metric = random.pick(METRIC_NAMES);
  const keys = keysOf(data, metric);
  const spec: LookupSpec = {
    metric,
    tags: Array.from({ length: random.int(0, 3) }, () => pair(random, keys)),
    limit: random.pick([0, 0, 1, 5]),
  };
  if (random.chance(0.8)) spec.post = true;
  if (spec.post && random.chance(0.85)) spec.useMeta = false;
  return spec;
}

function request({ post, metric, tags, useMeta, limit }: LookupSpec, names: Names): HttpRequest {
  const name = names.metric(metric);
  if (post) return { method: 'POST', path: '/api/search/lookup', body: { metric: name, tags, useMeta, limit } };
  const text = tags.map(({ key, value }) => `${key}=${value}`).join(',');
  return { method: 'GET', path: `/api/search/lookup?limit=${limit}&m=${encodeURIComponent(`${name}{${text}}`)}` };
}

/** `/api/search/lookup`, GET and POST. */
export const lookup: QuestionKind<LookupSpec> = {
  name: 'lookup',
  unordered: 'results',
  random,
  request,
  metrics: ({ metric }) => [metric],
};
