/**
 * Walks the trees of an LMDB file page by page, checks what LMDB takes for granted, and says what is damaged. Page kinds:
 *
 *   branch: header | place of each node (2 each) ... nodes: child's number, low to high (2, 2, 2) | length of key (2) | key
 *   leaf:   the same, nodes: length of data (4) | flags (2) | length of key (2) | key | data, or where it is on overflow pages:
 *           first page (8) | its transaction (8) | how many pages (8)
 *
 * A child is not younger than its parent, a key is not below the key under which its page hangs, every page hangs in one place.
 */
import { DamagedStoreError } from '../errors';
import { HEADER_BYTES, readTree, TREE_BYTES, type LmdbFile, type Tree } from './lmdb-file';

const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const KINDS = 0x6f;
const NODE_BYTES = 8;
const BIG_DATA = 1;
const SUB_TREE = 2;
const OVERFLOW_REF_BYTES = 24;
const MAX_DEPTH = 32;
/** The free tree's keys are numbers in the machine's byte order. */
const INTEGER_KEYS = 8;

export interface Damage {
  /** Whose tree; the empty text is LMDB's list of tables, `free` its list of free pages. */
  tree: string;
  /** null: the tree as a whole. */
  page: number | null;
  what: string;
  /** A file of the log; tree and page mean nothing then. */
  file?: string;
}

/** An entry of a leaf. Both buffers are good until the visitor returns. */
export type EntryVisitor = (tree: string, key: Buffer, value: Buffer) => void;

export interface WalkOptions {
  /** Leaves are read and their entries checked. Without it only branches are: a hundredth of the file, but no entry is looked at. */
  leaves: boolean;
  onEntry?: EntryVisitor;
  /** Stops at so many damages. */
  atMost?: number;
  /** Goes on in a damaged page with what of it can be made out. */
  lenient?: boolean;
}

/** Where a walk stopped: everything before it was looked at. */
export interface WalkPosition {
  tree: string;
  key: Buffer;
}

/** @returns what is damaged, in the order of pages as they hang in the trees; empty when nothing is */
export function walkFile(file: LmdbFile, options: WalkOptions): Damage[] {
  return new Walk(file, options).run();
}

/**
 * Looks at a part of the file, leaves and all. What only shows over the whole, as a page in use twice, it does not find: from one part to
 * the next the file may be written to.
 * @param from null: from the start
 * @param isOver asked after each leaf
 * @returns the first damage, or null; where the next part starts, null: at the end
 */
export function walkPart(
  file: LmdbFile,
  from: WalkPosition | null,
  isOver: () => boolean,
): { damage: Damage | null; next: WalkPosition | null } {
  const walk = new Walk(file, { leaves: true, atMost: 1 }, { from, isOver });
  const [damage = null] = walk.run();
  return { damage, next: walk.stoppedAt };
}

/** @throws DamagedStoreError that names the first damages */
export function throwIfDamaged(path: string, damages: readonly Damage[]): void {
  if (damages.length === 0) return;
  throw new DamagedStoreError(
    `The embedded store in ${path} is damaged: ${describeDamages(damages)}. tsdb check-store finds what can be saved`,
  );
}

export function describeDamages(damages: readonly Damage[]): string {
  return damages.map(describeDamage).join('; ');
}

export function describeDamage({ tree, page, what, file }: Damage): string {
  if (file !== undefined) return `${file} ${what}`;
  const where = tree === '' ? 'the list of tables' : tree === FREE ? 'the list of free pages' : `table ${tree}`;
  return page === null ? `${where} ${what}` : `page ${page} of ${where} ${what}`;
}

const FREE = 'free';

class Enough extends Error {}

interface Counts {
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

class Walk {
  stoppedAt: WalkPosition | null = null;
  private readonly damages: Damage[] = [];
  /** A bit a page; null: not noted. */
  private readonly seen: Uint8Array | null;
  /** Keys of the tree that is walked count from here on. */
  private from: Buffer | null = null;
  private readonly subTrees: { name: string; tree: Tree; transaction: number }[] = [];
  private tree = '';
  private integerKeys = false;
  private counts: Counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
  private broken = false;

  constructor(
    private readonly file: LmdbFile,
    private readonly options: WalkOptions,
    private readonly part: { from: WalkPosition | null; isOver: () => boolean } | null = null,
  ) {
    this.seen = part === null ? new Uint8Array(Math.ceil((file.pages + 1) / 8)) : null;
  }

  run(): Damage[] {
    const { main, free, transaction } = this.file.meta;
    try {
      // The list of tables is always read whole: nothing can be found without it.
      this.walkTree('', main, transaction, true);
      const trees = [...this.subTrees, { name: FREE, tree: free, transaction }];
      const position = this.part?.from ?? null;
      const first = position === null ? 0 : trees.findIndex(({ name }) => name === position.tree);
      for (const { name, tree, transaction } of trees.slice(Math.max(0, first))) {
        this.from = name === position?.tree ? position.key : null;
        this.walkTree(name, tree, transaction, this.options.leaves);
      }
    } catch (e) {
      if (!(e instanceof Enough)) throw e;
    }
    return this.damages;
  }

  private walkTree(name: string, tree: Tree, transaction: number, leaves: boolean): void {
    this.tree = name;
    this.integerKeys = name === FREE || (tree.flags & INTEGER_KEYS) !== 0;
    this.counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    this.broken = false;
    if (tree.root !== null) this.walkPage(tree.root, transaction, null, null, leaves, 0);
    if (!leaves || (this.part !== null && name !== '')) return;
    if (this.broken) {
      if (this.counts.entries !== tree.entries) this.damage(null, `has ${this.counts.entries} of ${tree.entries} entries left`);
      return;
    }
    for (const field of ['entries', 'branchPages', 'leafPages', 'overflowPages'] as const)
      if (this.counts[field] !== tree[field]) {
        const noun = field === 'entries' ? field : field.replace('Pages', ' pages');
        this.damage(null, `has ${this.counts[field]} ${noun} where ${tree[field]} should be`);
      }
  }

  private damage(page: number | null, what: string): void {
    this.broken = true;
    this.damages.push({ tree: this.tree, page, what });
    if (this.damages.length >= (this.options.atMost ?? Infinity)) throw new Enough();
  }

  /** Notes that the page is used; false when it can't be. */
  private claim(n: number): boolean {
    if (!Number.isSafeInteger(n) || n < 2 || n > this.file.meta.lastPage) this.damage(null, `leads to page ${n}, which there is not`);
    else if (n >= this.file.pages) this.damage(n, 'is behind the end of the file');
    else if (this.seen !== null && (this.seen[n >> 3] & (1 << (n & 7))) !== 0) this.damage(n, 'is in use twice');
    else {
      if (this.seen !== null) this.seen[n >> 3] |= 1 << (n & 7);
      return true;
    }
    return false;
  }

  /** @param low keys are not below it, @param high but below this */
  private walkPage(n: number, transaction: number, low: Buffer | null, high: Buffer | null, leaves: boolean, depth: number): void {
    if (!this.claim(n)) return;
    const found = this.file.page(n);
    if (found === null) return this.damage(n, 'is behind the end of the file');
    const kind = found.readUInt16LE(18) & KINDS;
    if (kind === LEAF && !leaves) return;
    // Children are read into the same memory.
    const page = kind === BRANCH ? Buffer.from(found) : found;
    const wrong = this.checkHeader(page, n, transaction, kind);
    if (wrong !== null) this.damage(n, wrong);
    if ((wrong !== null && !this.options.lenient) || (kind !== BRANCH && kind !== LEAF)) return;
    const nodes = this.nodes(page, kind);
    if (typeof nodes === 'string') return this.damage(n, nodes);
    const unordered = this.checkOrder(page, nodes, kind, low, high);
    if (unordered !== null) {
      this.damage(n, unordered);
      if (!this.options.lenient || kind === BRANCH) return;
    }
    const own = wrong === null ? Number(page.readBigUInt64LE(8)) : transaction;
    if (kind === LEAF) {
      this.counts.leafPages++;
      for (const at of nodes) if (unordered === null || this.within(keyAt(page, at), low, high)) this.visitEntry(n, page, at);
      if (high !== null && this.tree !== '' && this.part?.isOver() === true) this.stop(high);
      return;
    }
    this.counts.branchPages++;
    if (depth >= MAX_DEPTH) return this.damage(n, 'hangs too deep');
    nodes.forEach((at, i) => {
      const child = page.readUInt32LE(at) + page.readUInt16LE(at + 4) * 2 ** 32;
      const from = i === 0 ? low : keyAt(page, at);
      const to = i + 1 < nodes.length ? keyAt(page, nodes[i + 1]) : high;
      if (this.from !== null && to !== null && this.compare(to, this.from) <= 0) return;
      this.walkPage(child, own, from, to, leaves, depth + 1);
    });
  }

  private stop(key: Buffer): never {
    this.stoppedAt = { tree: this.tree, key: Buffer.from(key) };
    throw new Enough();
  }

  private checkHeader(page: Buffer, n: number, transaction: number, kind: number): string | null {
    if (kind !== BRANCH && kind !== LEAF) return 'is neither branch nor leaf';
    if (page.readBigUInt64LE(0) !== BigInt(n)) return `calls itself page ${page.readBigUInt64LE(0)}`;
    if (page.readBigUInt64LE(8) > BigInt(transaction)) return 'is younger than what leads to it';
    return null;
  }

  /** Where the page's nodes are, or what is wrong with them. */
  private nodes(page: Buffer, kind: number): number[] | string {
    const room = page.length - HEADER_BYTES;
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    if (lower === 0 || lower % 2 !== 0 || lower > upper || upper > room) return 'has an impossible number of nodes';
    const places: number[] = [];
    for (let i = 0; i < lower; i += 2) {
      const place = page.readUInt16LE(HEADER_BYTES + i);
      if (place < upper || place + NODE_BYTES > room) return 'has a node outside its bounds';
      const at = HEADER_BYTES + place;
      let end = place + NODE_BYTES + page.readUInt16LE(at + 6);
      if (kind === LEAF) {
        const flags = page.readUInt16LE(at + 4);
        if ((flags & ~(BIG_DATA | SUB_TREE)) !== 0) return 'has a node of an unknown kind';
        end += (flags & BIG_DATA) !== 0 ? OVERFLOW_REF_BYTES : page.readUInt32LE(at);
      }
      if (end > room) return 'has a node that is too long';
      places.push(at);
    }
    return places;
  }

  private checkOrder(page: Buffer, nodes: readonly number[], kind: number, low: Buffer | null, high: Buffer | null): string | null {
    // The first node of a branch stands for everything below the second.
    const first = kind === BRANCH ? 1 : 0;
    let before = low;
    for (let i = first; i < nodes.length; i++) {
      const key = keyAt(page, nodes[i]);
      const order = before === null ? -1 : this.compare(before, key);
      if (order > 0 || (order === 0 && i > first)) return 'has keys out of order';
      before = key;
    }
    if (before !== null && before !== low && high !== null && this.compare(before, high) >= 0) return 'has keys of another page';
    return null;
  }

  private within(key: Buffer, low: Buffer | null, high: Buffer | null): boolean {
    return (low === null || this.compare(low, key) <= 0) && (high === null || this.compare(key, high) < 0);
  }

  private compare(a: Buffer, b: Buffer): number {
    if (!this.integerKeys || a.length !== 8 || b.length !== 8) return Buffer.compare(a, b);
    const [x, y] = [a.readBigUInt64LE(0), b.readBigUInt64LE(0)];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  private visitEntry(n: number, page: Buffer, at: number): void {
    const flags = page.readUInt16LE(at + 4);
    const length = page.readUInt32LE(at);
    const key = keyAt(page, at);
    const dataAt = at + NODE_BYTES + key.length;
    if ((flags & SUB_TREE) !== 0) {
      if (this.tree !== '' || length !== TREE_BYTES) return this.damage(n, 'has a table where there can be none');
      // LMDB ends the names with a zero.
      const name = key.toString().replace(/\0$/, '');
      this.counts.entries++;
      this.subTrees.push({ name, tree: readTree(page, dataAt), transaction: Number(page.readBigUInt64LE(8)) });
      return;
    }
    const value = (flags & BIG_DATA) === 0 ? page.subarray(dataAt, dataAt + length) : this.overflow(page, dataAt, length);
    if (value === null) return;
    this.counts.entries++;
    if (this.tree !== FREE) this.options.onEntry?.(this.tree, key, value);
  }

  /** The data of a node that did not fit its page. */
  private overflow(page: Buffer, at: number, length: number): Buffer | null {
    const first = Number(page.readBigUInt64LE(at));
    const count = Number(page.readBigUInt64LE(at + 16));
    const { pageSize } = this.file.meta;
    if (count !== Math.ceil((HEADER_BYTES + length) / pageSize)) {
      this.damage(null, `has a value of ${length} bytes on ${count} pages`);
      return null;
    }
    for (let i = 0; i < count; i++) if (!this.claim(first + i)) return null;
    this.counts.overflowPages += count;
    const whole = this.file.bytes(first, 0, HEADER_BYTES + length);
    if (whole === null) this.damage(first, 'is behind the end of the file');
    else if (
      Number(whole.readBigUInt64LE(0)) !== first ||
      (whole.readUInt16LE(18) & KINDS) !== OVERFLOW ||
      whole.readUInt32LE(20) !== count
    )
      this.damage(first, 'is not the start of a long value');
    else return whole.subarray(HEADER_BYTES);
    return null;
  }
}

function keyAt(page: Buffer, at: number): Buffer {
  return page.subarray(at + NODE_BYTES, at + NODE_BYTES + page.readUInt16LE(at + 6));
}
