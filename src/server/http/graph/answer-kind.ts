import type { CachedKind } from './graph-cache';

/** What a graph request wants: the first of these that is among its parameters. */
const KINDS: readonly (readonly [param: string, kind: CachedKind])[] = [
  ['ascii', 'txt'],
  ['json', 'json'],
  ['png', 'png'],
  ['svg', 'svg'],
];

/** Parameters that say how to answer and not what: answers are kept without them. */
export const NOT_OF_THE_GRAPH: ReadonlySet<string> = new Set(['ascii', 'json', 'png', 'svg', 'ignore', 'nocache']);

export const CONTENT_TYPES: Readonly<Record<CachedKind, string>> = {
  txt: 'text/plain',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
};

/** Null: a person who wants to see the page. */
export function answerKind(has: (param: string) => boolean): CachedKind | null {
  return KINDS.find(([param]) => has(param))?.[1] ?? null;
}
