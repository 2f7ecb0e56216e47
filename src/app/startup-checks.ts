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
    const found = await widthsInUse(storage, table, kind);
    if (found.length === 0 || found.includes(widths[kind])) continue;
    throw new IllegalArgumentError(
      `${WIDTH_KEYS[kind]} = ${widths[kind]}, but table "${table}" has UIDs of ${kind} on ${found[0]} bytes: set it to ${found[0]}`,
    );
  }
}

/** Bytes of some UIDs of a kind, one number each; none when the table is too busy to tell. @throws StorageError */
export async function widthsInUse(storage: Storage, table: string, kind: string): Promise<number[]> {
  const all = { start: Buffer.alloc(0), stop: Buffer.alloc(0), deadline: Date.now() + WIDTH_CHECK_MS };
  const widths: number[] = [];
  try {
    const scan = storage.scan(table, { ...all, family: NAME_FAMILY, qualifiers: [Buffer.from(kind)], limit: WIDTH_SAMPLE });
    for await (const rows of scan) widths.push(...rows.map((row) => row.key.length));
  } catch (error) {
    // A huge table, or one that is busy: not worth waiting for.
    if (!(error instanceof RetryableError)) throw error;
  }
  return widths;
}
