import { addFilter, filterFromTag, type TagValueFilter } from '../filter';
import { ClientError } from '../../util/errors';

/** `k=v` with exactly one `=` and nothing empty. Mirrors Tags.parse. */
function splitTag(tag: string): [string, string] {
  const parts = tag.split('=');
  if (parts.length !== 2 || parts[0] === '' || parts[1] === '') throw new Error(`invalid tag: ${tag}`);
  return [parts[0], parts[1]];
}

/** Tags group, and one that equals a filter only makes that group; filters don't, and stand as often as they are written. */
function addAll(filters: TagValueFilter[], text: string, what: 'tag' | 'filter', emptyEnds: boolean): void {
  for (const item of text.split(',')) {
    if (item === '' && emptyEnds) return;
    try {
      const [tagk, value] = splitTag(item);
      const filter = filterFromTag(tagk, value, what === 'tag');
      if (what === 'tag') addFilter(filters, filter);
      else filters.push(filter);
    } catch (e) {
      throw new ClientError(400, `When parsing ${what} '${item}': ${(e as Error).message}`, null, { cause: e });
    }
  }
}

/**
 * `metric`, `metric{tags}` or `metric{tags}{filters}`: the first braces group, the last don't and come first in the
 * list. Mirrors Tags.parseWithMetricAndFilters.
 * @param filters receives the filters
 * @returns the metric's name
 * @throws ClientError where the original answers 500 with the same text
 */
export function parseMetricAndFilters(text: string, filters: TagValueFilter[]): string {
  if (text === '') throw new ClientError(400, 'Metric cannot be null or empty');
  const open = text.indexOf('{');
  if (open < 0) return text;
  if (!text.endsWith('}')) throw new ClientError(400, `Missing '}' at the end of: ${text}`);
  const metric = text.slice(0, open);
  if (open === text.length - 2) return metric;
  const close = text.indexOf('}');
  const twoSets = close !== text.length - 1;
  if (twoSets) addAll(filters, text.slice(text.lastIndexOf('{') + 1, -1), 'filter', true);
  addAll(filters, text.slice(open + 1, close), 'tag', twoSets);
  return metric;
}
