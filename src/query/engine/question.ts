import type { LastQuery, LastSubQuery } from '../last';
import type { LookupQuery, LookupTag } from '../lookup';
import { cut, ELEMENTS, shortened, WHOLE, type Query } from '../parse';

/** What was asked, of any kind. */
export type Question =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'last'; readonly query: LastQuery }
  | { readonly kind: 'lookup'; readonly query: LookupQuery };

/** The question if it is short, else as much of it as tells one from another: what is remembered must not keep megabytes alive. */
export function shortQuestion(question: Question): Question {
  switch (question.kind) {
    case 'query':
      return { kind: 'query', query: shortened(question.query) };
    case 'last':
      return { kind: 'last', query: shortLast(question.query) };
    case 'lookup':
      return { kind: 'lookup', query: shortLookup(question.query) };
  }
}

const sizeOf = (text: string | null): number => 16 + (text?.length ?? 0);

function shortLast(query: LastQuery): LastQuery {
  let size = 0;
  for (const sub of query.queries) {
    size += sizeOf(sub?.metric ?? null);
    for (const [key, value] of sub?.tags ?? []) size += sizeOf(key) + sizeOf(value);
    for (const tsuid of sub?.tsuids ?? []) size += sizeOf(tsuid);
  }
  return size <= WHOLE ? query : { ...query, queries: query.queries.slice(0, ELEMENTS).map(shortSubQuery) };
}

function shortSubQuery(sub: LastSubQuery | null): LastSubQuery | null {
  if (sub === null) return null;
  const { metric, tags, tsuids } = sub;
  return {
    metric: cut(metric),
    tags: tags && new Map([...tags].slice(0, ELEMENTS).map(([key, value]) => [cut(key), cut(value)])),
    tsuids: tsuids?.slice(0, ELEMENTS).map(cut) ?? null,
  };
}

function shortLookup(query: LookupQuery): LookupQuery {
  const { metric, tags } = query;
  let size = sizeOf(metric) + sizeOf(query.query);
  for (const tag of tags ?? []) size += sizeOf(tag?.key ?? null) + sizeOf(tag?.value ?? null);
  if (size <= WHOLE) return query;
  const short = (tag: LookupTag | null): LookupTag | null => tag && { key: cut(tag.key), value: cut(tag.value) };
  return { ...query, metric: cut(metric), query: cut(query.query), tags: tags?.slice(0, ELEMENTS).map(short) ?? null };
}
