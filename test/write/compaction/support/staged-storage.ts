import type { Failure, Row, RowDelete, RowPut, Storage } from '../../../../src/storage';

/** A real store that asks a test before and after every step of a compaction. What a stage throws is the call's error. */
export class StagedStorage {
  before: { read?: () => unknown; put?: (rows: readonly RowPut[]) => unknown; delete?: (rows: readonly RowDelete[]) => unknown } = {};
  after: { read?: (rows: readonly (Row | null)[]) => unknown; put?: () => unknown } = {};
  reads: number[] = [];
  puts = 0;
  deletes = 0;
  readonly storage: Storage;

  constructor(real: Storage) {
    const own: Partial<Storage> = {
      multiGet: async (table, gets, options) => {
        this.reads.push(gets.length);
        await this.before.read?.();
        const rows = await real.multiGet(table, gets, options);
        await this.after.read?.(rows);
        return rows;
      },
      put: async (table, family, rows, options) => {
        this.puts += rows.length;
        const failures = ((await this.before.put?.(rows)) ?? []) as Failure[];
        const failed = new Set(failures.map(({ index }) => index));
        const rest = rows.filter((_, i) => !failed.has(i));
        failures.push(...(await real.put(table, family, rest, options)));
        await this.after.put?.();
        return failures;
      },
      delete: async (table, rows, options) => {
        this.deletes += rows.length;
        await this.before.delete?.(rows);
        return real.delete(table, rows, options);
      },
    };
    this.storage = new Proxy(real, {
      get(target, property: keyof Storage) {
        if (property in own) return own[property];
        const value = target[property];
        return typeof value === 'function' ? (value as (...args: never[]) => unknown).bind(target) : value;
      },
    });
  }
}
