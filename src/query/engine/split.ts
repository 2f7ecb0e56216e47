import type { RollupInterval } from '../../rollup';
import { IllegalStateError } from '../../util/errors';
import type { QueryGroup } from '../output';
import type { MemoryShare } from '../plan';
import { joinSeries, type Series } from '../series';
import type { SourceChoice } from '../source';
import type { ValidQuery } from '../specification';
import type { OutputGroup } from './group-description';
import { pointGroup, type Output } from './outputs';
import type { PlannedSubQuery, TimeRange } from './planner';
import type { ReadSubQuery } from './read-sub-query';

/** The moment up to which there are rolled up values, in milliseconds; null: nobody says how late they are. */
function rolledUpTo({ delay }: RollupInterval, nowMs: number): number | null {
  return delay === 0 ? null : (Math.floor(nowMs / 1000) - delay) * 1000;
}

/** Whether nothing of a time is rolled up yet. @param nowMs the clock's now */
export function isTooNew(rollup: RollupInterval, { startMs }: TimeRange, nowMs: number): boolean {
  const upTo = rolledUpTo(rollup, nowMs);
  return upTo !== null && upTo < startMs;
}

/**
 * The parts of a sub-query that reads rolled up values up to when they are late, and points from there on. Mirrors SplitRollupQuery.
 * @param raw where the points are
 * @param nowMs the clock's now
 * @returns in the order of time; null: everything is read from one table
 */
export function splitAtDelay(
  planned: PlannedSubQuery,
  raw: SourceChoice,
  { startMs, endMs }: TimeRange,
  nowMs: number,
): PlannedSubQuery[] | null {
  const { subQuery, choice } = planned;
  const upTo = choice.rollup === null ? null : rolledUpTo(choice.rollup, nowMs);
  if (!choice.insteadOfLate && (upTo === null || endMs <= upTo)) return null;
  if (subQuery.histogram) throw new IllegalStateError('Only SpanGroups implemented');
  // The original has nothing for these but a null pointer.
  if (subQuery.aggregator.name === 'none') throw new IllegalStateError('Split queries can not be made with the aggregator none');
  if (upTo === null) return [planned];
  if (upTo < startMs) return [planned.over(raw)];
  if (upTo === startMs) return [planned, planned.over(raw)];
  return [planned.over(choice, { startMs, endMs: upTo }), planned.over(raw, { startMs: upTo, endMs })];
}

/** Output objects of groups that several parts have, the numbers of one part behind those of the one before. */
export function joinedOutputs(parts: readonly ReadSubQuery[], query: ValidQuery, memory: MemoryShare): Output[] {
  const members = new Map<string, QueryGroup[]>();
  for (const part of parts) {
    part.groups.forEach(({ key }, at) => {
      const group = pointGroup(part, at, query, memory);
      const found = members.get(key);
      if (found) found.push(group);
      else members.set(key, [group]);
    });
  }
  // Keys are latin1 text of equal length: comparing code units compares the bytes.
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, groups]) => ({ open: () => joined(groups), release: () => 0 }));
}

function* joined(groups: readonly QueryGroup[]): Generator<null, readonly OutputGroup[]> {
  return [join(groups)];
}

function join(groups: readonly QueryGroup[]): OutputGroup {
  return {
    showsEmptyAnnotations: true,
    ...groups[0],
    // Those of the first alone.
    parts: undefined,
    tags: new Map(groups.flatMap(({ tags }) => [...tags])),
    aggregateTags: groups.flatMap(({ aggregateTags }) => aggregateTags),
    tsuids: () => groups.flatMap((group) => group.tsuids()),
    annotations: groups.flatMap(({ annotations }) => annotations),
    points: () => concatenated(groups),
  };
}

function* concatenated(groups: readonly QueryGroup[]): Generator<null, Series> {
  const parts: Series[] = [];
  for (const group of groups) parts.push(yield* group.points());
  return joinSeries(parts);
}
