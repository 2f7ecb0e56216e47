/**
 * The part of protobuf that HBase's hot messages need, by hand: varints and length-delimited fields, written into one
 * growing buffer and read with a cursor, no object per field. Rare messages go through rpc-definitions.ts.
 */

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/** Bytes that `n` takes as a varint; `n` is a non-negative safe integer. */
export function varintLength(n: number): number {
  let length = 1;
  while (n > 127) {
    n = Math.floor(n / 128);
    length++;
  }
  return length;
}

/** Writes `n` at `at` and returns the offset behind it. The caller has made room. */
export function putVarint(bytes: Buffer, at: number, n: number): number {
  while (n > 127) {
    bytes[at++] = (n % 128) | 128;
    n = Math.floor(n / 128);
  }
  bytes[at++] = n;
  return at;
}

export class ProtoWriter {
  private bytes_: Buffer;
  private at = 0;

  constructor(capacity = 256) {
    this.bytes_ = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.at;
  }

  private reserve(need: number): void {
    if (this.at + need <= this.bytes_.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes_.length * 2, this.at + need));
    this.bytes_.copy(grown, 0, 0, this.at);
    this.bytes_ = grown;
  }

  private varint(n: number): void {
    this.reserve(10);
    this.at = putVarint(this.bytes_, this.at, n);
  }

  /** uint32, uint64 within the safe integers, enums. */
  uint(field: number, n: number): this {
    this.varint(field * 8 + VARINT);
    this.varint(n);
    return this;
  }

  uint64(field: number, n: bigint): this {
    this.varint(field * 8 + VARINT);
    this.reserve(10);
    let rest = BigInt.asUintN(64, n);
    while (rest > 127n) {
      this.bytes_[this.at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes_[this.at++] = Number(rest);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(field * 8 + DELIMITED);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes_.set(value, this.at);
    this.at += value.length;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /**
   * Opens a nested message; `end` closes it with the mark this returned. One byte is kept for its length, and a
   * message that grows past 127 bytes is moved up once when it closes.
   */
  begin(field: number): number {
    this.varint(field * 8 + DELIMITED);
    this.reserve(1);
    return this.at++;
  }

  end(mark: number): this {
    const from = mark + 1;
    const length = this.at - from;
    const extra = varintLength(length) - 1;
    if (extra > 0) {
      this.reserve(extra);
      this.bytes_.copyWithin(from + extra, from, this.at);
      this.at += extra;
    }
    putVarint(this.bytes_, mark, length);
    return this;
  }

  /** What was written; the writer is not to be used afterwards. */
  finish(): Buffer {
    return this.bytes_.subarray(0, this.at);
  }
}

/** A cursor over one message. Reading past its end throws, so that a truncated message is never used in part. */
export class ProtoReader {
  private at: number;

  constructor(
    private readonly source: Buffer,
    from = 0,
    private readonly to = source.length,
  ) {
    this.at = from;
    if (to > source.length) throw new RangeError('protobuf: message is truncated');
  }

  get offset(): number {
    return this.at;
  }

  get done(): boolean {
    return this.at >= this.to;
  }

  /** A varint as a number; values beyond 2^53 lose precision (use uint64 for those). */
  uint(): number {
    const { source, to } = this;
    let scale = 1;
    let n = 0;
    for (;;) {
      if (this.at >= to) throw new RangeError('protobuf: message is truncated');
      const byte = source[this.at++];
      n += (byte & 127) * scale;
      if (byte < 128) return n;
      scale *= 128;
    }
  }

  uint64(): bigint {
    let shift = 0n;
    let n = 0n;
    for (;;) {
      if (this.at >= this.to) throw new RangeError('protobuf: message is truncated');
      const byte = this.source[this.at++];
      n |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, n);
      shift += 7n;
    }
  }

  bool(): boolean {
    return this.uint() !== 0;
  }

  private span(): number {
    const length = this.uint();
    if (this.at + length > this.to) throw new RangeError('protobuf: message is truncated');
    return length;
  }

  /** A view into the message, not a copy. */
  bytes(): Buffer {
    const length = this.span();
    const from = this.at;
    this.at += length;
    return this.source.subarray(from, this.at);
  }

  /** The length of the message that begins here, whose fields come next: for one that is read in place, up to that length from `offset` on. */
  messageLength(): number {
    return this.span();
  }

  string(): string {
    return this.bytes().toString('utf8');
  }

  message(): ProtoReader {
    const length = this.span();
    const from = this.at;
    this.at += length;
    return new ProtoReader(this.source, from, this.at);
  }

  /** The next field's number and wire type, packed as on the wire; 0 at the end. */
  tag(): number {
    return this.done ? 0 : this.uint();
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.uint();
    else if (wireType === DELIMITED) {
      const length = this.span();
      this.at += length;
    } else if (wireType === FIXED64) this.at += 8;
    else if (wireType === FIXED32) this.at += 4;
    else throw new RangeError(`protobuf: wire type ${wireType}`);
    if (this.at > this.to) throw new RangeError('protobuf: message is truncated');
  }

  /** Calls back once a field; `read` returns false for a field that it leaves, which is then skipped. */
  each(read: (field: number, wireType: number) => boolean): void {
    while (!this.done) {
      const tag = this.uint();
      if (!read(Math.floor(tag / 8), tag & 7)) this.skip(tag & 7);
    }
  }

  /** A repeated varint field, packed or not, appended to `values`. */
  repeatedUint(wireType: number, values: number[]): void {
    if (wireType !== DELIMITED) {
      values.push(this.uint());
      return;
    }
    const packed = this.message();
    while (!packed.done) values.push(packed.uint());
  }
}
