import type { Text } from '../scene';
import type { Canvas } from './canvas';
import type { Font } from './font';
import { glyphMask, type GlyphMask } from './glyph-mask';

/** Masks that are kept: letters of all sizes of a few scripts. */
const MAX_KEPT = 4096;

/** Writes texts with the glyphs of a font, and says how wide they are. */
export class TextPainter {
  private readonly masks = new Map<number, GlyphMask>();

  constructor(private readonly font: Font) {}

  /** In pixels. */
  width(text: string, size: number): number {
    let units = 0;
    for (const character of text) units += this.font.advance(this.glyphId(character));
    return (units * size) / this.font.unitsPerEm;
  }

  paint(canvas: Canvas, { text, x, y, size, anchor, upwards, color }: Text): void {
    const ramp = canvas.palette.ramp(color);
    const scale = size / this.font.unitsPerEm;
    const before = anchor === 'start' ? 0 : this.width(text, size) / (anchor === 'middle' ? 2 : 1);
    let at = (upwards ? y + before : x - before) | 0;
    let rest = 0;
    for (const character of text) {
      const id = this.glyphId(character);
      const mask = this.mask(id, size, scale);
      if (upwards) paintUpwards(canvas, mask, Math.round(x), at, ramp);
      else paintLevel(canvas, mask, at, Math.round(y), ramp);
      // glyphs stand on whole pixels; what is left over goes to the next ones
      rest += this.font.advance(id) * scale;
      const pixels = Math.round(rest);
      rest -= pixels;
      at += upwards ? -pixels : pixels;
    }
  }

  private glyphId(character: string): number {
    return this.font.glyphId(character.codePointAt(0) ?? 0);
  }

  private mask(id: number, size: number, scale: number): GlyphMask {
    const key = size * 65_536 + id;
    let mask = this.masks.get(key);
    if (mask === undefined) {
      if (this.masks.size >= MAX_KEPT) this.masks.clear();
      this.masks.set(key, (mask = glyphMask(this.font.glyph(id), scale)));
    }
    return mask;
  }
}

function paintLevel(canvas: Canvas, mask: GlyphMask, x: number, y: number, ramp: number): void {
  eachPixel(mask, (across, down, coverage) => coverInside(canvas, x + across, y + down, coverage, ramp));
}

/** Turned by a quarter to the left. */
function paintUpwards(canvas: Canvas, mask: GlyphMask, x: number, y: number, ramp: number): void {
  eachPixel(mask, (across, down, coverage) => coverInside(canvas, x + down, y - across, coverage, ramp));
}

function eachPixel(
  { left, top, width, height, coverage }: GlyphMask,
  paint: (across: number, down: number, coverage: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const covered = coverage[row * width + column];
      if (covered > 0) paint(left + column, top + row, covered);
    }
  }
}

function coverInside(canvas: Canvas, x: number, y: number, coverage: number, ramp: number): void {
  if (x >= 0 && y >= 0 && x < canvas.width && y < canvas.height) canvas.cover(x, y, coverage, ramp);
}
