import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '../../../util/log';
import { FileLock } from '../file-lock';
import { Merger, type MergeTarget } from './merger';
import { Segments } from './segments';
import { Settler } from './settler';
import { WriteLog, type LogStore } from './write-log';

const LOG_BYTES = 32 << 20;
/** Where a segment has few cells a row, merging it costs more: it may become as large as this. */
const MOST_LOG_BYTES = 2 * LOG_BYTES;
const CELLS_PER_ROW = 8;
/** How often it is looked whether what is in the log should be merged. */
const SETTLE_LOOK_MS = 5000;
/** How long closing may take to merge what is in the log. The rest is merged by who opens the store next. */
const CLOSE_MERGE_MS = 1000;

/** The log, and its merger: it merges what has become much, what came long ago or before it became quiet, and what is there when the store is closed. */
export class MergedLog {
  /** What is read of it. */
  readonly segments: Segments;
  readonly log: WriteLog;
  readonly merger: Merger;
  private readonly lock: FileLock;
  private settling: NodeJS.Timeout | null = null;

  /** @param entries of a segment after which it is merged at the latest */
  constructor(
    store: LogStore & MergeTarget,
    private readonly logger: Log,
    entries = Infinity,
  ) {
    const limits = { bytes: LOG_BYTES, mostBytes: MOST_LOG_BYTES, cellsPerRow: CELLS_PER_ROW, entries };
    this.lock = new FileLock(join(store.path, 'merge.lock'));
    const writer = randomBytes(6).readUIntBE(0, 6);
    this.segments = new Segments(store, writer);
    this.log = new WriteLog(
      store,
      this.segments,
      writer,
      limits,
      () => this.merger.mayWrite(),
      () => this.merger.kick(),
    );
    this.merger = new Merger(store, this.segments, this.lock, logger);
  }

  /** @param alone nobody else has the store. @throws DamagedStoreError */
  open(alone: boolean): void {
    try {
      this.log.open(alone, this.logger);
    } catch (e) {
      this.lock.close();
      throw e;
    }
  }

  /** From here on merges what there is, in transactions. */
  start(): void {
    const settler = new Settler(
      this.segments,
      () => this.log.seal(),
      () => this.merger.kick(),
    );
    this.settling = setInterval(() => void settler.look(), SETTLE_LOOK_MS).unref();
    this.merger.kick();
  }

  stats(): Record<string, number> {
    const { entries, bytes } = this.segments.size;
    return { log_entries: entries, log_bytes: bytes, pack_slices: this.merger.slices, pack_ms: Math.round(this.merger.milliseconds) };
  }

  /**
   * Who is the last to leave merges what there is, as far as that goes quickly.
   * @param isLast asked when no transaction is under way
   */
  async close(isLast: () => Promise<boolean>): Promise<void> {
    if (this.settling !== null) clearInterval(this.settling);
    await this.merger.stop(async () => {
      if (!(await isLast())) return 0;
      return this.log.seal().then(
        () => CLOSE_MERGE_MS,
        () => 0,
      );
    });
    await this.log.close();
  }
}
