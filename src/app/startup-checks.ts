import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import { WIDTH_KEYS } from '../config/settings';
import { RetryableError, TableNotFoundError, type Storage } from '../storage';
import type { DataModel } from '../tables';
import { UID_KINDS } from '../uid';
import { NAME_FAMILY } from '../uid/uid-table';
import { IllegalArgumentError } from '../util/errors';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** UIDs of each kind that are looked at, and the time for it. */
const WIDTH_SAMPLE = 16;
const WIDTH_CHECK_MS = 5_000;

/** Runs steps of the start again while the store says that they may work later, for a time that all of them share. */
export class Patience {
  private readonly giveUp: number;

  /** @param milliseconds Infinity: without end */
  constructor(
    milliseconds: number,
    private readonly logger: Logger,
  ) {
    this.giveUp = performance.now() + milliseconds;
  }

  /** @throws what the step throws, when that is nothing that passes or there is no time left */
  async with<T>(what: string, step: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof RetryableError) || performance.now() + pause > this.giveUp) throw error;
        this.logger.warn(`${what} failed, trying again in ${pause}ms: ${error.message}`);
        await sleep(pause);
      }
    }
  }
}

/** @throws TableNotFoundError naming the first table that isn't there */
export async function checkTables({ necessary }: DataModel, storage: Storage, patience: Patience): Promise<void> {
  for (const { name: table } of necessary) {
    const exists = await patience.with(`Looking for table "${table}"`, () => storage.tableExists(table));
    if (!exists) throw new TableNotFoundError(`"${table}": the table does not exist; hbase-schema/ creates the tables`, { table });
  }
}

/** Tables that the rollup configuration names and nobody may ever write to: the original does not look for them. */
export async function warnOfMissingRollups({ tables }: DataModel, storage: Storage, patience: Patience, logger: Logger): Promise<void> {
  for (const { name: table } of tables.rollups) {
    const exists = await patience.with(`Looking for table "${table}"`, () => storage.tableExists(table));
    if (!exists) logger.warn(`"${table}", which tsd.rollups.config names, does not exist`);
  }
}

/**
 * A TSD with other widths than the table's would find no name, and assign a second UID to each. A few UIDs of another width among the
 * right ones are nothing to stop for: the original's tools write such.
 * @throws IllegalArgumentError naming the key
 */
export async function checkWidths({ tables, widths }: DataModel, storage: Storage): Promise<void> {
  const table = tables.uid.name;
  for (const kind of UID_KINDS) {
    const width = widths[kind];
    const other = await otherWidth(storage, table, kind, width);
    if (other !== null)
      throw new IllegalArgumentError(
        `${WIDTH_KEYS[kind]} = ${width}, but table "${table}" has UIDs of ${kind} on ${other} bytes: set it to ${other}`,
      );
  }
}

/**
 * How many bytes UIDs of a kind have when none has as many as it should; null: some do, there are no UIDs, or the table is too busy to tell.
 * @throws StorageError
 */
export async function otherWidth(storage: Storage, table: string, kind: string, width: number): Promise<number | null> {
  const deadline = Date.now() + WIDTH_CHECK_MS;
  const ofKind = { family: NAME_FAMILY, qualifiers: [Buffer.from(kind)] };
  const widths: number[] = [];
  try {
    // Mostly UIDs count from 1 on. To look for the few of a kind that has a million others beside it would take seconds.
    const first = Buffer.alloc(width);
    first[width - 1] = 1;
    if ((await storage.get(table, { row: first, ...ofKind }, { deadline })) !== null) return null;
    const all = { start: Buffer.alloc(0), stop: Buffer.alloc(0), deadline };
    for await (const rows of storage.scan(table, { ...all, ...ofKind, limit: WIDTH_SAMPLE }))
      widths.push(...rows.map((row) => row.key.length));
  } catch (error) {
    // A huge table, or one that is busy: not worth waiting for.
    if (!(error instanceof RetryableError)) throw error;
  }
  return widths.length === 0 || widths.includes(width) ? null : widths[0];
}
