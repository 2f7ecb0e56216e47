import { deflateSync } from 'node:zlib';
import { crc32 } from '../../util/crc32';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PALETTE_OF_BYTES = Buffer.from([8, 3, 0, 0, 0]);
/** Charts are plain areas and thin lines: higher levels take twice as long and save a tenth. */
const COMPRESSION = { level: 1, memLevel: 9 };

/**
 * A PNG file with a palette.
 * @param pixels rows of one byte a pixel, each after a byte 0 (no filter)
 * @param colors red, green, blue of each number
 * @param alphas opacity of each number, or null
 */
export function pngFile(width: number, height: number, pixels: Uint8Array, colors: Buffer, alphas: Buffer | null): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.concat([header, PALETTE_OF_BYTES])),
    chunk('PLTE', colors),
    ...(alphas === null ? [] : [chunk('tRNS', alphas)]),
    chunk('IDAT', deflateSync(pixels, COMPRESSION)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
