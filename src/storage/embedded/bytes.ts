export function compareBytes(a: Uint8Array, aAt: number, aLength: number, b: Uint8Array, bAt: number, bLength: number): number {
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = a[aAt + i] - b[bAt + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Copies bytes; for a few of them a loop is quicker than a view of them. */
export function copyBytes(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): void {
  if (length > 64) target.set(new Uint8Array(source.buffer, source.byteOffset + from, length), at);
  else for (let i = 0; i < length; i++) target[at + i] = source[from + i];
}

export function startsWith(key: Uint8Array, from: number, end: number, start: Uint8Array, length: number): boolean {
  if (end - from < length) return false;
  // From the end: neighbours differ there.
  for (let i = length - 1; i >= 0; i--) if (key[from + i] !== start[i]) return false;
  return true;
}

/** The first key that a row can have behind this one. */
export function behind(row: Buffer): Buffer {
  return Buffer.concat([row, Buffer.of(0)]);
}

/** A hash whose low bits depend on all bytes. */
export function hashOf(key: Uint8Array, at: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ key[at + i], 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
