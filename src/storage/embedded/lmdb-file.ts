/**
 * LMDB's file, read without LMDB: it maps the file and believes every page of it, so a damaged one ends the process. Here each field is
 * checked before it is used. Format (data version 2, little-endian), pages of `pageSize` bytes:
 *
 *   header: page number (8) | transaction (8) | pad (2) | flags (2) | lower (2) | upper (2); of an overflow page: how many (4)
 *   meta, pages 0 and 1: header | magic (4) | version (4) | address (8) | map size (8) | free tree (48) | main tree (48) |
 *                        last page (8) | transaction (8) | boot (8)
 *   tree:   page size, only of the free tree (4) | flags (2) | depth (2) | branch, leaf, overflow pages (8 each) | entries (8) | root (8)
 *
 * The file may end before the last page: pages that nobody uses need not have been written.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { DamagedStoreError } from '../errors';

export const HEADER_BYTES = 24;
export const TREE_BYTES = 48;
const META_BYTES = HEADER_BYTES + 24 + 2 * TREE_BYTES + 24;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_FLAG = 0x08;
/** A flag of the free tree: the data was not on the disk yet when this was written. */
const NOT_FLUSHED = 0x1000;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** Pages that one read brings in. */
const READ_AHEAD = 16;

export interface Tree {
  flags: number;
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
  /** null: empty. */
  root: number | null;
}

export interface MetaPage {
  pageSize: number;
  free: Tree;
  main: Tree;
  lastPage: number;
  transaction: number;
  /** Which run of the system wrote it. */
  boot: bigint;
}

export class LmdbFile {
  /** Where the trees are. */
  readonly meta: MetaPage;
  /** Whole pages that the file has. */
  readonly pages: number;
  private readonly window: Buffer;
  private windowAt = -1;
  private windowPages = 0;

  /** @throws DamagedStoreError when the file is not LMDB's or has no usable meta page */
  private constructor(
    private readonly fd: number,
    readonly path: string,
  ) {
    const { size } = fstatSync(fd);
    this.meta = readMeta(fd, path, size);
    this.pages = Math.floor(size / this.meta.pageSize);
    this.window = Buffer.alloc(READ_AHEAD * this.meta.pageSize);
  }

  /** @throws DamagedStoreError; the system's error when the file can't be read */
  static open(path: string): LmdbFile {
    const fd = openSync(path, 'r');
    try {
      return new LmdbFile(fd, path);
    } catch (e) {
      closeSync(fd);
      throw e;
    }
  }

  /** The page's bytes, good until the next call; null when the file ends before the page does. */
  page(n: number): Buffer | null {
    const { pageSize } = this.meta;
    if (n < 0 || n >= this.pages) return null;
    if (this.windowAt < 0 || n < this.windowAt || n >= this.windowAt + this.windowPages) {
      // From a multiple on, so that neighbours in either direction are there as well.
      this.windowAt = n - (n % READ_AHEAD);
      this.windowPages = Math.floor(readFully(this.fd, this.window, this.windowAt * pageSize) / pageSize);
      if (n >= this.windowAt + this.windowPages) return null;
    }
    const at = (n - this.windowAt) * pageSize;
    return this.window.subarray(at, at + pageSize);
  }

  /** `length` bytes that begin in page `n`, across page borders; null when the file ends before. */
  bytes(n: number, offset: number, length: number): Buffer | null {
    const { pageSize } = this.meta;
    if ((n + 1) * pageSize > this.pages * pageSize || n * pageSize + offset + length > this.pages * pageSize) return null;
    const bytes = Buffer.alloc(length);
    return readFully(this.fd, bytes, n * pageSize + offset) === length ? bytes : null;
  }

  close(): void {
    closeSync(this.fd);
  }
}

function readFully(fd: number, into: Buffer, position: number): number {
  let done = 0;
  while (done < into.length) {
    const n = readSync(fd, into, done, into.length - done, position + done);
    if (n === 0) break;
    done += n;
  }
  return done;
}

/** @param bytes at least TREE_BYTES from `at` on */
export function readTree(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    flags: bytes.readUInt16LE(at + 4),
    branchPages: Number(bytes.readBigUInt64LE(at + 8)),
    leafPages: Number(bytes.readBigUInt64LE(at + 16)),
    overflowPages: Number(bytes.readBigUInt64LE(at + 24)),
    entries: Number(bytes.readBigUInt64LE(at + 32)),
    root: root === NO_PAGE ? null : Number(root),
  };
}

/**
 * The meta page that LMDB goes on with. It writes meta pages before their data is on the disk, and a third one, in the middle of the
 * first page, when that is done: after the machine stopped, this one counts.
 */
function readMeta(fd: number, path: string, size: number): MetaPage {
  const damaged = (what: string): never => {
    throw new DamagedStoreError(`${path} ${what}`);
  };
  if (size === 0) damaged('is empty');
  const first = metaAt(fd, 0);
  // LMDB itself reads the first one to know where the second is.
  if (typeof first === 'string') return damaged(first);
  const second = metaAt(fd, first.pageSize);
  if (typeof second === 'string') return damaged(`has a damaged second meta page: it ${second}`);
  if (second.pageSize !== first.pageSize) damaged('has meta pages that contradict each other');
  const flushed = metaAt(fd, first.pageSize / 2, false);
  const newest = safer(first, second);
  return typeof flushed === 'string' || flushed.transaction === 0 ? newest : safer(newest, flushed);
}

function safer(a: MetaPage, b: MetaPage): MetaPage {
  if (b.transaction === 0) return a;
  const [older, newer] = a.transaction >= b.transaction ? [b, a] : [a, b];
  const written = (newer.free.flags & NOT_FLUSHED) === 0 || (newer.boot !== 0n && newer.boot === bootId());
  return written ? newer : older;
}

/** What LMDB takes for the system's present run: the first group of its id; 0 where it can't be told. */
function bootId(): bigint {
  try {
    return BigInt(`0x${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').split('-')[0]}`);
  } catch {
    return 0n;
  }
}

/** The meta page, or what is wrong with the file. @param signed as the first two pages are */
function metaAt(fd: number, position: number, signed = true): MetaPage | string {
  const bytes = Buffer.alloc(META_BYTES);
  if (readFully(fd, bytes, position) < META_BYTES) return 'ends within its first two pages';
  const at = HEADER_BYTES;
  if (signed && ((bytes.readUInt16LE(18) & META_FLAG) === 0 || bytes.readUInt32LE(at) !== MAGIC))
    return 'is not a file of the embedded store';
  const version = bytes.readUInt32LE(at + 4) & 0xffff;
  if (signed && version !== DATA_VERSION) return `has data version ${version}, this version reads ${DATA_VERSION}`;
  const meta: MetaPage = {
    pageSize: bytes.readUInt32LE(at + 24),
    free: readTree(bytes, at + 24),
    main: readTree(bytes, at + 24 + TREE_BYTES),
    lastPage: Number(bytes.readBigUInt64LE(at + 24 + 2 * TREE_BYTES)),
    transaction: Number(bytes.readBigUInt64LE(at + 32 + 2 * TREE_BYTES)),
    boot: bytes.readBigInt64LE(at + 40 + 2 * TREE_BYTES),
  };
  const { pageSize, lastPage } = meta;
  if (pageSize < 512 || pageSize > 65536 || (pageSize & (pageSize - 1)) !== 0) return `has a page size of ${pageSize}`;
  if (!Number.isSafeInteger(lastPage * pageSize) || lastPage < 1) return `says that its last page is ${lastPage}`;
  for (const { root } of [meta.free, meta.main])
    if (root !== null && (root < 2 || root > lastPage)) return `has a tree at page ${root} of ${lastPage}`;
  return meta;
}
