import type { RowFilter, TagFilter, TsuidFilter } from './filter';

/** Bytes of a base time. */
const TIME_BYTES = 4;
/** With more ranges the message takes longer than what it spares. */
const MOST_RANGES = 20_000;
const NOTHING_BEHIND = Buffer.alloc(1);

/** Row keys of `[start, stop)`. */
export interface RowRange {
  start: Buffer;
  stop: Buffer;
}

/** What follows all that begins with these bytes; one of them must be below 0xff. */
function behind(key: Buffer): Buffer {
  const next = Buffer.from(key);
  let i = next.length - 1;
  while (next[i] === 0xff) next[i--] = 0;
  next[i]++;
  return next;
}

/** Ranges of what may follow a base time, in order and apart. */
type Wanted = readonly RowRange[];

/** A tag that sorts before the first one asked for may stand before it; nothing else may. Null: any tag may come first. */
function wantedTags({ tags, explicit }: TagFilter, most: number): Wanted | null {
  const values = tags.length === 0 ? null : tags[0].tagvs;
  if (values === null || values.length === 0) return null;
  const { tagk } = tags[0];
  const pairs = values.map((tagv) => Buffer.concat([tagk, tagv])).sort(Buffer.compare);
  if (tagk.every((byte) => byte === 0xff)) return null; // nothing may follow
  const before: Wanted = explicit ? [] : [{ start: Buffer.alloc(0), stop: tagk }];
  if (before.length + pairs.length > most) return [...before, { start: pairs[0], stop: behind(pairs[pairs.length - 1]) }];
  return [...before, ...pairs.map((pair) => ({ start: pair, stop: behind(pair) }))];
}

function wantedSeries({ tagParts }: TsuidFilter, most: number): Wanted | null {
  if (tagParts.length === 0 || tagParts.length > most) return null;
  return [...tagParts].sort(Buffer.compare).map((part) => ({ start: part, stop: Buffer.concat([part, NOTHING_BEHIND]) }));
}

/**
 * Where rows that pass the filter can be at all, for stores that jump from range to range: of the rows of each base time only those
 * that begin with a wanted tag. Null: nearly anywhere, or in more places than are worth telling. Rows between two base times are kept,
 * unless the filter says that they need not be found: the filter decides about them.
 * @param start of the scan; its first bytes are those of all keys
 * @param stop of the scan
 */
export function keyRanges(filter: TagFilter | TsuidFilter, start: Buffer, stop: Buffer): RowRange[] | null {
  const { rowTimes, onlyRowTimes, prefixLength } = filter;
  if (rowTimes === undefined || rowTimes.length === 0 || start.length < prefixLength || stop.length === 0) return null;
  const most = Math.floor(MOST_RANGES / rowTimes.length) - 1;
  if (most < 2) return null;
  const wanted = filter.kind === 'tags' ? wantedTags(filter, most) : wantedSeries(filter, most);
  if (wanted === null) return null;
  const ranges: RowRange[] = [];
  let from = start;
  for (const time of rowTimes) {
    const base = Buffer.from(start.subarray(0, prefixLength));
    base.writeUInt32BE(time, prefixLength - TIME_BYTES);
    if (onlyRowTimes !== true) add(ranges, from, base);
    for (const range of wanted) add(ranges, Buffer.concat([base, range.start]), Buffer.concat([base, range.stop]));
    from = behind(base);
  }
  if (onlyRowTimes !== true) add(ranges, from, stop);
  return ranges;
}

/** The key of the only row that the range can hold; null: it may hold several, or none: no row has an empty key, which stands for an end of the table. */
export function onlyKeyOf({ start, stop }: RowRange): Buffer | null {
  return start.length > 0 &&
    stop.length === start.length + 1 &&
    stop[start.length] === 0 &&
    stop.compare(start, 0, start.length, 0, start.length) === 0
    ? start
    : null;
}

const HERE = Buffer.alloc(0);

/** The ranges of a filter for a scan that finds out by itself whether it needs them. */
export class KeyPlaces {
  private ranges: readonly RowRange[] | null | undefined = undefined;

  private constructor(
    private readonly filter: TagFilter | TsuidFilter,
    private readonly start: Buffer,
    private readonly stop: Buffer,
  ) {}

  /** @returns null when the filter says nothing about where rows are */
  static of(filter: RowFilter | undefined, start: Buffer, stop: Buffer): KeyPlaces | null {
    const tells = (filter?.kind === 'tags' || filter?.kind === 'tsuids') && filter.rowTimes !== undefined;
    return tells ? new KeyPlaces(filter, start, stop) : null;
  }

  /**
   * Where the next row behind the one whose key is `key[at..end)` can be that passes the filter. Empty: right behind it; null: nowhere.
   */
  nextAfter(key: Buffer, at: number, end: number): Buffer | null {
    if (this.ranges === undefined) this.ranges = keyRanges(this.filter, this.start, this.stop);
    const { ranges } = this;
    if (ranges === null) return HERE;
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle].stop.compare(key, at, end) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low === ranges.length) return null;
    const { start } = ranges[low];
    return start.compare(key, at, end) <= 0 ? HERE : start;
  }
}

/** Adds a range, or makes the last one longer. */
function add(ranges: RowRange[], start: Buffer, stop: Buffer): void {
  if (start.compare(stop) >= 0) return;
  const last = ranges.length > 0 ? ranges[ranges.length - 1] : null;
  if (last !== null && last.stop.compare(start) >= 0) last.stop = stop;
  else ranges.push({ start, stop });
}
