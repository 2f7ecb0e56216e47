import { printPairs } from '../state/fragment';
import { readConfig } from './server';
import { fields, listOf, textOf, textsOf } from './fields';
import { ApiError, getJson, postJson } from './http';

export type NameKind = 'metrics' | 'tagk' | 'tagv';

/** Names that begin so, in order. */
export async function suggest(type: NameKind, q: string, max: number, signal?: AbortSignal): Promise<string[]> {
  return textsOf(
    await getJson(
      `api/suggest?${printPairs([
        ['type', type],
        ['q', q],
        ['max', String(max)],
      ])}`,
      signal,
    ),
  );
}

let aggregators: Promise<readonly string[]> | null = null;

/** The TSD's aggregators, in order; asked once. */
export function listAggregators(): Promise<readonly string[]> {
  aggregators ??= getJson('api/aggregators').then(
    (names) => textsOf(names).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    () => {
      aggregators = null;
      return ['avg', 'count', 'max', 'min', 'none', 'sum'];
    },
  );
  return aggregators;
}

export interface FoundSeries {
  readonly tsuid: string;
  readonly metric: string;
  readonly tags: readonly (readonly [tagk: string, tagv: string])[];
}

/**
 * Series by metric and tags, either of which may be left out: from the meta table, and where that knows none of a metric, from its points.
 * @param tags `*` as key or value: any
 */
export async function lookup(
  metric: string,
  tags: readonly (readonly [string, string])[],
  limit: number,
  signal?: AbortSignal,
): Promise<FoundSeries[]> {
  const body = { metric: metric || '*', tags: tags.map(([key, value]) => ({ key, value })), limit };
  const read = (answer: unknown): FoundSeries[] =>
    listOf(fields(answer).get('results')).map((item) => {
      const found = fields(item);
      return {
        tsuid: textOf(found.get('tsuid')),
        metric: textOf(found.get('metric')),
        tags: [...fields(found.get('tags'))].map(([tagk, tagv]) => [tagk, textOf(tagv)] as const),
      };
    });
  const post = async (useMeta: boolean): Promise<FoundSeries[]> => read(await postJson('api/search/lookup', { ...body, useMeta }, signal));
  const known = await post(true);
  if (known.length > 0 || metric === '' || metric === '*') return known;
  const seen = new Map((await post(false)).map((series) => [series.tsuid, series]));
  return [...seen.values()];
}

export interface SearchHit {
  readonly kind: string;
  readonly text: string;
  readonly metric: string;
  readonly tsuid: string;
}

const SEARCHES = ['tsmeta_summary', 'uidmeta', 'annotation'] as const;
const KINDS = ['series', 'name', 'annotation'];

let searchable: Promise<boolean> | null = null;

/** Whether the TSD has an index of metadata; asked once. */
function hasSearch(): Promise<boolean> {
  searchable ??= readConfig().then(
    (config) => config.get('tsd.search.enable') === 'true',
    () => false,
  );
  return searchable;
}

/** What the index of metadata knows; null where there is none. */
export async function search(query: string, limit: number, signal?: AbortSignal): Promise<SearchHit[] | null> {
  if (!(await hasSearch())) return null;
  // a single word is taken for a beginning, all else for the query language of the search
  const words = /^[\p{L}\p{N}\-_./]+$/u.test(query) ? `${query}*` : query;
  try {
    const answers = await Promise.all(
      SEARCHES.map((kind) =>
        getJson(
          `api/search/${kind}?${printPairs([
            ['query', words],
            ['limit', String(limit)],
          ])}`,
          signal,
        ),
      ),
    );
    return answers.flatMap((answer, i) =>
      listOf(fields(answer).get('results')).map((item) => {
        const hit = fields(item);
        const name = [hit.get('metric'), hit.get('name'), hit.get('description')].map(textOf).find((word) => word !== '') ?? '';
        const tags = [...fields(hit.get('tags'))].map(([tagk, tagv]) => ` ${tagk}=${textOf(tagv)}`).join('');
        const metric = hit.get('type') === 'METRIC' ? name : textOf(hit.get('metric'));
        return { kind: KINDS[i], text: name + tags, metric, tsuid: textOf(hit.get('tsuid')) };
      }),
    );
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
