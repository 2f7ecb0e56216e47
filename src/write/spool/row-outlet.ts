import { DoNotRetryError, StorageError, type Failure, type RowPut } from '../../storage';
import type { Outlet } from './backlog';
import { decodeRow, joinRows } from './row-record';
import type { SpoolSettings, Writes } from './types';

/** Cells and bytes of one request, about. */
const BATCH_CELLS = 5000;
const BATCH_BYTES = 1 << 20;
/** A request of a replay has that long, at least. */
const LEAST_CALL_MS = 10_000;

export interface RowOutletEvents {
  /** Some rows were taken. */
  stored(rows: readonly RowPut[]): void;
}

/** Writes spooled rows of a table to storage: cells of a row together, one request at a time, so that the replay goes at storage's pace. */
export class RowOutlet implements Outlet {
  private readonly rows = new Map<string, RowPut>();
  private append = false;
  private cells = 0;
  private bytes = 0;
  private lastError: StorageError | null = null;

  constructor(
    private readonly storage: Writes,
    private readonly table: string,
    private readonly family: Buffer,
    private readonly settings: Pick<SpoolSettings, 'afterMs' | 'longestPauseMs'>,
    private readonly events: RowOutletEvents,
  ) {}

  /** What was refused for good is not tried again soon: somebody has to do something first. */
  get leastPauseMs(): number {
    return this.lastError instanceof DoNotRetryError ? this.settings.longestPauseMs : 0;
  }

  take(payload: Buffer): boolean {
    const { append, put } = decodeRow(payload);
    const name = put.row.toString('latin1');
    const known = this.rows.get(name);
    if (this.rows.size > 0 && (append !== this.append || this.cells >= BATCH_CELLS || this.bytes >= BATCH_BYTES)) return false;
    if (known !== undefined && (append || (known.timestamps === undefined) !== (put.timestamps === undefined))) return false;
    this.append = append;
    this.cells += put.cells.count;
    this.bytes += put.cells.length;
    this.rows.set(name, known === undefined ? put : joinRows(known, put));
    return true;
  }

  async send(): Promise<boolean> {
    const names = [...this.rows.keys()];
    const rows = [...this.rows.values()];
    const failures = await this.write(rows);
    const failed = new Set(failures.map(({ index }) => index));
    this.lastError = failures[0]?.error ?? null;
    const stored: RowPut[] = [];
    for (let i = 0; i < rows.length; i++) {
      if (failed.has(i)) continue;
      this.rows.delete(names[i]);
      stored.push(rows[i]);
    }
    if (stored.length > 0) this.events.stored(stored);
    if (this.rows.size > 0) return false;
    this.cells = 0;
    this.bytes = 0;
    return true;
  }

  private async write(rows: readonly RowPut[]): Promise<Failure[]> {
    if (rows.length === 0) return [];
    const options = { deadline: Date.now() + Math.max(this.settings.afterMs, LEAST_CALL_MS) };
    try {
      return await (this.append
        ? this.storage.append(this.table, this.family, rows, options)
        : this.storage.put(this.table, this.family, rows, options));
    } catch (cause) {
      const error = cause instanceof StorageError ? cause : new StorageError(String(cause), { table: this.table, cause });
      return rows.map((_, index) => ({ index, error }));
    }
  }
}
