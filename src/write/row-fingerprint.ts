import { HASH_SEED } from './names-table';

/** Held here: an import is looked up at every use. */
const SEED = HASH_SEED;
const FACTOR_LOW = 0x5bd1e995;
const FACTOR_HIGH = 0x9e3779b1;
/** Bits of `low` that do not depend on a key's last byte. */
const NEIGHBOURS = 0xff;

/**
 * 64 bits that depend on all of a row's key, as two numbers: computed once for each point, they find its row in the lane and, when it is written,
 * in the compaction queue. Rows whose keys differ in the last byte only, which are neighbours in storage, have the lowest eight bits of `low` in common. Different in
 * each process, so that nobody can prepare keys that collide.
 */
export class RowFingerprint {
  low = 0;
  high = 0;

  /** That of the key in the first `length` bytes of `key`, which has one at least. */
  of(key: Uint8Array, length = key.length): this {
    const last = length - 1;
    let low = SEED ^ last;
    let high = ~low;
    let i = 0;
    for (; i + 4 <= last; i += 4) {
      const word = key[i] | (key[i + 1] << 8) | (key[i + 2] << 16) | (key[i + 3] << 24);
      low = mix(Math.imul(low ^ word, FACTOR_LOW));
      high = mix(Math.imul(high ^ word, FACTOR_HIGH));
    }
    let rest = 0;
    for (; i < last; i++) rest = (rest << 8) | key[i];
    low = mix(Math.imul(low ^ rest, FACTOR_LOW));
    high = mix(Math.imul(high ^ rest, FACTOR_HIGH));
    this.low = (low & NEIGHBOURS) | (mix(Math.imul(low ^ key[last], FACTOR_HIGH)) & ~NEIGHBOURS);
    this.high = mix(Math.imul(high ^ key[last], FACTOR_LOW));
    return this;
  }
}

/** Takes the upper bits of a product down to the lower ones. */
function mix(product: number): number {
  return product ^ (product >>> 15);
}
