import type { StatsSink } from '../../util/stats';

/** What compaction has done since the start. */
export class CompactionStats {
  /** Rows whose cells were merged, whatever came of it. */
  merged = 0;
  duplicatesSame = 0;
  duplicatesDifferent = 0;
  readonly errors = { read: 0, put: 0, delete: 0 };
  /** Merged cells written, and rows that cells were deleted of. */
  writes = 0;
  deletes = 0;
  repairedAppends = 0;
  /** Rows looked at, and rows put back into the queue. */
  rows = 0;
  postponed = 0;
  readonly skipped = {
    /** Their merged qualifier would be longer than a cell may have. */
    too_long: 0,
    /** Different values at one time, without `tsd.storage.fix_duplicates`. */
    duplicates: 0,
    /** Cells that can't be what they claim to be. */
    unreadable: 0,
    /** Storage failed to read them again and again. */
    failing: 0,
  };

  /** The original's names in its order, those of the queue with compaction on only. @param reads what queries merged */
  collect(sink: StatsSink, reads: ReadFindings, queueSize: number | null): void {
    sink.record('compaction.count', this.merged + reads.merged);
    sink.record('compaction.duplicates', this.duplicatesSame + reads.duplicatesSame, { type: 'identical' });
    sink.record('compaction.duplicates', this.duplicatesDifferent + reads.duplicatesDifferent, { type: 'variant' });
    if (queueSize === null) return;
    sink.record('compaction.queue.size', queueSize);
    for (const [rpc, errors] of Object.entries(this.errors)) sink.record('compaction.errors', errors, { rpc });
    sink.record('compaction.writes', this.writes);
    sink.record('compaction.deletes', this.deletes);
    sink.record('compaction.rows', this.rows);
    sink.record('compaction.postponed', this.postponed);
    sink.record('compaction.repaired_appends', this.repairedAppends);
    for (const [type, rows] of Object.entries(this.skipped)) sink.record('compaction.skipped', rows, { type });
  }
}

/** What decoding rows for queries came across. */
export interface ReadFindings {
  readonly merged: number;
  readonly duplicatesSame: number;
  readonly duplicatesDifferent: number;
}
