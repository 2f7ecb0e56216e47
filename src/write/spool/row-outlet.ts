import { setTimeout as sleep } from 'node:timers/promises';
import { DoNotRetryError, StorageError, type Failure, type RowDelete, type RowPut } from '../../storage';
import { CellBatch, DeleteBatch, type RowBatch } from './row-batch';
import { decodeRecord, joinRows, type DeleteRecord, type PutRecord } from './row-record';
import type { Outlet, SpoolPace, Writes } from './types';

/** Cells and bytes of one request, about. */
const BATCH_CELLS = 5000;
const BATCH_BYTES = 1 << 20;
/** The shortest time limit of a replay's request. */
const LEAST_CALL_MS = 10_000;
/** HBase keeps times in milliseconds, and of a delete and a put in the same one the delete wins, whichever came last. */
const AFTER_DELETE_MS = 2;

export interface RowOutletEvents {
  /** Some rows were taken. */
  stored(batch: RowBatch): void;
}

/** What a batch gathers: rows that are changed in the same way. */
type Way = 'delete' | Pick<PutRecord, 'append' | 'family'>;

/**
 * Writes spooled rows of a table to storage, one request at a time, so that the replay goes at storage's pace. Puts of a row are joined; a row
 * of another family, or one that is changed in another way, begins the next request.
 */
export class RowOutlet implements Outlet {
  private way: Way = 'delete';
  private readonly puts = new Map<string, RowPut>();
  private readonly deletes = new Map<string, RowDelete>();
  private cells = 0;
  private bytes = 0;
  private lastError: StorageError | null = null;

  constructor(
    private readonly storage: Writes,
    private readonly table: string,
    private readonly settings: Pick<SpoolPace, 'afterMs' | 'longestPauseMs'>,
    private readonly events: RowOutletEvents,
  ) {}

  /** What was refused for good is not tried again soon: somebody has to do something first. */
  get leastPauseMs(): number {
    return this.lastError instanceof DoNotRetryError ? this.settings.longestPauseMs : 0;
  }

  private get empty(): boolean {
    return this.puts.size === 0 && this.deletes.size === 0;
  }

  take(payload: Buffer): boolean {
    const record = decodeRecord(payload);
    if (!this.empty && (this.cells >= BATCH_CELLS || this.bytes >= BATCH_BYTES || !sameWay(this.way, wayOf(record)))) return false;
    return 'delete' in record ? this.takeDelete(record) : this.takePut(record);
  }

  private takeDelete(record: DeleteRecord): boolean {
    const name = record.delete.row.toString('latin1');
    if (this.deletes.has(name)) return false;
    this.way = 'delete';
    this.cells++;
    this.bytes += record.delete.row.length;
    this.deletes.set(name, record.delete);
    return true;
  }

  private takePut({ append, family, put }: PutRecord): boolean {
    const name = put.row.toString('latin1');
    const known = this.puts.get(name);
    if (known !== undefined && (append || (known.timestamps === undefined) !== (put.timestamps === undefined))) return false;
    this.way = { append, family };
    this.cells += put.cells.count;
    this.bytes += put.cells.length;
    this.puts.set(name, known === undefined ? put : joinRows(known, put));
    return true;
  }

  private batch(): RowBatch {
    if (this.way === 'delete') return new DeleteBatch([...this.deletes.values()]);
    return new CellBatch(this.way.append ? 'append' : 'put', this.way.family, [...this.puts.values()]);
  }

  async send(): Promise<boolean> {
    if (this.empty) return true;
    const batch = this.batch();
    const rows = this.way === 'delete' ? this.deletes : this.puts;
    const names = [...rows.keys()];
    const failures = await this.write(batch);
    const failed = new Set(failures.map(({ index }) => index));
    this.lastError = failures[0]?.error ?? null;
    const stored = names.flatMap((_, index) => (failed.has(index) ? [] : [index]));
    for (const index of stored) rows.delete(names[index]);
    if (stored.length > 0) this.events.stored(batch.part(stored));
    if (!this.empty) return false;
    this.cells = 0;
    this.bytes = 0;
    if (this.way === 'delete') await sleep(AFTER_DELETE_MS);
    return true;
  }

  private async write(batch: RowBatch): Promise<Failure[]> {
    const options = { deadline: Date.now() + Math.max(this.settings.afterMs, LEAST_CALL_MS) };
    try {
      return await batch.send(this.storage, this.table, options);
    } catch (cause) {
      const error = cause instanceof StorageError ? cause : new StorageError(String(cause), { table: this.table, cause });
      return Array.from({ length: batch.size }, (_, index) => ({ index, error }));
    }
  }
}

function wayOf(record: PutRecord | DeleteRecord): Way {
  return 'delete' in record ? 'delete' : record;
}

function sameWay(a: Way, b: Way): boolean {
  if (a === 'delete' || b === 'delete') return a === b;
  return a.append === b.append && a.family.equals(b.family);
}
