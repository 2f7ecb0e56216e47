import type { Glyph, OutlinePoint } from './font';

/** How much of each pixel a glyph covers, 0 to 1. */
export interface GlyphMask {
  /** Of the mask's upper left pixel, from the glyph's origin; `y` downwards. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly coverage: Float32Array;
}

/** Straight pieces that stand for one curve. */
const PIECES = 4;

/** @param scale pixels of a font unit */
export function glyphMask(glyph: Glyph, scale: number): GlyphMask {
  const points = glyph.contours.flat();
  if (points.length === 0) return { left: 0, top: 0, width: 0, height: 0, coverage: new Float32Array(0) };
  const xs = points.map(({ x }) => x * scale);
  const ys = points.map(({ y }) => -y * scale);
  const left = Math.floor(Math.min(...xs));
  const top = Math.floor(Math.min(...ys));
  const width = Math.ceil(Math.max(...xs)) - left + 1;
  const height = Math.ceil(Math.max(...ys)) - top + 1;
  const area = new SignedArea(width, height);
  for (const contour of glyph.contours) outline(contour, scale, left, top, area);
  return { left, top, width, height, coverage: area.coverage() };
}

const between = (one: OutlinePoint, other: OutlinePoint): OutlinePoint => ({
  x: (one.x + other.x) / 2,
  y: (one.y + other.y) / 2,
  onCurve: true,
});

/** The points of a closed contour, beginning and ending with the same one on the curve. */
function closed(contour: readonly OutlinePoint[]): OutlinePoint[] {
  const begin = contour.findIndex(({ onCurve }) => onCurve);
  if (begin >= 0) return [...contour.slice(begin), ...contour.slice(0, begin + 1)];
  const first = between(contour[contour.length - 1], contour[0]);
  return [first, ...contour, first];
}

function outline(contour: readonly OutlinePoint[], scale: number, left: number, top: number, area: SignedArea): void {
  if (contour.length < 2) return;
  const points = closed(contour);
  const px = (point: OutlinePoint): number => point.x * scale - left;
  const py = (point: OutlinePoint): number => -point.y * scale - top;
  let from = points[0];
  for (let i = 1; i < points.length; i++) {
    const point = points[i];
    if (point.onCurve) {
      area.line(px(from), py(from), px(point), py(point));
      from = point;
      continue;
    }
    // between two control points there is one on the curve that is not written down
    const to = points[i + 1].onCurve ? points[i + 1] : between(point, points[i + 1]);
    let x = px(from);
    let y = py(from);
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      const u = 1 - t;
      const nextX = u * u * px(from) + 2 * u * t * px(point) + t * t * px(to);
      const nextY = u * u * py(from) + 2 * u * t * py(point) + t * t * py(to);
      area.line(x, y, nextX, nextY);
      [x, y] = [nextX, nextY];
    }
    from = to;
  }
}

/** Gathers, for each pixel, how the area right of the outlines changes; summed up along a row that is the coverage. */
class SignedArea {
  private readonly changes: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.changes = new Float32Array(width * height + 2);
  }

  line(x0: number, y0: number, x1: number, y1: number): void {
    if (y0 === y1) return;
    const sign = y0 < y1 ? 1 : -1;
    if (sign < 0) [x0, y0, x1, y1] = [x1, y1, x0, y0];
    const slope = (x1 - x0) / (y1 - y0);
    for (let row = Math.max(0, Math.floor(y0)); row < Math.min(this.height, Math.ceil(y1)); row++) {
      const from = Math.max(y0, row);
      const to = Math.min(y1, row + 1);
      const height = (to - from) * sign;
      const a = x0 + (from - y0) * slope;
      const b = x0 + (to - y0) * slope;
      this.rowPart(row, Math.min(a, b), Math.max(a, b), height);
    }
  }

  /** A piece of an outline within one row, from one `x` to another. */
  private rowPart(row: number, from: number, to: number, height: number): void {
    const last = Math.floor(to);
    const perPixel = from === to ? 0 : height / (to - from);
    for (let x = Math.floor(from); x <= last; x++) {
      const begin = Math.max(from, x);
      const end = Math.min(to, x + 1);
      const part = from === to ? height : perPixel * (end - begin);
      const covered = part * (1 - ((begin + end) / 2 - x));
      this.changes[row * this.width + x] += covered;
      this.changes[row * this.width + x + 1] += part - covered;
    }
  }

  coverage(): Float32Array {
    const out = new Float32Array(this.width * this.height);
    for (let row = 0; row < this.height; row++) {
      let sum = 0;
      for (let x = row * this.width; x < (row + 1) * this.width; x++) {
        sum += this.changes[x];
        out[x] = Math.min(1, Math.abs(sum));
      }
    }
    return out;
  }
}
