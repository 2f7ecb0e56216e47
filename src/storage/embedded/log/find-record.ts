/** Finds the records of a segment, and tells what stands between them. */
import { crc32 } from '../../../util/crc32';
import { RECORD_HEADER, RECORD_MAGIC } from './layout';

const PAGE = 4096;

export interface FoundRecord {
  at: number;
  payloadAt: number;
  end: number;
  /**
   * What is in front of it. `torn`: the start of a record whose process was ended, or whose disk was full, while it was written: nobody
   * was answered for it. `lost`: the machine lost power before the disk got it. `damage`: bytes that were a record.
   */
  gap: 'none' | 'torn' | 'lost' | 'damage';
}

/**
 * @param at where a record should start
 * @param end of what there is
 * @returns the first whole record from there on; null: there is none (yet)
 */
export function findRecord(bytes: Buffer, at: number, end: number, salt: number): FoundRecord | null {
  if (isWhole(bytes, at, end, salt)) return foundAt(bytes, at, 'none');
  const area = bytes.subarray(0, end);
  for (let next = area.indexOf(RECORD_MAGIC, at + 1); next >= 0; next = area.indexOf(RECORD_MAGIC, next + 1))
    if (isWhole(bytes, next, end, salt)) return foundAt(bytes, next, gapOf(bytes, at, next, salt));
  return null;
}

function gapOf(bytes: Buffer, at: number, next: number, salt: number): FoundRecord['gap'] {
  if (isTorn(bytes, at, next, salt)) return 'torn';
  return hasEmptyPage(bytes, at, next) ? 'lost' : 'damage';
}

/** A page that the disk never got reads as zeros. */
function hasEmptyPage(bytes: Buffer, at: number, next: number): boolean {
  for (let page = Math.ceil(at / PAGE) * PAGE; page + PAGE <= next; page += PAGE)
    if (bytes.subarray(page, page + PAGE).every((b) => b === 0)) return true;
  return false;
}

function foundAt(bytes: Buffer, at: number, gap: FoundRecord['gap']): FoundRecord {
  const payloadAt = at + RECORD_HEADER;
  return { at, payloadAt, end: payloadAt + bytes.readUInt32BE(at + 4), gap };
}

function hasHeader(bytes: Buffer, at: number, end: number, salt: number): boolean {
  return (
    at + RECORD_HEADER <= end &&
    bytes[at] === RECORD_MAGIC[0] &&
    bytes[at + 1] === RECORD_MAGIC[1] &&
    bytes[at + 2] === RECORD_MAGIC[2] &&
    bytes[at + 3] === RECORD_MAGIC[3] &&
    crc32(bytes.subarray(at, at + 12), salt) === bytes.readUInt32BE(at + 12)
  );
}

function isWhole(bytes: Buffer, at: number, end: number, salt: number): boolean {
  if (!hasHeader(bytes, at, end, salt)) return false;
  const from = at + RECORD_HEADER;
  const to = from + bytes.readUInt32BE(at + 4);
  return to <= end && crc32(bytes.subarray(from, to), salt) === bytes.readUInt32BE(at + 8);
}

/**
 * Whether the bytes up to `next` are starts of records: less than a header, or a header and not all of the rest. There are several where
 * each of several writes in a row was broken off.
 */
function isTorn(bytes: Buffer, at: number, next: number, salt: number): boolean {
  while (next - at >= RECORD_HEADER) {
    if (!hasHeader(bytes, at, next, salt)) return false;
    const end = at + RECORD_HEADER + bytes.readUInt32BE(at + 4);
    if (end > next) return true;
    // It was broken off only if another one starts before its end.
    const other = nextHeader(bytes, at + 1, end, salt);
    if (other < 0) return false;
    at = other;
  }
  return true;
}

/** Where the first header of a record starts in `from..end`; negative: there is none. */
function nextHeader(bytes: Buffer, from: number, end: number, salt: number): number {
  const area = bytes.subarray(0, end + RECORD_HEADER);
  let at = area.indexOf(RECORD_MAGIC, from);
  while (at >= 0 && !hasHeader(bytes, at, area.length, salt)) at = area.indexOf(RECORD_MAGIC, at + 1);
  return at >= 0 && at < end ? at : -1;
}
