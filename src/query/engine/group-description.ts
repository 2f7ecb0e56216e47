import type { QueryGroup, SeriesStats } from '../output';
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

/** Everything about an output object but its numbers. */
export function describeGroup(sub: ReadSubQuery, at: number): Omit<QueryGroup, 'points' | 'stats'> {
  const { planned, groups, labels } = sub;
  const { spans, annotations } = groups[at];
  return {
    ...labels[at],
    subQuery: planned.subQuery,
    table: planned.choice.rollup?.name ?? 'raw',
    fill: planned.choice.downsample?.fill ?? 'none',
    filterTagks: planned.filterTagks,
    tsuids: () => spans.map((span) => span.tsuid).sort(),
    annotations,
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
