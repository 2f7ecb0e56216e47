import type { Failure, RowPut, Storage, StorageError } from '../../../src/storage';

type Write = (table: string, rows: readonly RowPut[]) => Promise<Failure[] | void> | Failure[] | void;

/** A real store whose writes first ask a test what to do: nothing (go on), wait, throw, or fail some rows. */
export class UnrulyStorage {
  /** Returns failures: these rows are not written, the others are. */
  before: Write = () => undefined;
  /** Rows of a region that is away: they wait at the door, while the others of their request are written, and told of, at once. */
  away: ((row: Buffer) => boolean) | null = null;
  awayDoor = new Door();
  /** Rows and cells of every write, in the order of the calls. */
  readonly writes: { table: string; rows: number; cells: number }[] = [];
  /** What becomes of those that waited. */
  awayError: StorageError | null = null;
  underWay = 0;
  most = 0;
  readonly storage: Storage;
  private readonly inParts: (call: Storage['put'], ...args: Parameters<Storage['put']>) => Promise<Failure[]>;

  constructor(real: Storage) {
    const write =
      (method: 'put' | 'append'): Storage['put'] =>
      async (table, family, rows, options) => {
        this.writes.push({ table, rows: rows.length, cells: rows.reduce((n, row) => n + row.cells.count, 0) });
        this.most = Math.max(this.most, ++this.underWay);
        try {
          if (this.away !== null) return await this.inParts(real[method].bind(real), table, family, rows, options);
          const failures = (await this.before(table, rows)) ?? [];
          const failed = new Set(failures.map(({ index }) => index));
          const rest = await real[method](
            table,
            family,
            rows.filter((_, i) => !failed.has(i)),
            options,
          );
          return [...failures, ...rest];
        } finally {
          this.underWay--;
        }
      };
    this.inParts = async (call, table, family, rows, options) => {
      const positions = rows.map((_, i) => i);
      const here = positions.filter((i) => !this.away?.(rows[i].row));
      const there = positions.filter((i) => this.away?.(rows[i].row));
      const part = (members: readonly number[]): RowPut[] => members.map((i) => rows[i]);
      const failures = here.length === 0 ? [] : await call(table, family, part(here));
      expect(failures).toEqual([]);
      if (here.length > 0 && there.length > 0) options?.onDurable?.(here);
      if (there.length === 0) return [];
      const late = part(there);
      await this.awayDoor.pass();
      const error = this.awayError;
      return error === null ? call(table, family, late) : there.map((index) => ({ index, error }));
    };
    const own: Partial<Storage> = { put: write('put'), append: write('append') };
    this.storage = new Proxy(real, {
      get(target, property: keyof Storage) {
        // Every write is one of objects here.
        if (property === 'putRows') return undefined;
        const value = own[property] ?? target[property];
        return typeof value === 'function' && !(property in own) ? (value as (...args: never[]) => unknown).bind(target) : value;
      },
    });
  }
}

/** A door that writes can be made to wait at. */
export class Door {
  private opened: () => void = () => {};
  private open = Promise.resolve();

  shut(): void {
    this.open = new Promise((resolve) => (this.opened = resolve));
  }

  release(): void {
    this.opened();
  }

  pass = (): Promise<void> => this.open;
}
