import { inflateSync } from 'node:zlib';

/** Red, green, blue and opacity of each pixel, 0 to 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Reads PNG files as the program writes them: a palette, a byte a pixel, no filters. */
export function readPng(file: Buffer): Picture {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const chunk = (name: string): Buffer => {
    const found = chunks.get(name);
    if (found === undefined) throw new Error(`No ${name} in the picture`);
    return found;
  };
  const header = chunk('IHDR');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [rows, colors, alphas] = [inflateSync(chunk('IDAT')), chunk('PLTE'), chunks.get('tRNS')];
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const number = rows[y * (width + 1) + 1 + x];
      rgba.set([colors[3 * number], colors[3 * number + 1], colors[3 * number + 2], alphas?.[number] ?? 255], (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}

/** The part of pixels, 0 to 1, of which a channel differs by more than so much. */
export function difference(one: Picture, other: Picture, channel: number): number {
  if (one.width !== other.width || one.height !== other.height) return 1;
  let different = 0;
  for (let at = 0; at < one.rgba.length; at += 4) {
    for (let i = 0; i < 4; i++) {
      if (Math.abs(one.rgba[at + i] - other.rgba[at + i]) <= channel) continue;
      different++;
      break;
    }
  }
  return different / (one.width * one.height);
}
