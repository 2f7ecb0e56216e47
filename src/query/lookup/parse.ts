import { IllegalArgumentError } from '../../util/errors';
import type { LookupTag } from './query';

/** One of `k=v`, `k=` and `=v`. @throws IllegalArgumentError */
function parsePair(text: string): LookupTag {
  if (text.length < 2) throw new IllegalArgumentError('Missing tag pair');
  if (text.startsWith('=')) return { key: null, value: text.slice(1) };
  if (text.endsWith('=')) return { key: text.slice(0, -1), value: null };
  const parts = text.split('=');
  if (parts.length !== 2) throw new IllegalArgumentError(`invalid tag: ${text}`);
  return { key: parts[0], value: parts[1] };
}

/**
 * `metric`, `metric{tags}` or `{tags}`, as a lookup takes them. Mirrors Tags.parseWithMetric into a list of pairs.
 * @returns metric null: none is given
 * @throws IllegalArgumentError in the original's words
 */
export function parseLookup(text: string): { metric: string | null; tags: LookupTag[] } {
  const open = text.indexOf('{');
  if (open < 0) {
    if (text === '') throw new IllegalArgumentError('Metric cannot be null or empty');
    return { metric: text, tags: [] };
  }
  if (!text.endsWith('}')) throw new IllegalArgumentError(`Missing '}' at the end of: ${text}`);
  const metric = open === 0 ? null : text.slice(0, open);
  const inside = text.slice(open + 1, -1);
  if (inside === '') {
    if (metric === null) throw new IllegalArgumentError(`Missing metric and tags: ${text}`);
    return { metric, tags: [] };
  }
  const tags = inside.split(',').map((pair) => {
    try {
      return parsePair(pair);
    } catch (e) {
      throw new IllegalArgumentError(`When parsing tag '${pair}': ${(e as Error).message}`, { cause: e });
    }
  });
  return { metric, tags };
}
