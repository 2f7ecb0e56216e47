import type { Failure, RowDelete } from '../../storage';
import type { Log } from '../../util/log';
import type { MemoryShare } from '../plan';

/** Deletes rows of a table. @returns what could not be deleted */
export type RemoveRows = (table: string, rows: readonly RowDelete[]) => Promise<readonly Failure[]>;

/** Queries that hold more delete what they have read as they go. */
const HELD_BYTES = 2 * 1024 * 1024;
/** What the key of a row takes that is to be deleted, beside its bytes. */
const KEY_BYTES = 128;

/**
 * Deletes the rows that a query has read. What is deleted can't be read again, as it has to be when others leave no room for the query: a small one keeps its
 * rows until it is computed, a large one has all memory that there is for one query kept for it before it deletes the first.
 */
export class RowRemoval {
  private readonly held: [table: string, rows: RowDelete[]][] = [];
  private readonly underWay: Promise<void>[] = [];

  constructor(
    private readonly remove: RemoveRows,
    private readonly memory: MemoryShare,
    private readonly logger: Log,
  ) {}

  /** Takes rows that were read, which the caller may write over afterwards. @throws ClientError 413; CrowdedError */
  add(table: string, keys: readonly Buffer[]): void {
    if (this.memory.hasMost) return this.delete(table, keys);
    let bytes = 0;
    for (const key of keys) bytes += KEY_BYTES + key.length;
    this.memory.addBytes(bytes);
    if (this.memory.bytes > HELD_BYTES) this.memory.needMost();
    this.held.push([table, keys.map((key) => ({ row: Buffer.from(key) }))]);
  }

  /** Resolves when all rows are deleted, or the log says why not. */
  async finish(): Promise<void> {
    for (const [table, rows] of this.held.splice(0)) this.start(table, rows);
    if (this.underWay.length > 0) await Promise.all(this.underWay.splice(0));
  }

  private delete(table: string, keys: readonly Buffer[]): void {
    this.start(
      table,
      keys.map((row) => ({ row })),
    );
  }

  /** The answer does not depend on it: a failure is only logged. */
  private start(table: string, rows: readonly RowDelete[]): void {
    const failed = (message: string): void => void this.logger.error(`Failed to delete rows that a query read: ${message}`);
    this.underWay.push(
      this.remove(table, rows).then(
        (failures) => failures.forEach((f) => failed(f.error.message)),
        (e: Error) => failed(e.message),
      ),
    );
  }
}
