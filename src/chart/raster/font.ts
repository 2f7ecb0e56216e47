/** Outlines of one glyph in font units, `y` upwards: closed contours of quadratic curves as [x, y, onCurve] points. */
export interface Glyph {
  readonly advance: number;
  readonly contours: readonly (readonly OutlinePoint[])[];
}

export interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}

/** Glyphs made of glyphs made of glyphs: no font goes deeper. */
const MAX_DEPTH = 4;

/** Flags of the points of an outline. */
const ON_CURVE = 1;
const SHORT_X = 2;
const SHORT_Y = 4;
const REPEAT = 8;
const SAME_X = 16;
const SAME_Y = 32;

/** Flags of the parts of a glyph that is made of others: how the numbers behind them are to be read. */
const WORDS = 1;
const ARE_OFFSETS = 2;
const ONE_SCALE = 8;
const MORE = 32;
const TWO_SCALES = 64;
const MATRIX = 128;

/** A TrueType font: which glyph stands for a character, how wide it is and what it looks like. Nothing of hints, kerning and ligatures. */
export class Font {
  readonly unitsPerEm: number;
  private readonly longOffsets: boolean;
  private readonly widths: number;
  private readonly glyphIds = new Map<number, number>();
  private readonly tables = new Map<string, number>();

  /** @param file what a .ttf file holds @throws Error when it is none */
  constructor(private readonly file: Buffer) {
    const count = file.readUInt16BE(4);
    for (let at = 12; at < 12 + count * 16; at += 16) this.tables.set(file.toString('latin1', at, at + 4), file.readUInt32BE(at + 8));
    const head = this.table('head');
    this.unitsPerEm = file.readUInt16BE(head + 18);
    this.longOffsets = file.readInt16BE(head + 50) !== 0;
    this.widths = file.readUInt16BE(this.table('hhea') + 34);
    this.readCharacters();
  }

  /** The glyph of a character; number 0, a box, for one that the font does not have. */
  glyphId(codePoint: number): number {
    return this.glyphIds.get(codePoint) ?? 0;
  }

  /** In font units. */
  advance(glyphId: number): number {
    return this.file.readUInt16BE(this.table('hmtx') + 4 * Math.min(glyphId, this.widths - 1));
  }

  glyph(glyphId: number): Glyph {
    return { advance: this.advance(glyphId), contours: this.contours(glyphId, 0) };
  }

  private table(name: string): number {
    const at = this.tables.get(name);
    if (at === undefined) throw new Error(`Not a TrueType font: no table ${name}`);
    return at;
  }

  /** The Unicode table of segments (format 4), or of groups (format 12). */
  private readCharacters(): void {
    const { file } = this;
    const cmap = this.table('cmap');
    const formats = new Map<number, number>();
    for (let i = 0; i < file.readUInt16BE(cmap + 2); i++) {
      const at = cmap + file.readUInt32BE(cmap + 4 + i * 8 + 4);
      formats.set(file.readUInt16BE(at), at);
    }
    const groups = formats.get(12);
    if (groups !== undefined) return this.readGroups(groups);
    const segments = formats.get(4);
    if (segments === undefined) throw new Error('Not a font with a table of Unicode characters');
    this.readSegments(segments);
  }

  private readGroups(at: number): void {
    const count = this.file.readUInt32BE(at + 12);
    for (let i = 0; i < count; i++) {
      const group = at + 16 + i * 12;
      const first = this.file.readUInt32BE(group);
      const last = this.file.readUInt32BE(group + 4);
      for (let code = first; code <= last; code++) this.glyphIds.set(code, this.file.readUInt32BE(group + 8) + code - first);
    }
  }

  private readSegments(at: number): void {
    const { file } = this;
    const twice = file.readUInt16BE(at + 6);
    for (let i = 0; i < twice; i += 2) {
      const last = file.readUInt16BE(at + 14 + i);
      const first = file.readUInt16BE(at + 16 + twice + i);
      const delta = file.readUInt16BE(at + 16 + 2 * twice + i);
      const rangeAt = at + 16 + 3 * twice + i;
      const range = file.readUInt16BE(rangeAt);
      for (let code = first; code <= last && code < 0xffff; code++) {
        const id = range === 0 ? code : file.readUInt16BE(rangeAt + range + 2 * (code - first));
        if (id !== 0) this.glyphIds.set(code, (id + delta) & 0xffff);
      }
    }
  }

  private contours(glyphId: number, depth: number): OutlinePoint[][] {
    const { file } = this;
    const loca = this.table('loca');
    const offset = (id: number): number => (this.longOffsets ? file.readUInt32BE(loca + 4 * id) : 2 * file.readUInt16BE(loca + 2 * id));
    const start = offset(glyphId);
    if (offset(glyphId + 1) === start || depth > MAX_DEPTH) return [];
    const at = this.table('glyf') + start;
    const count = file.readInt16BE(at);
    return count >= 0 ? this.simple(at + 10, count) : this.composite(at + 10, depth);
  }

  private simple(at: number, count: number): OutlinePoint[][] {
    const { file } = this;
    const ends = Array.from({ length: count }, (_none, i) => file.readUInt16BE(at + 2 * i));
    const length = count === 0 ? 0 : ends[count - 1] + 1;
    at += 2 * count;
    at += 2 + file.readUInt16BE(at);
    const flags: number[] = [];
    while (flags.length < length) {
      const flag = file[at++];
      const times = flag & REPEAT ? file[at++] + 1 : 1;
      for (let i = 0; i < times; i++) flags.push(flag);
    }
    const coordinates = (short: number, same: number): number[] => {
      let value = 0;
      return flags.map((flag) => {
        if (flag & short) value += flag & same ? file[at++] : -file[at++];
        else if (!(flag & same)) {
          value += file.readInt16BE(at);
          at += 2;
        }
        return value;
      });
    };
    const xs = coordinates(SHORT_X, SAME_X);
    const ys = coordinates(SHORT_Y, SAME_Y);
    const points = flags.map((flag, i) => ({ x: xs[i], y: ys[i], onCurve: (flag & ON_CURVE) !== 0 }));
    return ends.map((end, i) => points.slice(i === 0 ? 0 : ends[i - 1] + 1, end + 1));
  }

  private composite(at: number, depth: number): OutlinePoint[][] {
    const { file } = this;
    const contours: OutlinePoint[][] = [];
    for (let flags = MORE; flags & MORE;) {
      flags = file.readUInt16BE(at);
      const id = file.readUInt16BE(at + 2);
      at += 4;
      const words = (flags & WORDS) !== 0;
      const [dx, dy] = words ? [file.readInt16BE(at), file.readInt16BE(at + 2)] : [file.readInt8(at), file.readInt8(at + 1)];
      at += words ? 4 : 2;
      const fixed = (n: number): number => file.readInt16BE(at + 2 * n) / 16384;
      let [a, b, c, d] = [1, 0, 0, 1];
      if (flags & ONE_SCALE) a = d = fixed(0);
      else if (flags & TWO_SCALES) [a, d] = [fixed(0), fixed(1)];
      else if (flags & MATRIX) [a, b, c, d] = [fixed(0), fixed(1), fixed(2), fixed(3)];
      at += flags & ONE_SCALE ? 2 : flags & TWO_SCALES ? 4 : flags & MATRIX ? 8 : 0;
      const [x0, y0] = flags & ARE_OFFSETS ? [dx, dy] : [0, 0];
      const place = ({ x, y, onCurve }: OutlinePoint): OutlinePoint => ({ x: a * x + c * y + x0, y: b * x + d * y + y0, onCurve });
      contours.push(...this.contours(id, depth + 1).map((contour) => contour.map(place)));
    }
    return contours;
  }
}
