import { IllegalArgumentError } from './errors';
import { DATA_FAMILY } from './layout';

/** Bytes the way Java's Arrays.toString shows them, signed: `[0, 0, 1, 80, -30, 39, 0]`. */
export function javaBytes(bytes: Uint8Array): string {
  return `[${Array.from(bytes, (b) => (b << 24) >> 24).join(', ')}]`;
}

/** A UID or TSUID in the original's notation: upper-case hexadecimal. */
export function uidToHex(uid: Buffer): string {
  return uid.toString('hex').toUpperCase();
}

/** Bytes the way asynchbase shows them: a quoted string when at least half of them can be printed, else as javaBytes. Mirrors Bytes.pretty. */
export function prettyBytes(bytes: Uint8Array): string {
  let printable = 0;
  let text = '"';
  for (const b of bytes) {
    if (b >= 0x20 && b <= 0x7e) {
      printable++;
      text += String.fromCharCode(b);
    } else if (b === 0x0a) text += '\\n';
    else if (b === 0x09) text += '\\t';
    else text += `\\x${b.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return printable < Math.floor(bytes.length / 2) ? javaBytes(bytes) : `${text}"`;
}

/** A cell of a data row as error messages show it. Mirrors asynchbase's KeyValue.toString. */
export function describeCell(key: Uint8Array, qualifier: Uint8Array, value: Uint8Array, timestamp: number): string {
  const [k, f, q, v] = [key, DATA_FAMILY, qualifier, value].map(prettyBytes);
  return `KeyValue(key=${k}, family=${f}, qualifier=${q}, value=${v}, timestamp=${timestamp})`;
}

/**
 * A UID or TSUID from hexadecimal in either case, padded on the left with `0` to whole bytes, or to `width` bytes. Mirrors UniqueId.stringToUid.
 * @param width in bytes; shorter text is padded up to it, longer text is kept
 * @throws IllegalArgumentError when empty or not hexadecimal
 */
export function hexToUid(hex: string, width = 0): Buffer {
  if (hex === '') throw new IllegalArgumentError('UID was empty');
  const padded = hex.padStart(Math.max(width * 2, hex.length + (hex.length % 2)), '0');
  if (!/^[0-9a-fA-F]+$/.test(padded)) throw new IllegalArgumentError(`contains illegal character for hexBinary: ${padded}`);
  return Buffer.from(padded, 'hex');
}

/** An unsigned big-endian number of `width` bytes (1 to 8). @throws RangeError when it does not fit */
export function numberToUid(id: number | bigint, width: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(id));
  if (BigInt(id) >> BigInt(8 * width) !== 0n) throw new RangeError(`${id} does not fit into ${width} bytes`);
  return out.subarray(8 - width);
}

/** The unsigned big-endian number in a UID of 1 to 8 bytes. Mirrors UniqueId.uidToLong. */
export function uidToNumber(uid: Buffer): bigint {
  let id = 0n;
  for (const b of uid) id = (id << 8n) | BigInt(b);
  return id;
}

/** The rows whose keys begin with some bytes; `stop` empty: to the end of the table. */
export function keysWithPrefix(prefix: Buffer): { start: Buffer; stop: Buffer } {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  const stop = Buffer.from(prefix.subarray(0, end));
  if (end > 0) stop[end - 1]++;
  return { start: prefix, stop };
}
