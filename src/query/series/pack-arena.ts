/**
 * Slabs that packed points are put into one after the other. As those of PointArrayPool they are larger than what malloc keeps for
 * itself, so that they go back to the system as a whole, and what is not used of one takes no memory.
 */
const SLAB_BYTES = 33 * 1024 * 1024;
/** Addresses that a slab has. */
const SLAB_SPACE = 2 ** 26;
/** Whatever is put into a slab begins at a multiple of this, where an array of any kind may. */
const ALIGNMENT = 8;

/**
 * V8 takes a slab for as much garbage to come as it is large, and looks for garbage sooner: the first ones of a query are small, so that a
 * query that packs little pays little.
 */
const FIRST_SLAB_BYTES = 1024 * 1024;
const FIRST_SLABS_BYTES = 4 * 1024 * 1024;

/** More than half a million points: smaller queries are quicker without. */
const PACK_FROM = 10 * 1024 * 1024;

/** Memory, as numbers of every kind: `words[i]` are the bytes from `4 * i` on. */
export class Slab {
  readonly bytes: Uint8Array;
  readonly shorts: Uint16Array;
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  readonly bigInts: BigInt64Array;

  constructor(length: number) {
    const buffer = new ArrayBuffer(length);
    this.bytes = new Uint8Array(buffer);
    this.shorts = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.singles = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.bigInts = new BigInt64Array(buffer);
  }
}

/** Memory for the packed points of one query. It is given back when nothing refers to the query any more. */
export class PackArena {
  /** Bytes that were handed out: what the packed points take, with all that belongs to them. */
  bytesInUse = 0;
  private readonly slabs: Slab[] = [];
  /** What of the last slab is in use. */
  private at = 0;

  /** @param from bytes that a query holds before its points are packed */
  constructor(readonly from = PACK_FROM) {}

  /** @param bytes at most some 30 MB @returns the address of so many bytes, in one slab, all of them zero */
  take(bytes: number): number {
    const { place } = this.room(bytes);
    return (this.slabs.length - 1) * SLAB_SPACE + place;
  }

  /** @returns a copy of the numbers, of any length */
  copyOfDoubles(numbers: Float64Array): Float64Array {
    const { slab, place } = this.room(8 * numbers.length);
    const copy = slab.doubles.subarray(place / 8, place / 8 + numbers.length);
    copy.set(numbers);
    return copy;
  }

  copyOfBigInts(numbers: BigInt64Array): BigInt64Array {
    const { slab, place } = this.room(8 * numbers.length);
    const copy = slab.bigInts.subarray(place / 8, place / 8 + numbers.length);
    copy.set(numbers);
    return copy;
  }

  copyOfBytes(bytes: Uint8Array): Uint8Array {
    const { slab, place } = this.room(bytes.length);
    const copy = slab.bytes.subarray(place, place + bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** Room in the last slab. */
  private room(bytes: number): { slab: Slab; place: number } {
    const taken = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    let slab = this.slabs.length === 0 ? null : this.slabs[this.slabs.length - 1];
    if (slab === null || this.at + taken > slab.bytes.length) {
      slab = new Slab(Math.max(this.bytesInUse < FIRST_SLABS_BYTES ? FIRST_SLAB_BYTES : SLAB_BYTES, taken));
      this.slabs.push(slab);
      this.at = 0;
    }
    const place = this.at;
    this.at += taken;
    this.bytesInUse += taken;
    return { slab, place };
  }

  /** The slab that has what is at an address. */
  slabOf(address: number): Slab {
    return this.slabs[Math.floor(address / SLAB_SPACE)];
  }
}

/** Where in its slab an address is, in bytes. */
export function placeInSlab(address: number): number {
  return address % SLAB_SPACE;
}
