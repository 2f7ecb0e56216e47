import { LayeredConfig } from '../../../src/config';
import { PackedCells, type Storage } from '../../../src/storage';
import type { Uids } from '../../../src/uid';
import type { Log } from '../../../src/util/log';
import { uidsOn } from '../../support/parts';
import { openTempStore, type TempStore } from '../../support/temp-store';

export const UID_TABLE = 'tsdb-uid';
export const b = (text: string): Buffer => Buffer.from(text, 'latin1');
export const uid = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** The store with some calls replaced; everything else goes to the real one. */
export function intercept(storage: Storage, calls: Partial<Storage>): Storage {
  return new Proxy(storage, {
    get(target, property: keyof Storage) {
      const own = calls[property] ?? target[property];
      return typeof own === 'function' && !(property in calls) ? (own as (...args: never[]) => unknown).bind(target) : own;
    },
  });
}

/** Lines as `level message`. */
export class Lines implements Log {
  readonly lines: string[] = [];
  debug = (message: string): unknown => this.lines.push(`debug ${message}`);
  info = (message: string): unknown => this.lines.push(`info ${message}`);
  warn = (message: string): unknown => this.lines.push(`warn ${message}`);
  error = (message: string): unknown => this.lines.push(`error ${message}`);
}

/** Auto-creation of all kinds is on unless the settings say otherwise. */
export function uidsOver(storage: Storage, settings: Record<string, string> = {}, logger?: Log): Uids {
  const config = new LayeredConfig(Object.entries({ 'tsd.core.auto_create_metrics': 'true', ...settings }));
  return uidsOn(storage, config, logger);
}

/** A cell of the UID table, in hex. */
export async function cell(storage: Storage, row: Buffer, family: 'id' | 'name', qualifier: string): Promise<string | null> {
  const found = await storage.get(UID_TABLE, { row, family: b(family), qualifiers: [b(qualifier)] });
  return found?.get(b(family), b(qualifier))?.toString('hex') ?? null;
}

export async function putCell(storage: Storage, row: Buffer, family: 'id' | 'name', qualifier: string, value: Buffer): Promise<void> {
  expect(await storage.put(UID_TABLE, b(family), [{ row, cells: PackedCells.of(b(qualifier), value) }])).toEqual([]);
}

/** A store for each test of a suite. */
export function eachTestHasAStore(): { readonly storage: Storage } {
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(() => store.close());
  return {
    get storage() {
      return store.storage;
    },
  };
}
