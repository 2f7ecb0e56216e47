import type { QueryGroup, QueryResult, SeriesStats } from '../output';
import type { Series } from '../series';
import type { ReadSubQuery } from './read-sub-query';

/** Figures of an output object, noted among those of its sub-query. */
export function newSeriesStats({ planned, stats, namesMs, groups }: ReadSubQuery): SeriesStats {
  const series: SeriesStats = {
    queryIndex: planned.subQuery.index,
    queryScanMs: stats.queryScanMs,
    mergeMs: stats.mergeMs,
    groupByMs: stats.groupByMs,
    namesMs: namesMs / groups.length,
    aggregationMs: 0,
    serializationMs: 0,
    emittedDps: 0,
    nanDps: 0,
  };
  stats.series.push(series);
  return series;
}

/** An output object whose numbers may be too many to be held at once. */
export interface OutputGroup extends QueryGroup {
  /** The numbers in pieces, in the order of time; each call computes them anew. Absent: `points` is enough. */
  readonly parts?: QueryResult['parts'];
}

/** An output object with all that it shows beside its numbers. One literal: V8 makes a class of its own for each object that gets properties behind a spread. */
export function describeGroup(
  sub: ReadSubQuery,
  at: number,
  stats: SeriesStats,
  points: QueryGroup['points'],
  parts?: QueryResult['parts'],
): OutputGroup {
  const { planned, groups, labels } = sub;
  const { spans, annotations } = groups[at];
  const { metric, tags, aggregateTags, ids } = labels[at];
  return {
    metric,
    tags,
    aggregateTags,
    ids,
    subQuery: planned.subQuery,
    table: planned.choice.rollup?.name ?? 'raw',
    fill: planned.choice.downsample?.fill ?? 'none',
    filterTagks: planned.filterTagks,
    tsuids: () => spans.map((span) => span.tsuid).sort(),
    annotations,
    stats,
    points,
    parts,
  };
}

/** The numbers, with figures of how they came about. */
export function* measured(numbers: Generator<null, Series>, stats: SeriesStats): Generator<null, Series> {
  const started = performance.now();
  const points = yield* numbers;
  stats.aggregationMs = performance.now() - started;
  stats.emittedDps = stats.nanDps = 0;
  count(points, stats);
  return points;
}

/** The same for numbers that come in parts. */
export function* measuredParts(parts: Generator<Series | null, void>, stats: SeriesStats): Generator<Series | null, void> {
  const started = performance.now();
  stats.emittedDps = stats.nanDps = 0;
  for (const part of parts) {
    if (part !== null) count(part, stats);
    yield part;
  }
  stats.aggregationMs = performance.now() - started;
}

function count({ values, size }: Series, stats: SeriesStats): void {
  stats.emittedDps += size;
  for (let i = 0; i < size; i++) if (values[i] !== values[i]) stats.nanDps++;
}
