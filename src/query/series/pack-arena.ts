/**
 * Slabs that packed points are put into one after the other. As those of PointArrayPool they are larger than what malloc keeps for
 * itself, so that they go back to the system as a whole, and what is not used of one takes no memory.
 */
const SLAB_BYTES = 33 * 1024 * 1024;
/** Arrays of every kind may begin at multiples of this. */
const ALIGNMENT = 8;

/**
 * V8 takes a slab for as much garbage to come as it is large, and looks for garbage sooner: the first ones of a query are small, so that a
 * query that packs little pays little.
 */
const FIRST_SLAB_BYTES = 1024 * 1024;
const FIRST_SLABS_BYTES = 4 * 1024 * 1024;

/** More than half a million points: smaller queries are quicker without. */
const PACK_FROM = 10 * 1024 * 1024;
/** What a piece of packed points takes beside them. */
const PIECE_BYTES = 400;

const NO_SLAB = new ArrayBuffer(0);

/** Memory for the packed points of one query. It is given back when nothing refers to the query any more. */
export class PackArena {
  /** @param from bytes that a query holds before its points are packed */
  constructor(readonly from = PACK_FROM) {}

  /** Bytes that were handed out. */
  used = 0;
  private pieces = 0;
  private slab = NO_SLAB;
  private at = 0;

  /** What the packed points take, with all that belongs to them. */
  get bytesInUse(): number {
    return this.used + this.pieces * PIECE_BYTES;
  }

  /** Counts a piece in, whose arrays were taken from here. */
  addPiece(): void {
    this.pieces++;
  }

  /** @param from what to fill it with; without it the array is all zeros */
  bytes(length: number, from?: Uint8Array): Uint8Array {
    const array = new Uint8Array(this.slabFor(length), this.place(length), length);
    if (from !== undefined) array.set(from);
    return array;
  }

  shorts(length: number): Uint16Array {
    return new Uint16Array(this.slabFor(2 * length), this.place(2 * length), length);
  }

  words(length: number): Uint32Array {
    return new Uint32Array(this.slabFor(4 * length), this.place(4 * length), length);
  }

  singles(length: number, from: ArrayLike<number>): Float32Array {
    const array = new Float32Array(this.slabFor(4 * length), this.place(4 * length), length);
    array.set(from);
    return array;
  }

  doubles(length: number, from?: ArrayLike<number>): Float64Array {
    const array = new Float64Array(this.slabFor(8 * length), this.place(8 * length), length);
    if (from !== undefined) array.set(from);
    return array;
  }

  bigInts(length: number, from: ArrayLike<bigint>): BigInt64Array {
    const array = new BigInt64Array(this.slabFor(8 * length), this.place(8 * length), length);
    array.set(from);
    return array;
  }

  /** The slab with room for so many bytes. */
  private slabFor(bytes: number): ArrayBuffer {
    if (this.at + bytes > this.slab.byteLength) {
      this.slab = new ArrayBuffer(Math.max(this.used < FIRST_SLABS_BYTES ? FIRST_SLAB_BYTES : SLAB_BYTES, bytes));
      this.at = 0;
    }
    return this.slab;
  }

  /** Takes so many bytes of the slab. @returns where they begin */
  private place(bytes: number): number {
    const place = this.at;
    const taken = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    this.at += taken;
    this.used += taken;
    return place;
  }
}
