import { setTimeout as sleep } from 'node:timers/promises';
import { PackedCells, RetryableError, type Row, type RowPut, type Storage } from '../../storage';
import { TimeSlice } from '../../util/time-slice';
import type { Tally } from '../walk/checkpoint';
import type { Walker } from '../walk/walk';
import { newUidSets } from '../uid-sets';
import type { CopiedRow, RowTranslation } from './row-translation';
import type { UidTranslation } from './uid-translation';

/** Cells of one call, about. */
const CALL_CELLS = 5000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;
/** How often a row is tried that storage does not take for the moment. */
const MAX_TRIES = 50;

/** What a copy of a table is made of. */
export interface TableCopyParts {
  /** Where rows go. */
  readonly storage: Storage;
  readonly table: string;
  readonly uids: UidTranslation;
  readonly translation: RowTranslation;
  /** Only counts. */
  readonly dryRun: boolean;
  /** Told of rows that cannot be copied. */
  readonly skipped: (row: Row, reason: string) => void;
  /** Told how many rows were copied since the last time. */
  readonly copied: (rows: number) => void;
  readonly signal?: AbortSignal;
}

/** Copies the rows that `walk` shows, with the times of their cells: to do it twice changes nothing. */
export class TableCopy implements Walker {
  constructor(private readonly parts: TableCopyParts) {}

  /** @returns counts of rows that were read, and of cells and skipped rows @throws StorageError what was not taken, with the rest of the rows */
  async visit(rows: readonly Row[]): Promise<Tally> {
    const { uids, translation, skipped, dryRun, signal } = this.parts;
    if (!uids.identical && !dryRun) {
      const ids = newUidSets();
      for (const row of rows) translation.collect(row, ids);
      await uids.learn(ids);
    }
    const tally = { rows: rows.length, cells: 0, skipped: 0 };
    const slice = new TimeSlice(signal);
    let batch: CopiedRow[] = [];
    let cells = 0;
    for (const row of rows) {
      if (dryRun) {
        tally.cells += row.size;
        continue;
      }
      const copies = translation.translate(row);
      if (typeof copies === 'string') {
        tally.skipped++;
        skipped(row, copies);
        continue;
      }
      for (const copy of copies) {
        batch.push(copy);
        cells += copy.cells.length;
      }
      if (cells >= CALL_CELLS) {
        await this.put(batch);
        tally.cells += cells;
        batch = [];
        cells = 0;
      }
      if (slice.isOver()) await slice.next();
    }
    await this.put(batch);
    tally.cells += cells;
    this.parts.copied(rows.length);
    return tally;
  }

  private async put(rows: readonly CopiedRow[]): Promise<void> {
    const { storage, table } = this.parts;
    for (const [family, puts] of byFamily(rows)) {
      let waiting = puts;
      for (let attempt = 1; waiting.length > 0; attempt++) {
        const failures = await storage.put(table, family, waiting);
        const refused = failures.find(({ error }) => attempt >= MAX_TRIES || !(error instanceof RetryableError));
        if (refused !== undefined) throw refused.error;
        waiting = failures.map(({ index }) => waiting[index]);
        if (waiting.length > 0)
          await sleep(Math.min(FIRST_BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS), undefined, { signal: this.parts.signal });
      }
    }
  }
}

/** The cells of rows as calls take them: a family at a time. */
function byFamily(rows: readonly CopiedRow[]): [Buffer, RowPut[]][] {
  const families = new Map<string, [Buffer, RowPut[]]>();
  for (const { key, cells } of rows) {
    const puts = new Map<string, { row: Buffer; cells: PackedCells; timestamps: number[] }>();
    for (const { family, qualifier, value, timestamp } of cells) {
      const name = family.toString('latin1');
      let put = puts.get(name);
      if (put === undefined) {
        puts.set(name, (put = { row: key, cells: new PackedCells(), timestamps: [] }));
        const entry = families.get(name) ?? [Buffer.from(family), []];
        families.set(name, entry);
        entry[1].push(put);
      }
      put.cells.add(qualifier, value);
      put.timestamps.push(timestamp);
    }
  }
  return [...families.values()];
}
