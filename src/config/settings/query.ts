import { totalmem } from 'node:os';
import { KEYS } from '../keys';
import type { Config } from '../types';
import { intOf, optionalText } from './read';
import { readTimeZone } from './time-zone';

/** What the configuration says about queries. */
export interface QuerySettings {
  /** `tsd.query.timeout`; 0: none. */
  readonly timeoutMs: number;
  /** `tsd.query.memory.bytes`: what the points of all running queries may hold. */
  readonly memoryBytes: number;
  readonly expansionLimit: number;
  readonly skipUnresolved: boolean;
  readonly fuzzyFilter: boolean;
  readonly allowDelete: boolean;
  readonly allowDuplicates: boolean;
  readonly expressions: ExpressionLimits;
  /** Zone of absolute dates without one; null: the process's. */
  readonly timeZone: string | null;
  /** Rows of a scan's batch. */
  readonly batchRows: number;
  /** Milliseconds since the epoch: cells from then on carry the time of their points, when they do so at all. */
  readonly dateTieredSince: number;
  readonly limits: QueryLimitSettings;
  readonly last: LastPointSettings;
  /** `tsd.search.lookup.distinct`: lookups of the data table tell each series once. */
  readonly distinctLookup: boolean;
  /** Queries at once, and waiting. */
  readonly queue: { readonly running: number; readonly waiting: number; readonly waitMs: number };
  readonly counts: QueryCounts;
}

/** How last points are found. */
interface LastPointSettings {
  /** Points are counted in the meta table. */
  readonly counting: boolean;
  /** Hours to look back for series that have no counter there; 0: not at all. */
  readonly backScanWithoutCounter: number;
}

/** How much one query may ask for. */
export interface QueryCounts {
  readonly subQueries: number;
  /** Filters and tags, over all sub-queries; so TSUIDs. */
  readonly filters: number;
  readonly tsuids: number;
}

/** What one request may ask for in expressions. */
export interface ExpressionLimits {
  /** Characters of one expression. */
  readonly length: number;
  /** Calls, or parentheses and operators, inside each other. */
  readonly depth: number;
  /** Expressions of one request. */
  readonly count: number;
}

/** How much a query may read. */
export interface QueryLimitSettings {
  /** 0: as much as it likes; negative: refused at the start. */
  readonly bytes: number;
  readonly dataPoints: number;
  /** A query may ask for its own. */
  readonly allowByteOverride: boolean;
  readonly allowDataPointOverride: boolean;
  /** File of limits by metric, and how often it is read again; null: none. */
  readonly overrides: { readonly file: string; readonly intervalSeconds: number } | null;
}

/** What the points of queries may take of the memory when nobody says anything: a quarter of it, as Java's heap, but not too much. */
const MOST_MEMORY = 256 * 1024 * 1024;

function memoryBytes(config: Config): number {
  const bytes = config.getInt('tsd.query.memory.bytes');
  if (bytes > 0) return bytes;
  const constrained = process.constrainedMemory() ?? 0;
  const total = totalmem();
  return Math.min(MOST_MEMORY, Math.floor((constrained > 0 ? Math.min(constrained, total) : total) / 4));
}

function readLimits(config: Config): QueryLimitSettings {
  const file = optionalText(config, 'tsd.query.limits.overrides.config');
  return {
    bytes: config.getInt('tsd.query.limits.bytes.default'),
    dataPoints: config.getInt('tsd.query.limits.data_points.default'),
    allowByteOverride: config.getBoolean('tsd.query.limits.bytes.allow_override'),
    allowDataPointOverride: config.getBoolean('tsd.query.limits.data_points.allow_override'),
    overrides: file === null ? null : { file, intervalSeconds: config.getInt('tsd.query.limits.overrides.interval') },
  };
}

/** @throws NumberFormatError */
export function readQuerySettings(config: Config): QuerySettings {
  const rows = 'tsd.storage.hbase.scanner.maxNumRows';
  const batchRows = intOf(config, rows);
  return {
    timeoutMs: config.getInt('tsd.query.timeout'),
    memoryBytes: memoryBytes(config),
    expansionLimit: config.getInt('tsd.query.filter.expansion_limit'),
    skipUnresolved: config.getBoolean('tsd.query.skip_unresolved_tagvs'),
    fuzzyFilter: config.getBoolean('tsd.query.enable_fuzzy_filter'),
    allowDelete: config.getBoolean('tsd.http.query.allow_delete'),
    allowDuplicates: config.getBoolean('tsd.query.allow_simultaneous_duplicates'),
    expressions: {
      length: config.getInt('tsd.query.expression.max_length'),
      depth: config.getInt('tsd.query.expression.max_depth'),
      count: config.getInt('tsd.query.expression.max_count'),
    },
    timeZone: readTimeZone(config),
    batchRows: batchRows > 0 ? batchRows : Number(KEYS.get(rows)?.default),
    dateTieredSince: intOf(config, 'tsd.storage.get_date_tiered_compaction_start'),
    limits: readLimits(config),
    last: {
      counting: config.getBoolean('tsd.core.meta.enable_tsuid_tracking') || config.getBoolean('tsd.core.meta.enable_tsuid_incrementing'),
      backScanWithoutCounter: Math.max(0, config.getInt('tsd.query.last.back_scan')),
    },
    distinctLookup: config.getBoolean('tsd.search.lookup.distinct'),
    queue: {
      running: config.getInt('tsd.query.queue.running'),
      waiting: config.getInt('tsd.query.queue.waiting'),
      waitMs: config.getInt('tsd.query.queue.wait'),
    },
    counts: {
      subQueries: config.getInt('tsd.query.limits.sub_queries'),
      filters: config.getInt('tsd.query.limits.filters'),
      tsuids: config.getInt('tsd.query.limits.tsuids'),
    },
  };
}
