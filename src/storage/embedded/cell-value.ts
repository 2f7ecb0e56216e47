/**
 * What stands under a cell's key: timestamp (6 bytes, milliseconds), the whole key with its length (4 bytes) where the stored key is
 * a hash, and the cell's value. Big-endian.
 */
import type { CellKey } from './key-codec';

export const CELL_TIME_BYTES = 6;
export const KEY_LENGTH_BYTES = 4;
export const MAX_TIMESTAMP = 2 ** 48 - 1;
const LOW = 0x100000000;

export function readTimestamp(source: Uint8Array, at = 0): number {
  return (
    ((source[at] << 8) | source[at + 1]) * LOW +
    (((source[at + 2] << 24) | (source[at + 3] << 16) | (source[at + 4] << 8) | source[at + 5]) >>> 0)
  );
}

export function writeTimestamp(timestamp: number, target: Buffer, at: number): number {
  const high = Math.floor(timestamp / LOW);
  const low = timestamp >>> 0;
  target[at] = high >>> 8;
  target[at + 1] = high;
  target[at + 2] = low >>> 24;
  target[at + 3] = low >>> 16;
  target[at + 4] = low >>> 8;
  target[at + 5] = low;
  return at + CELL_TIME_BYTES;
}

/** Where the value starts in what is stored under a key. */
export function valueOffset(stored: Buffer, long: boolean): number {
  return long ? CELL_TIME_BYTES + KEY_LENGTH_BYTES + stored.readUInt32BE(CELL_TIME_BYTES) : CELL_TIME_BYTES;
}

/** A buffer of which LMDB reads the bytes from `start` to `end`. */
export interface ValueWindow extends Buffer {
  start: number;
  end: number;
}

/**
 * The values of one batch, written one after the other into memory that LMDB's write thread reads later: an entry costs no object.
 * The memory lives until the batch is committed (LMDB's instructions refer to it).
 */
export class ValueArena {
  private window: ValueWindow;
  private at = 0;

  /** @param capacity bytes the batch will need, as well as can be said */
  constructor(capacity: number) {
    this.window = newWindow(capacity);
  }

  /** Copies a cell in and returns the window on it; good until the next call. */
  add(key: CellKey, timestamp: number, source: Uint8Array, from: number, length: number): ValueWindow {
    const need = CELL_TIME_BYTES + length + (key.isLong ? KEY_LENGTH_BYTES + key.length : 0);
    if (this.at + need > this.window.byteLength) {
      this.window = newWindow(Math.max(need, this.window.byteLength));
      this.at = 0;
    }
    const w = this.window;
    w.start = this.at;
    let at = writeTimestamp(timestamp, w, this.at);
    if (key.isLong) {
      at = w.writeUInt32BE(key.length, at);
      at += key.bytes.copy(w, at, 0, key.length);
    }
    if (length > 64) w.set(source.subarray(from, from + length), at);
    else for (let i = 0; i < length; i++) w[at + i] = source[from + i];
    w.end = this.at = at + length;
    return w;
  }
}

/** Memory for values, of its own. */
export function newWindow(capacity: number): ValueWindow {
  // Slow: memory of its own, because LMDB takes the address of the whole underlying buffer.
  return Object.assign(Buffer.allocUnsafeSlow(Math.max(64, capacity)), { start: 0, end: 0 });
}
