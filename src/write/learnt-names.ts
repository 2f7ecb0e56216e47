import type { LearntNames } from '../uid/types';
import { hashName, type NamesTable } from './names-table';

const LAST_ASCII = 0x7f;
/** Names that are written in one way only: a byte a character. */
const ASCII = /^[\0-\x7f]*$/;

/** Names that the fast path has learnt, as the UID caches ask for them. Those that are not ASCII are the caches' own business. */
export class TableNames implements LearntNames {
  /** A name as the fast path meets it. */
  private scratch = Buffer.alloc(256);

  constructor(private readonly table: NamesTable) {}

  get size(): number {
    return this.table.size;
  }

  takes(name: string): boolean {
    return ASCII.test(name);
  }

  id(name: string): Buffer | undefined {
    const { length } = name;
    if (length > this.scratch.length) this.scratch = Buffer.alloc(2 * length);
    for (let i = 0; i < length; i++) {
      const c = name.charCodeAt(i);
      if (c > LAST_ASCII) return undefined;
      this.scratch[i] = c;
    }
    const { table } = this;
    const at = table.find(this.scratch, 0, length, hashName(this.scratch, 0, length));
    return at < 0 ? undefined : Buffer.from(table.arena.subarray(at, at + table.width));
  }

  name(id: Buffer): string | undefined {
    const bytes = this.table.nameOf(id);
    if (bytes === null || bytes.some((byte) => byte > LAST_ASCII)) return undefined;
    return bytes.toString('latin1');
  }
}
