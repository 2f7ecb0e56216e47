import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'winston';
import type { Config } from '../config/types';
import { RetryableError, TableNotFoundError, type Storage } from '../storage';
import { UID_KINDS, type UidKind, type UidWidths } from '../uid';
import { WIDTH_KEYS } from '../uid/kinds';
import { NAME_FAMILY } from '../uid/uid-table';
import { IllegalArgumentError } from '../util/errors';
import { IllegalStateError } from '../util/errors';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** UIDs of each kind that are looked at, and the time for it. */
const WIDTH_SAMPLE = 16;
const WIDTH_CHECK_MS = 5_000;

/** Features that are only there as plugins: who asks for one must not get a daemon without it. */
const PLUGINS: readonly (readonly [enable: string, plugin: string, what: string])[] = [
  ['tsd.core.authentication.enable', 'tsd.core.authentication.plugin', 'authentication plugin'],
  ['tsd.search.enable', 'tsd.search.plugin', 'search plugin'],
];

const RPC_PLUGINS: readonly (readonly [key: string, type: string])[] = [
  ['tsd.http.rpc.plugins', 'HttpRpcPlugin'],
  ['tsd.rpc.plugins', 'RpcPlugin'],
];

/** @throws Error in the original's words for a plugin that can't be had */
export function refuseMissingPlugins(config: Config): void {
  for (const [enable, plugin, what] of PLUGINS) {
    if (config.getBoolean(enable)) throw new Error(`Unable to locate ${what}: ${config.getString(plugin) ?? ''}`);
  }
  for (const [key, type] of RPC_PLUGINS) {
    const [first] = (config.getString(key) ?? '').split(',');
    // The quote is not closed in the original.
    if (config.has(key)) throw new IllegalStateError(`Unable to locate class net.opentsdb.tsd.${type} using name '${first}`);
  }
}

/** The tables this configuration works on. Mirrors TSDB.checkNecessaryTablesExist. */
export function necessaryTables(config: Config): string[] {
  const tables = [config.getString('tsd.storage.hbase.data_table'), config.getString('tsd.storage.hbase.uid_table')];
  if (config.getBoolean('tsd.core.tree.enable_processing')) tables.push(config.getString('tsd.storage.hbase.tree_table'));
  const meta = ['enable_realtime_ts', 'enable_realtime_uid', 'enable_tsuid_incrementing'];
  if (meta.some((name) => config.getBoolean(`tsd.core.meta.${name}`))) tables.push(config.getString('tsd.storage.hbase.meta_table'));
  return tables.filter((table) => table !== null);
}

/** Runs steps of the start again while the store says that they may work later: `tsd.storage.startup_timeout` milliseconds for all of them. */
export class Patience {
  private readonly giveUp: number;

  /** @throws NumberFormatError */
  constructor(
    config: Config,
    private readonly logger: Logger,
  ) {
    const milliseconds = config.getInt('tsd.storage.startup_timeout');
    this.giveUp = milliseconds < 0 ? Infinity : Date.now() + milliseconds;
  }

  /** @throws what the step throws, when that is nothing that passes or there is no time left */
  async with<T>(what: string, step: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof RetryableError) || Date.now() + pause > this.giveUp) throw error;
        this.logger.warn(`${what} failed, trying again in ${pause}ms: ${error.message}`);
        await sleep(pause);
      }
    }
  }
}

/** @throws TableNotFoundError naming the first table that isn't there */
export async function checkTables(config: Config, storage: Storage, patience: Patience): Promise<void> {
  for (const table of necessaryTables(config)) {
    const exists = await patience.with(`Looking for table "${table}"`, () => storage.tableExists(table));
    if (!exists) throw new TableNotFoundError(`"${table}": the table does not exist; hbase-schema/ creates the tables`, { table });
  }
}

/**
 * A TSD with other widths than the table's would find no name, and assign a second UID to each. A few UIDs of another width among the
 * right ones are nothing to stop for: the original's tools write such.
 * @throws IllegalArgumentError naming the key
 */
export async function checkWidths(config: Config, storage: Storage, widths: UidWidths): Promise<void> {
  const table = config.getString('tsd.storage.hbase.uid_table') ?? 'tsdb-uid';
  for (const kind of UID_KINDS) {
    const found = await widthsInUse(storage, table, kind);
    if (found.length === 0 || found.includes(widths[kind])) continue;
    throw new IllegalArgumentError(
      `${WIDTH_KEYS[kind]} = ${widths[kind]}, but table "${table}" has UIDs of ${kind} on ${found[0]} bytes: set it to ${found[0]}`,
    );
  }
}

async function widthsInUse(storage: Storage, table: string, kind: UidKind): Promise<number[]> {
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
