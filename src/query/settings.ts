import { totalmem } from 'node:os';
import type { Config } from '../config/types';
import type { ExpressionLimits } from './expression/limits';
import type { MergeOptions } from '../schema';

/** What the configuration says about queries. */
export interface QuerySettings {
  /** `tsd.query.timeout`; 0: none. */
  readonly timeoutMs: number;
  /** `tsd.query.memory.bytes`: what the points of all running queries may hold. */
  readonly memoryBytes: number;
  readonly expansionLimit: number;
  readonly skipUnresolved: boolean;
  readonly fuzzyFilter: boolean;
  readonly allowByteOverride: boolean;
  readonly allowDataPointOverride: boolean;
  readonly allowDelete: boolean;
  readonly allowDuplicates: boolean;
  readonly expressions: ExpressionLimits;
  readonly preAggregates: boolean;
  /** Zone of absolute dates without one; null: the process's. */
  readonly timeZone: string | null;
  readonly table: string;
  readonly batchRows: number;
  readonly merge: MergeOptions;
  /** Milliseconds since the epoch: cells from then on carry the time of their points, if they do so at all. */
  readonly dateTieredSince: number;
}

const DEFAULT_BATCH_ROWS = 128;

/** As a Java machine sizes its heap when nobody says anything: a quarter of the memory that there is for this process. */
function memoryBytes(config: Config): number {
  const bytes = config.getInt('tsd.query.memory.bytes');
  if (bytes > 0) return bytes;
  const constrained = process.constrainedMemory() ?? 0;
  const total = totalmem();
  return Math.floor((constrained > 0 ? Math.min(constrained, total) : total) / 4);
}

/** @throws NumberFormatError */
export function querySettings(config: Config): QuerySettings {
  const dateTiered = config.getBoolean('tsd.storage.use_otsdb_timestamp');
  const tieredSince = config.has('tsd.storage.get_date_tiered_compaction_start')
    ? Number(config.getString('tsd.storage.get_date_tiered_compaction_start'))
    : 0;
  const batchRows = config.has('tsd.storage.hbase.scanner.maxNumRows') ? config.getInt('tsd.storage.hbase.scanner.maxNumRows') : 0;
  return {
    timeoutMs: config.getInt('tsd.query.timeout'),
    memoryBytes: memoryBytes(config),
    expansionLimit: config.getInt('tsd.query.filter.expansion_limit'),
    skipUnresolved: config.getBoolean('tsd.query.skip_unresolved_tagvs'),
    fuzzyFilter: config.getBoolean('tsd.query.enable_fuzzy_filter'),
    allowByteOverride: config.getBoolean('tsd.query.limits.bytes.allow_override'),
    allowDataPointOverride: config.getBoolean('tsd.query.limits.data_points.allow_override'),
    allowDelete: config.getBoolean('tsd.http.query.allow_delete'),
    allowDuplicates: config.getBoolean('tsd.query.allow_simultaneous_duplicates'),
    expressions: {
      length: config.getInt('tsd.query.expression.max_length'),
      depth: config.getInt('tsd.query.expression.max_depth'),
      count: config.getInt('tsd.query.expression.max_count'),
    },
    preAggregates: config.getBoolean('tsd.rollups.enable'),
    timeZone: config.getString('tsd.core.timezone') || null,
    table: config.getString('tsd.storage.hbase.data_table') ?? 'tsdb',
    batchRows: batchRows > 0 ? batchRows : DEFAULT_BATCH_ROWS,
    merge: {
      fixDuplicates: config.getBoolean('tsd.storage.fix_duplicates'),
      dateTiered,
      useMaxValue: config.getBoolean('tsd.storage.use_max_value'),
    },
    dateTieredSince: tieredSince,
  };
}
