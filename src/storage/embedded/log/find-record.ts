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

/** Whether the bytes up to `next` are the start of a record: less than its header, or its header and not all of the rest. */
function isTorn(bytes: Buffer, at: number, next: number, salt: number): boolean {
  if (next - at < RECORD_HEADER) return true;
  return hasHeader(bytes, at, next, salt) && at + RECORD_HEADER + bytes.readUInt32BE(at + 4) > next;
}
