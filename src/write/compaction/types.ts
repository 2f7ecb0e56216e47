import type { Logger } from 'winston';
import type { CompactionSettings } from '../../config/settings/compaction';
import type { KeyLayout, MergeOptions } from '../../schema';
import type { Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { StatsSource } from '../../util/stats';
import type { PointWriter } from '../types';
import type { WrittenRows } from '../written-rows';
import type { ReadFindings } from './stats';

/** Merges the cells of rows whose hour is over. Mirrors CompactionQueue. */
export interface Compaction extends StatsSource {
  /** Rows are queued and compacted; false: only the figures of queries are kept. */
  readonly enabled: boolean;
  /** Rows in the queue. */
  readonly size: number;
  /** Begins to compact; storage must be open. */
  start(): void;
  /** Rows got points: they are in storage now. */
  rowsWritten(rows: WrittenRows): void;
  /** The same of one row. @param rowKey only lent. @param baseTime seconds */
  rowWritten(rowKey: Buffer, baseTime: number): void;
  /** Rows as a query read them, that may have something to compact or repair. Takes those that are old enough, without keeping them. */
  rowsRead(rows: readonly Row[]): void;
  /** Compacts everything that is old enough, as fast as storage takes it. @param deadline `performance.now()` scale */
  flush(deadline: number): Promise<void>;
  /** Ends the work, with a last flush that is given some seconds. */
  close(): Promise<void>;
}

/** What a compaction is made of. */
export interface CompactionParts extends CompactionOptions {
  settings: CompactionSettings;
  model: DataModel;
  storage: Storage;
  logger: Logger;
  /** Whose rows are compacted: it tells of them, those that are on their way are left alone, and nothing is done while it is behind. */
  writer?: PointWriter;
}

/** The settings with what they are applied to. */
export interface CompactionWork extends CompactionSettings {
  readonly table: string;
  readonly layout: KeyLayout;
  readonly merge: MergeOptions;
  /** Milliseconds that the last flush may take when the TSD stops. */
  readonly drainMs: number;
}

export interface CompactionOptions {
  /** The TSD must not write: `tsd.mode = ro`. */
  readOnly?: boolean;
  /** What queries merged, for the figures. */
  reads?: ReadFindings;
  /** Storage keeps up with what clients write; nothing is compacted while it does not. Absent: it does. */
  keepingUp?: () => boolean;
  /** More points of a row are on their way: it is left until `rowsWritten` tells of them. Absent: never known. */
  isWriting?: (rowKey: Buffer) => boolean;
  /** Over the settings, for tests and tools. */
  quietMs?: number;
  drainMs?: number;
  /** Milliseconds, `Date.now()` scale. */
  now?: () => number;
}
