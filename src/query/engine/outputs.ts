import { evaluateGroupSteps } from '../evaluate';
import type { SpanGroup } from '../group';
import type { MemoryShare } from '../plan';
import { copyOf, joinSeries, PointsBuilder, type Series } from '../series';
import type { ValidQuery } from '../specification';
import { describeGroup, measured, measuredParts, newSeriesStats, type OutputGroup } from './group-description';
import { histogramGroups } from './histogram-outputs';
import { packedGroupParts } from './packed-group';
import { specOf, type ReadSubQuery } from './read-sub-query';

/** The last one that a row key can hold. */
const LAST_SECOND = 0xffff_ffff;

/** What becomes one output object, or several of the same series. */
export interface Output {
  /** The objects, their numbers still to be computed. Null: nothing yet, here others may have a turn. */
  open(): Generator<null, readonly OutputGroup[]>;
  /** Lets go of what they are computed from. @returns how much of the query's memory that was, in points */
  release(): number;
}

/** What a sub-query shows. */
export function outputsOf(sub: ReadSubQuery, query: ValidQuery, memory: MemoryShare): Output[] {
  // A generator function that is made anew each time keeps what it refers to until the next full collection: V8 gives it a class of its own.
  const open = sub.planned.subQuery.histogram ? histogramGroups : pointGroups;
  return sub.groups.map((group, at) => ({ open: () => open(sub, at, query, memory), release: () => releaseSpans(group) }));
}

/** There is nothing to wait for, so it yields nothing. */
function* pointGroups(...of: Parameters<typeof pointGroup>): Generator<null, readonly OutputGroup[]> {
  return [pointGroup(...of)];
}

/** What its points were made into are copies: from there on no view of them is left. */
function releaseSpans({ spans }: SpanGroup): number {
  let freed = 0;
  for (const span of spans) {
    freed += span.points.room;
    span.points.release();
    span.histograms = null;
  }
  return freed;
}

/** @param memory where what is computed in between is accounted for */
export function pointGroup(sub: ReadSubQuery, at: number, query: ValidQuery, memory: MemoryShare): OutputGroup {
  const stats = newSeriesStats(sub);
  const { spans } = sub.groups[at];
  if (!spans.some(({ packed }) => packed !== null))
    return describeGroup(sub, at, stats, () => measured(numbersOf(sub, at, query, memory), stats));
  const parts = (): Generator<Series | null, void> =>
    measuredParts(
      packedGroupParts(spans, specOf(sub.planned, query), (points) => memory.add(points)),
      stats,
    );
  return describeGroup(sub, at, stats, () => joined(parts()), parts);
}

function* joined(parts: Generator<Series | null, void>): Generator<null, Series> {
  const all: Series[] = [];
  for (const part of parts) {
    if (part === null) yield null;
    else all.push(copyOf(part));
  }
  return joinSeries(all);
}

function* numbersOf({ planned, groups }: ReadSubQuery, at: number, query: ValidQuery, memory: MemoryShare): Generator<null, Series> {
  const series = groups[at].spans.map((span) => span.points);
  // Nothing to fill where there is no series, or none that has points at times of the window: keys hold 32 bits of seconds.
  if (series.length === 0 || planned.scan.scanStart > LAST_SECOND) return new PointsBuilder(1);
  let inBetween = 0;
  const steps = evaluateGroupSteps(series, specOf(planned, query), (points) => {
    memory.add(points);
    inBetween += points;
  });
  for (;;) {
    const step = steps.next();
    if (step.done) {
      memory.add(-inBetween);
      return step.value;
    }
    yield null;
  }
}
