import type { Database } from 'lmdb';
import { CellKey } from './key-codec';
import type { ValueWindow } from './cell-value';

export interface EmbeddedTable {
  name: string;
  families: readonly string[];
  /** Has many small cells a row: they are packed, see run-codec.ts. */
  packed?: boolean;
}

/** The part of an LMDB database that is used for cells, with keys and values as codecs instead of objects. */
export interface CellDatabase {
  put(key: CellKey, value: ValueWindow): Promise<boolean>;
  remove(key: CellKey): Promise<boolean>;
  getBinaryFast(key: CellKey): Buffer | undefined;
  /** Each step hands out the same entry, changed. With `reverse` from the start downwards. */
  getRange(options: { start: RangeStart; end?: Uint8Array; reverse?: boolean; limit?: number }): Iterable<{ value: Entry }>;
  clearSync(): void;
  getStats(): { entryCount?: number };
}

/** LMDB's table of what the store knows about itself. */
export const OWN_TABLE = '.store';

/** What the names of LMDB's tables of runs end with. */
export const RUNS = '.runs';

/** A key as the place where a range is entered. */
export class RangeStart {
  constructor(private readonly key: CellKey) {}
  writeTo(target: Uint8Array, at: number): number {
    return this.key.writeStart(target, at);
  }
}

const EVERYTHING: RangeStart = new RangeStart(new CellKey().setRow(Buffer.alloc(0)));

/** Where LMDB left the key and value of the entry that an iteration stands on; good until its next step. */
export interface Entry {
  keyBytes: Buffer;
  keyStart: number;
  keyEnd: number;
  value: Buffer;
  valueLength: number;
}

/** What is on record about a table. */
export interface TableState {
  /** Newest timestamp that was ever put ahead of the clock. */
  future: number;
  /** Number of the generation into which cells are written. */
  active: number;
  /** The other generation's cells below this key are in runs already. Empty: none of them. */
  marker: Buffer;
}

/**
 * A table's cells. In a packed table they are in runs, where the log is merged into; only cells whose keys are too long for that stand
 * singly. In stores from before there was a log others do as well, in two generations: the active one took what was written, the other
 * was active before. Both go over into runs, slice by slice. What one place has is newer than the same cell in the next: active, other,
 * runs.
 */
export class StoredTable {
  readonly families: ReadonlySet<string>;
  private readonly stateKey: string;

  constructor(
    readonly name: string,
    families: readonly string[],
    private readonly own: Database<Buffer, string>,
    private readonly generations: readonly CellDatabase[],
    readonly runs: CellDatabase | null,
  ) {
    this.families = new Set(families);
    this.stateKey = `table ${name}`;
  }

  /** As the current snapshot or transaction has it. */
  state(): TableState {
    const entry = this.own.getEntry(this.stateKey);
    const version = entry?.version ?? 0;
    return { future: Math.floor(version / 2), active: version % 2, marker: entry?.value ?? Buffer.alloc(0) };
  }

  /** The state of a table that is new is not. */
  isRecorded(): boolean {
    return this.own.getEntry(this.stateKey) !== undefined;
  }

  /** Inside a transaction. */
  setState(state: TableState): void {
    this.own.putSync(this.stateKey, state.marker, versionOf(state));
  }

  /** Does what `action` puts or removes, if the table's future and active generation are still these; else answers false. */
  ifState(state: TableState, action: () => void): Promise<boolean> {
    return this.own.ifVersion(this.stateKey, versionOf(state), action);
  }

  /** Whether some of its cells stand singly, as the current snapshot or transaction has it. */
  hasSingles(): boolean {
    for (const cells of this.generations)
      for (const { value } of cells.getRange({ start: EVERYTHING, limit: 1 })) if (value.keyEnd > value.keyStart) return true;
    return false;
  }

  active({ active }: TableState): CellDatabase {
    return this.generations[active];
  }

  /** The generation that is being packed; null in a table that is not packed. */
  other({ active }: TableState): CellDatabase | null {
    return this.generations[1 - active] ?? null;
  }
}

function versionOf({ future, active }: TableState): number {
  return future * 2 + active;
}
