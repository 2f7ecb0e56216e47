import { IllegalArgumentError } from '../util/errors';
import { hashMapOrder } from '../util/java-hash-order';

/** Tags as Java prints a HashMap: `{a=b, host=web01}`. */
export function showTags(tags: ReadonlyMap<string, string>): string {
  return `{${hashMapOrder(tags.keys())
    .map((key) => `${key}=${tags.get(key)}`)
    .join(', ')}}`;
}

/**
 * Adds `key=value` to the tags; the same pair twice is fine. Mirrors Tags.parse.
 * @throws IllegalArgumentError
 */
export function parseTag(tags: Map<string, string>, tag: string): void {
  const parts = tag.split('=');
  if (parts.length !== 2 || parts[0] === '' || parts[1] === '') throw new IllegalArgumentError(`invalid tag: ${tag}`);
  const [key, value] = parts;
  const given = tags.get(key);
  if (given === value) return;
  if (given !== undefined) throw new IllegalArgumentError(`duplicate tag: ${tag}, tags=${showTags(tags)}`);
  tags.set(key, value);
}
