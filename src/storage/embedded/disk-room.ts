/**
 * Whether the disk has room for what is to be written. LMDB must not meet the end of the disk itself: it then writes its message over the
 * end of a buffer, which ends the process now or later.
 */
import { statfsSync } from 'node:fs';

/** What a commit needs in a store of any size, at most: it touches few of the pages of a large one. */
const LARGE_COMMIT = 16 << 20;
/** What a commit of a few cells needs beside copies of pages that are there. */
const SMALL_COMMIT = 1 << 20;
/** New pages are at least half full, and some lead to others. */
const PAGES_FOR_BYTES = 3;

export class DiskRoom {
  /**
   * @param directory where the store is
   * @param freeBytes bytes that the disk has room for; absent: asks the system
   */
  constructor(
    directory: string,
    private readonly freeBytes: () => number = () => freeBytesOf(directory),
  ) {}

  /**
   * @param storeBytes of the store's file: a commit copies each page that it touches, all of a small store perhaps
   * @param newBytes of what is to be written
   */
  isEnough(storeBytes: number, newBytes = 0): boolean {
    const copies = Math.min(LARGE_COMMIT, SMALL_COMMIT + storeBytes);
    return this.freeBytes() >= Math.max(copies, PAGES_FOR_BYTES * newBytes);
  }
}

/** A disk that does not tell has room. */
function freeBytesOf(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}
