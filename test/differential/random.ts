/** FNV-1a of a text, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Random choices that a seed decides: the same seed, the same choices, on every machine. The generator is mulberry32. */
export class Random {
  private state: number;

  /** @param seed what the choices depend on: one more number or word makes an independent stream */
  constructor(...seed: (number | string)[]) {
    this.state = hash(seed.join('/'));
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)];
  }

  /** What one of the functions makes, each as likely as its weight is large. */
  oneOf<T>(...choices: readonly (readonly [weight: number, make: () => T])[]): T {
    let at = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of choices) if ((at -= weight) < 0) return make();
    return choices[choices.length - 1][1]();
  }

  /** Some of a list, at least so many, in random order, none twice. */
  some<T>(from: readonly T[], least = 1, most = from.length): T[] {
    const all = [...from];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all.slice(0, this.int(least, Math.min(most, all.length)));
  }
}
