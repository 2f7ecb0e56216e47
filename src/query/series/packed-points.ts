import type { PackArena } from './pack-arena';
import { linkPiece, NO_PIECE, packPiece, Piece } from './piece';
import type { PointsBuilder } from './points-builder';
import type { Series } from './series';

/** Points of one piece, at most. */
const PIECE_POINTS = 4096;

/** For whoever looks at pieces: nothing is kept in it from one call to the next. */
const piece = new Piece();

/**
 * The points of a series that a large query holds, packed: two to six bytes a point in most series, nine or ten in the worst, against sixteen
 * or more in arrays that can grow. Times at a steady step take nothing, others what lies between the first and the last of a piece; integers
 * and fractions of up to four decimal places, what lies between the least and the greatest; other floats their four bytes. Any stretch can be
 * read without what is before it.
 */
export class PackedPoints {
  size = 0;
  /** Milliseconds. There must be points. */
  first = 0;
  last = 0;
  private head = NO_PIECE;
  private tail = NO_PIECE;

  /** @param arena where they are put */
  constructor(private readonly arena: PackArena) {}

  /** Adds points, which come after those that are there. @returns bytes that they take */
  append(points: Series): number {
    const { arena } = this;
    const before = arena.bytesInUse;
    for (let from = 0; from < points.size; from += PIECE_POINTS) this.addPiece(points, from, Math.min(points.size, from + PIECE_POINTS));
    return arena.bytesInUse - before;
  }

  private addPiece(points: Series, from: number, to: number): void {
    const { arena } = this;
    const added = packPiece(points, from, to, arena);
    if (this.tail === NO_PIECE) {
      this.head = added;
      this.first = points.timestamps[from];
    } else linkPiece(arena, this.tail, added);
    this.tail = added;
    this.last = points.timestamps[to - 1];
    this.size += to - from;
  }

  /** The last time before one; null: none. */
  before(ms: number): number | null {
    if (this.last < ms) return this.size === 0 ? null : this.last;
    let found: number | null = null;
    for (let at = this.head; at !== NO_PIECE; at = piece.next) {
      piece.open(this.arena, at);
      if (piece.first >= ms) break;
      found = piece.last < ms ? piece.last : piece.timeAt(piece.lowerBound(ms) - 1);
    }
    return found;
  }

  /** The first time at or after one; null: none. */
  from(ms: number): number | null {
    if (this.last < ms) return null;
    for (let at = this.head; at !== NO_PIECE; at = piece.next) {
      piece.open(this.arena, at);
      if (piece.last >= ms) return piece.first >= ms ? piece.first : piece.timeAt(piece.lowerBound(ms));
    }
    return null;
  }

  /** Adds the points of [fromMs, toMs) to others, which come before them. */
  unpack(fromMs: number, toMs: number, into: PointsBuilder): void {
    let points = 0;
    let start = NO_PIECE;
    for (let at = this.head; at !== NO_PIECE; at = piece.next) {
      piece.open(this.arena, at);
      if (piece.first >= toMs) break;
      if (piece.last < fromMs) continue;
      if (start === NO_PIECE) start = at;
      points += piece.size;
    }
    // At once: growing piece by piece copies what is there again and again.
    into.reserve(points);
    for (let at = start; at !== NO_PIECE; at = piece.next) {
      piece.open(this.arena, at);
      if (piece.first >= toMs) break;
      piece.unpack(piece.first >= fromMs ? 0 : piece.lowerBound(fromMs), piece.last < toMs ? piece.size : piece.lowerBound(toMs), into);
    }
  }
}
