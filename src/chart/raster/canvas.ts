import type { Frame } from '../scene';
import { LEVELS, Palette } from './palette';
import { pngFile } from './png';

/** A cover of more than this many steps of a pixel hides what was there in another colour. */
const HIDES = LEVELS / 2;

/**
 * A picture of one byte a pixel: the number of a colour in a palette. Edges are smooth: a pixel that is covered in part has a number between the background's
 * and the colour's. Where two colours meet in one pixel, the later one wins if it covers half of it.
 */
export class Canvas {
  readonly palette: Palette;
  private readonly pixels: Uint8Array;
  private readonly stride: number;

  /** The last number of a faint colour. */
  private readonly lastFaint: number;

  /** @param background `#rrggbb` or null @param faint colours that are drawn over as the background is */
  constructor(
    readonly width: number,
    readonly height: number,
    background: string | null,
    faint: readonly string[],
  ) {
    this.palette = new Palette(background);
    this.lastFaint = Math.max(0, ...faint.map((color) => this.palette.ramp(color) + LEVELS));
    // PNG has a byte before each row that says how it is filtered
    this.stride = width + 1;
    this.pixels = new Uint8Array(this.stride * height);
  }

  /** Covers whole pixels. */
  fillBox(left: number, top: number, right: number, bottom: number, ramp: number): void {
    const from = Math.max(0, left);
    const to = Math.min(this.width, right);
    if (to <= from) return;
    for (let y = Math.max(0, top); y < Math.min(this.height, bottom); y++) {
      this.pixels.fill(ramp + LEVELS, y * this.stride + 1 + from, y * this.stride + 1 + to);
    }
  }

  /** Makes whole pixels the background again. */
  clearBox(left: number, top: number, right: number, bottom: number): void {
    this.fillBox(left, top, right, bottom, -LEVELS);
  }

  /** Covers a part of a pixel, 0 to 1, which must be inside the picture. */
  cover(x: number, y: number, coverage: number, ramp: number): void {
    const level = (coverage * LEVELS + 0.5) | 0;
    if (level <= 0) return;
    const at = y * this.stride + 1 + x;
    const number = ramp + (level > LEVELS ? LEVELS : level);
    const there = this.pixels[at];
    const sameColor = there > ramp && there <= ramp + LEVELS;
    if (there <= this.lastFaint || (sameColor ? number > there : level >= HIDES)) this.pixels[at] = number;
  }

  /** A straight line with round-looking ends, inside `clip` only. */
  line(x0: number, y0: number, x1: number, y1: number, width: number, ramp: number, clip: Frame): void {
    const dx = x1 - x0;
    const dy = y1 - y0;
    const steep = Math.abs(dy) > Math.abs(dx);
    // along the longer of the two directions, pixel by pixel; across it the line is some pixels wide
    const [a0, b0, a1, b1] = steep ? [y0, x0, y1, x1] : [x0, y0, x1, y1];
    const forward = a1 >= a0;
    const start = (forward ? a0 : a1) - width / 2;
    const end = (forward ? a1 : a0) + width / 2;
    const slope = a1 === a0 ? 0 : (b1 - b0) / (a1 - a0);
    const half = (width / 2) * Math.sqrt(1 + slope * slope);
    const firstAlong = Math.max(Math.floor(start), steep ? clip.top : clip.left);
    const lastAlong = Math.min(Math.ceil(end) - 1, (steep ? clip.bottom : clip.right) - 1);
    const lowAcross = steep ? clip.left : clip.top;
    const highAcross = (steep ? clip.right : clip.bottom) - 1;
    for (let along = firstAlong; along <= lastAlong; along++) {
      const from = along > start ? along : start;
      const to = along + 1 < end ? along + 1 : end;
      const part = to - from;
      const middle = b0 + ((from + to) / 2 - a0) * slope;
      const low = middle - half;
      const high = middle + half;
      const first = Math.max(Math.floor(low), lowAcross);
      const last = Math.min(Math.floor(high), highAcross);
      for (let across = first; across <= last; across++) {
        const covered = (across + 1 < high ? across + 1 : high) - (across > low ? across : low);
        if (steep) this.cover(across, along, covered * part, ramp);
        else this.cover(along, across, covered * part, ramp);
      }
    }
  }

  png(): Buffer {
    const { colors, alphas } = this.palette.entries();
    return pngFile(this.width, this.height, this.pixels, colors, alphas);
  }
}
