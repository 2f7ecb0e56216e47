/** A record never crosses the end of its block; the longest one fits. */
const BLOCK_BITS = 17;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const IN_BLOCK = BLOCK_BYTES - 1;
const LENGTH_BYTES = 2;
/** Set in a length: two bytes a character, for names that have some beyond Latin-1. */
const WIDE = 0x8000;
const PRIME = 0x01000193;

/** Characters of the longest name that has room. */
export const MOST_CHARACTERS = WIDE - 1;

/** The last step of a hash: high bits come to count in the low ones, and the other way round. */
function mixed(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return folded ^ (folded >>> 15);
}

/**
 * Pairs of a UID and a name as bytes, one behind the other: `u16 characters | UID | name`. A record is known by its place, counted from 1,
 * stays there and does not change.
 */
export class NameRecords {
  private blocks: Buffer[] = [];
  private end = 0;

  /**
   * @param width bytes of a UID
   * @param seed start of every hash, so that nobody can prepare names that collide
   */
  constructor(
    private readonly width: number,
    private readonly seed: number,
  ) {}

  /** Bytes of all records. */
  get bytes(): number {
    return this.end;
  }

  /** @param name of MOST_CHARACTERS at most */
  add(name: string, id: Uint8Array): number {
    const wide = isWide(name);
    const size = LENGTH_BYTES + this.width + (wide ? 2 * name.length : name.length);
    if ((this.end & IN_BLOCK) + size > BLOCK_BYTES || this.end === this.blocks.length * BLOCK_BYTES) {
      this.end = this.blocks.length * BLOCK_BYTES;
      this.blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
    }
    const block = this.blocks[this.end >>> BLOCK_BITS];
    let at = this.end & IN_BLOCK;
    at = block.writeUInt16BE(wide ? name.length | WIDE : name.length, at);
    for (let i = 0; i < this.width; i++) block[at++] = id[i];
    block.write(name, at, wide ? 'utf16le' : 'latin1');
    this.end += size;
    return this.end - size + 1;
  }

  /** Bytes of one record. */
  size(record: number): number {
    const length = this.blockOf(record).readUInt16BE((record - 1) & IN_BLOCK);
    return LENGTH_BYTES + this.width + (length & WIDE ? 2 * (length - WIDE) : length);
  }

  name(record: number): string {
    const block = this.blockOf(record);
    const at = (record - 1) & IN_BLOCK;
    const from = at + LENGTH_BYTES + this.width;
    const length = block.readUInt16BE(at);
    return length & WIDE ? block.toString('utf16le', from, from + 2 * (length - WIDE)) : block.toString('latin1', from, from + length);
  }

  /** A copy of the UID. */
  id(record: number): Buffer {
    const block = this.blockOf(record);
    const from = ((record - 1) & IN_BLOCK) + LENGTH_BYTES;
    const id = Buffer.allocUnsafe(this.width);
    for (let i = 0; i < this.width; i++) id[i] = block[from + i];
    return id;
  }

  hasName(record: number, name: string): boolean {
    const block = this.blockOf(record);
    const at = (record - 1) & IN_BLOCK;
    const length = block.readUInt16BE(at);
    if ((length & MOST_CHARACTERS) !== name.length) return false;
    const from = at + LENGTH_BYTES + this.width;
    if (length & WIDE) return block.toString('utf16le', from, from + 2 * name.length) === name;
    for (let i = 0; i < name.length; i++) if (block[from + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  hasId(record: number, id: Uint8Array): boolean {
    const block = this.blockOf(record);
    const from = ((record - 1) & IN_BLOCK) + LENGTH_BYTES;
    for (let i = 0; i < this.width; i++) if (block[from + i] !== id[i]) return false;
    return true;
  }

  hashOfName(name: string): number {
    let hash = this.seed;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), PRIME);
    return mixed(hash);
  }

  hashOfId(id: Uint8Array, from = 0): number {
    let hash = this.seed;
    for (let i = from; i < from + this.width; i++) hash = Math.imul(hash ^ id[i], PRIME);
    return mixed(hash);
  }

  /** The hash of a record's name. */
  nameHash(record: number): number {
    const block = this.blockOf(record);
    const at = (record - 1) & IN_BLOCK;
    const length = block.readUInt16BE(at);
    if (length & WIDE) return this.hashOfName(this.name(record));
    const from = at + LENGTH_BYTES + this.width;
    let hash = this.seed;
    for (let i = from; i < from + length; i++) hash = Math.imul(hash ^ block[i], PRIME);
    return mixed(hash);
  }

  /** The hash of a record's UID. */
  idHash(record: number): number {
    return this.hashOfId(this.blockOf(record), ((record - 1) & IN_BLOCK) + LENGTH_BYTES);
  }

  clear(): void {
    this.blocks = [];
    this.end = 0;
  }

  private blockOf(record: number): Buffer {
    return this.blocks[(record - 1) >>> BLOCK_BITS];
  }
}

function isWide(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 0xff) return true;
  return false;
}
