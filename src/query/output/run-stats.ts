import type { ScanStats } from './scan-stats';

/** How one output object came about; times in milliseconds. Filled in while it is made and written. */
export interface SeriesStats {
  queryIndex: number;
  queryScanMs: number;
  mergeMs: number;
  groupByMs: number;
  namesMs: number;
  aggregationMs: number;
  serializationMs: number;
  emittedDps: number;
  nanDps: number;
}

/** What one sub-query did; times in milliseconds. */
export interface SubQueryStats {
  readonly scans: ScanStats[];
  readonly series: SeriesStats[];
  queryScanMs: number;
  mergeMs: number;
  groupByMs: number;
}

/** What one request did. */
export interface RunStats {
  readonly subQueries: SubQueryStats[];
  stringToUidMs: number;
  processingPreWriteMs: number;
  /** NaN until everything is written. */
  totalMs: number;
}

export function newRunStats(subQueries: number): RunStats {
  const all: SubQueryStats[] = [];
  for (let i = 0; i < subQueries; i++) all.push({ scans: [], series: [], queryScanMs: 0, mergeMs: 0, groupByMs: 0 });
  return { subQueries: all, stringToUidMs: 0, processingPreWriteMs: 0, totalMs: NaN };
}
