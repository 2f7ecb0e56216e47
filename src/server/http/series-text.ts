import { IllegalArgumentError } from '../../util/errors';
import { hashMapOrder } from '../../util/java-hash-order';
import { parseTag } from '../../write';

/** A metric and tags by name. */
export interface NamedTags {
  readonly metric: string;
  /** In the order of Java's hash map. */
  readonly tags: ReadonlyMap<string, string>;
}

/** `metric` or `metric{tags}`; whether there is a metric is not checked. @throws IllegalArgumentError. Mirrors Tags.parseWithMetric. */
export function parseSeries(text: string): NamedTags {
  const tags = new Map<string, string>();
  const open = text.indexOf('{');
  if (open < 0) return { metric: text, tags };
  if (!text.endsWith('}')) throw new IllegalArgumentError(`Missing '}' at the end of: ${text}`);
  if (open < text.length - 2) {
    for (const tag of text.slice(open + 1, -1).split(',')) {
      try {
        parseTag(tags, tag);
      } catch (e) {
        if (!(e instanceof IllegalArgumentError)) throw e;
        throw new IllegalArgumentError(`When parsing tag '${tag}': ${e.message}`, { cause: e });
      }
    }
  }
  return { metric: text.slice(0, open), tags: new Map(hashMapOrder(tags.keys()).map((key) => [key, tags.get(key) ?? ''])) };
}
