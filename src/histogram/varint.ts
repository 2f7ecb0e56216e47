/** Bytes that are read one after the other. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Bytes of a number that hold 7 bits each; a further one holds the 8 that are left. */
const SEVEN_BIT_BYTES = 8;

/** A 64-bit number, the low 7 bits first, the top bit of a byte set when another one follows. Mirrors Kryo's readVarLong. @throws RangeError */
export function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let i = 0; ; i++) {
    if (cursor.at >= cursor.bytes.length) throw new RangeError('Buffer underflow.');
    const byte = cursor.bytes[cursor.at++];
    const last = i === SEVEN_BIT_BYTES;
    value |= BigInt(last ? byte : byte & 0x7f) << BigInt(7 * i);
    if (last || byte < 0x80) return BigInt.asIntN(64, value);
  }
}

/** See readVarint. */
export function writeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn && bytes.length < SEVEN_BIT_BYTES; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
