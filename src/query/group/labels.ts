import type { KeyLayout } from '../../schema';
import { Names, tagsInHashOrder, type Uids } from '../../uid';
import type { TimeSlice } from '../../util/time-slice';
import type { SpanGroup } from './span-group';

/** Ids of what a group is named by: they tell which groups of several sub-queries belong together. */
export interface TagIds {
  /** Null for a group without series. */
  readonly metric: Buffer | null;
  /** The tags that never conflict, by key. */
  readonly tags: readonly { readonly tagk: Buffer; readonly tagv: Buffer }[];
  /** Keys with at least two values, in order. */
  readonly aggregated: readonly Buffer[];
}

/** What names a group in the answer. */
export interface Labels {
  /** Of the first series; empty for a group without series. */
  readonly metric: string;
  /** Keys whose values never conflict among the group's series, in the order of Java's hash map. */
  readonly tags: ReadonlyMap<string, string>;
  /** Keys with at least two values, in UID order. */
  readonly aggregateTags: readonly string[];
  readonly ids: TagIds;
}

/** Series between two looks at the clock. */
const STEP = 1024;

interface SeenTag {
  readonly tagk: Buffer;
  /** Of the first series that has the key. */
  readonly tagv: Buffer;
  conflict: boolean;
}

function holds(part: Buffer, at: number, bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (part[at + i] !== bytes[i]) return false;
  return true;
}

/**
 * Walks the series in order: a key that comes with a second value is aggregated for good; a series that lacks a key
 * changes nothing. Mirrors SpanGroup.computeTags.
 */
async function uidLabels(layout: KeyLayout, group: SpanGroup, slice: TimeSlice): Promise<TagIds> {
  const pair = layout.tagk + layout.tagv;
  const seen: SeenTag[] = [];
  const { spans } = group;
  for (let s = 0; s < spans.length; s++) {
    if (s % STEP === STEP - 1 && slice.isOver()) await slice.next();
    const { tagPart } = spans[s];
    for (let at = 0, i = 0; at < tagPart.length; at += pair, i++) {
      const middle = at + layout.tagk;
      // Nearly all series of a group have the same keys.
      const guess = i < seen.length && holds(tagPart, at, seen[i].tagk) ? seen[i] : undefined;
      const known = guess ?? seen.find(({ tagk }) => holds(tagPart, at, tagk));
      if (!known) seen.push({ tagk: tagPart.subarray(at, middle), tagv: tagPart.subarray(middle, at + pair), conflict: false });
      else if (!known.conflict && !holds(tagPart, middle, known.tagv)) known.conflict = true;
    }
  }
  seen.sort((a, b) => a.tagk.compare(b.tagk));
  return {
    metric: group.spans[0]?.metric ?? null,
    tags: seen.filter((tag) => !tag.conflict),
    aggregated: seen.filter((tag) => tag.conflict).map(({ tagk }) => tagk),
  };
}

/**
 * Names of all groups of a sub-query, with one look-up a kind.
 * @param slice others have their turn when it is over
 * @throws NoSuchUniqueId, StorageError
 */
export async function labelGroups(uids: Uids, layout: KeyLayout, groups: readonly SpanGroup[], slice: TimeSlice): Promise<Labels[]> {
  const metrics = new Names(uids, 'metrics');
  const tagks = new Names(uids, 'tagk');
  const tagvs = new Names(uids, 'tagv');
  const all: TagIds[] = [];
  for (const group of groups) {
    if (slice.isOver()) await slice.next();
    const ids = await uidLabels(layout, group, slice);
    all.push(ids);
    const { metric, tags, aggregated } = ids;
    if (metric !== null) metrics.want(metric);
    for (const { tagk, tagv } of tags) {
      tagks.want(tagk);
      tagvs.want(tagv);
    }
    for (const tagk of aggregated) tagks.want(tagk);
  }
  if (!metrics.complete || !tagks.complete || !tagvs.complete) await Promise.all([metrics.load(), tagks.load(), tagvs.load()]);
  slice.restart();
  const labels: Labels[] = [];
  for (const ids of all) {
    if (slice.isOver()) await slice.next();
    labels.push({
      metric: ids.metric === null ? '' : metrics.of(ids.metric),
      tags: tagsInHashOrder(new Map(ids.tags.map(({ tagk, tagv }) => [tagks.of(tagk), tagvs.of(tagv)]))),
      aggregateTags: ids.aggregated.map((tagk) => tagks.of(tagk)),
      ids,
    });
  }
  return labels;
}
