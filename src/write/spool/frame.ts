import { crc32 } from '../../util/crc32';

/**
 * Records as they stand in a spool file, one after the other:
 *
 *   u32 length | u32 CRC-32 of the payload | payload    (big-endian)
 */
const FRAME_HEADER = 8;
/** Longer ones are not written; a length beyond it is damage. */
const MAX_PAYLOAD = 64 << 20;

/** A payload with its header. @throws RangeError for one that is too long */
export function frame(payload: Buffer): Buffer {
  if (payload.length > MAX_PAYLOAD) throw new RangeError(`a record of ${payload.length} bytes does not fit into the spool`);
  const framed = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  framed.writeUInt32BE(payload.length, 0);
  framed.writeUInt32BE(crc32(payload), 4);
  payload.copy(framed, FRAME_HEADER);
  return framed;
}

/** Reads payloads from the bytes of a file. A record whose checksum is wrong is passed over; a torn one ends the file. */
export class FrameReader {
  /** Records passed over. */
  damaged = 0;

  /** @param at offset of the first record */
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  /** The next whole payload, a view of the bytes; null: there is none. */
  next(): Buffer | null {
    while (this.at + FRAME_HEADER <= this.bytes.length) {
      const from = this.at + FRAME_HEADER;
      const to = from + this.bytes.readUInt32BE(this.at);
      if (to > this.bytes.length || to - from > MAX_PAYLOAD) return null;
      const payload = this.bytes.subarray(from, to);
      const sound = crc32(payload) === this.bytes.readUInt32BE(this.at + 4);
      this.at = to;
      if (sound) return payload;
      this.damaged++;
    }
    return null;
  }

  /** Bytes behind the last whole record. */
  get unread(): number {
    return this.bytes.length - this.at;
  }
}
