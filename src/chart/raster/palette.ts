/** Steps from the background to the full colour. */
export const LEVELS = 12;
/** Colours that there is room for beside the background: a byte a pixel. */
const MAX_COLORS = Math.floor(255 / LEVELS);

/**
 * Colours by the number of a pixel: 0 is the background, and each colour has a ramp of `LEVELS` numbers from nearly the background to the whole colour,
 * for edges that cover a part of a pixel.
 */
export class Palette {
  private readonly ramps = new Map<string, number>();

  /** @param background `#rrggbb`, or null for one that lets through what is behind it */
  constructor(private readonly background: string | null) {}

  /** The number before the ramp of a colour: plus 1 is its faintest, plus `LEVELS` the whole colour. Colours beyond the palette's room share a ramp. */
  ramp(color: string): number {
    let ramp = this.ramps.get(color);
    if (ramp === undefined) {
      ramp = Math.min(this.ramps.size, MAX_COLORS - 1) * LEVELS;
      this.ramps.set(color, ramp);
    }
    return ramp;
  }

  /** Red, green and blue of each number, and how much each covers what is behind the picture, 0 to 255; null where all cover it wholly. */
  entries(): { colors: Buffer; alphas: Buffer | null } {
    const count = 1 + Math.min(this.ramps.size, MAX_COLORS) * LEVELS;
    const colors = Buffer.alloc(3 * count);
    const alphas = this.background === null ? Buffer.alloc(count) : null;
    const behind = rgb(this.background ?? '#ffffff');
    behind.forEach((value, i) => (colors[i] = value));
    for (const [color, ramp] of this.ramps) {
      const full = rgb(color);
      for (let level = 1; level <= LEVELS; level++) {
        const number = ramp + level;
        const part = alphas === null ? level / LEVELS : 1;
        full.forEach((value, i) => (colors[3 * number + i] = Math.round(behind[i] + (value - behind[i]) * part)));
        if (alphas !== null) alphas[number] = Math.round((255 * level) / LEVELS);
      }
    }
    return { colors, alphas };
  }
}

const rgb = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
