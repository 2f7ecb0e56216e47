import type { KeyLayout } from '../../schema';
import type { Uids } from '../../uid';
import { hashMapOrder } from '../../util/java-hash-order';
import type { SpanGroup } from './group';

/** What names a group in the answer. */
export interface Labels {
  /** Of the first series; empty for a group without series. */
  readonly metric: string;
  /** Keys whose values never conflict among the group's series, in the order of Java's hash map. */
  readonly tags: ReadonlyMap<string, string>;
  /** Keys with at least two values, in UID order. */
  readonly aggregateTags: readonly string[];
}

interface UidLabels {
  readonly metric: Buffer | null;
  readonly tags: readonly { tagk: Buffer; tagv: Buffer }[];
  readonly aggregated: readonly Buffer[];
}

/**
 * Walks the series in order: a key that comes with a second value is aggregated for good; a series that lacks a key
 * changes nothing. Mirrors SpanGroup.computeTags.
 */
function uidLabels(layout: KeyLayout, group: SpanGroup): UidLabels {
  const pair = layout.tagk + layout.tagv;
  const seen = new Map<string, { tagk: Buffer; tagv: Buffer; conflict: boolean }>();
  for (const { tagPart } of group.spans) {
    for (let at = 0; at < tagPart.length; at += pair) {
      const middle = at + layout.tagk;
      const key = tagPart.toString('latin1', at, middle);
      const known = seen.get(key);
      if (!known) seen.set(key, { tagk: tagPart.subarray(at, middle), tagv: tagPart.subarray(middle, at + pair), conflict: false });
      else if (!known.conflict && known.tagv.compare(tagPart, middle, at + pair) !== 0) known.conflict = true;
    }
  }
  const entries = [...seen.values()].sort((a, b) => a.tagk.compare(b.tagk));
  return {
    metric: group.spans[0]?.metric ?? null,
    tags: entries.filter((e) => !e.conflict),
    aggregated: entries.filter((e) => e.conflict).map((e) => e.tagk),
  };
}

/** Names of many ids, each asked for once. */
async function namesOf(uids: Uids, kind: 'metrics' | 'tagk' | 'tagv', ids: readonly Buffer[]): Promise<(id: Buffer) => string> {
  const distinct = new Map(ids.map((id) => [id.toString('latin1'), id]));
  const names = await uids.getNames(kind, [...distinct.values()]);
  const byId = new Map([...distinct.keys()].map((id, i) => [id, names[i]]));
  return (id) => byId.get(id.toString('latin1')) ?? '';
}

/**
 * Names of all groups of a sub-query, with one look-up a kind.
 * @throws NoSuchUniqueId, StorageError
 */
export async function labelGroups(uids: Uids, layout: KeyLayout, groups: readonly SpanGroup[]): Promise<Labels[]> {
  const all = groups.map((group) => uidLabels(layout, group));
  const [metric, tagk, tagv] = await Promise.all([
    namesOf(
      uids,
      'metrics',
      all.flatMap((l) => (l.metric ? [l.metric] : [])),
    ),
    namesOf(
      uids,
      'tagk',
      all.flatMap((l) => [...l.tags.map((t) => t.tagk), ...l.aggregated]),
    ),
    namesOf(
      uids,
      'tagv',
      all.flatMap((l) => l.tags.map((t) => t.tagv)),
    ),
  ]);
  return all.map((labels) => {
    const tags = new Map(labels.tags.map((t) => [tagk(t.tagk), tagv(t.tagv)]));
    return {
      metric: labels.metric ? metric(labels.metric) : '',
      tags: new Map(hashMapOrder(tags.keys(), 1).map((key) => [key, tags.get(key) ?? ''])),
      aggregateTags: labels.aggregated.map(tagk),
    };
  });
}
