import type { Row, Storage } from '../../storage';
import { hexToUid, keysWithPrefix } from '../../schema';
import { findNamesOfSeries, type Uids } from '../../uid';
import { sortedIgnoringCase } from '../../util/ignore-case';
import { TimeSlice } from '../../util/time-slice';
import {
  branchEndJson,
  branchJson,
  branchKey,
  decodeBranch,
  decodeLeaf,
  displayNameOf,
  encodeBranch,
  encodeLeaf,
  leafJson,
  leafQualifier,
  shownLeaves,
  type Branch,
  type Leaf,
  type NamedLeaf,
} from './branch';
import { TREE_FAMILY } from './trees';

const BRANCH_COLUMN = Buffer.from('branch');
const LEAF_COLUMN = Buffer.from('leaf:');
/** Bytes of a level in a key. */
const LEVEL_BYTES = 4;

/** Leaves and branches in one part of an answer. */
const AT_ONCE = 256;
/** What one takes beside its texts, in an answer that is made. */
const CHILD_BYTES = 64;
const LEAF_BYTES = 128;

/** A branch below the one that is shown: its name, or the whole where it is that of another one. */
type Child = string | Branch;

/** A branch with what is directly below. */
export interface ShownBranch {
  readonly own: Branch;
  readonly leaves: readonly Leaf[];
  readonly children: readonly Child[];
}

/** Branches and leaves, in the tree table. Mirrors how Branch and Leaf read and write them. */
export class Branches {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly uids: Uids,
  ) {}

  /**
   * A branch with what is directly below; null: there is none. Names are in alphabetical order, whatever their case; of those that differ
   * only in it one is shown, as in the original.
   * @param key its row
   * @param account is told of bytes that what is below takes, and may refuse them
   * @throws StorageError, what `account` throws
   */
  async show(key: Buffer, signal: AbortSignal, account: (bytes: number) => void): Promise<ShownBranch | null> {
    const row = await this.storage.get(this.table, { row: key, family: TREE_FAMILY }, { signal });
    const own = row === null ? null : branchOf(row);
    if (row === null || own === null) return null;
    const slice = new TimeSlice(signal);
    const leaves = await shownLeaves(await leavesOf(row, slice, account), slice);
    const children = await this.children(key, own, slice, signal, account);
    return { own, leaves, children: await sortedIgnoringCase(children, nameOf, slice) };
  }

  private async children(
    key: Buffer,
    own: Branch,
    slice: TimeSlice,
    signal: AbortSignal,
    account: (bytes: number) => void,
  ): Promise<Child[]> {
    const children: Child[] = [];
    const below = {
      ...keysWithPrefix(key),
      family: TREE_FAMILY,
      qualifiers: [BRANCH_COLUMN],
      filter: { kind: 'keyRegexp', pattern: `^.{${key.length + LEVEL_BYTES}}\\z` },
      transient: true,
      signal,
    } as const;
    for await (const rows of this.storage.scan(this.table, below)) {
      for (const row of rows) {
        const branch = branchOf(row);
        if (branch === null) continue;
        const child = isBelow(branch, own) ? displayNameOf(branch.path) : branch;
        account(CHILD_BYTES + (typeof child === 'string' ? 2 * child.length : 2 * row.valueLength(0)));
        children.push(child);
        if (slice.isOver()) await slice.next();
      }
    }
    return children;
  }

  /** What `show` has found, as JSON in parts. @throws StorageError */
  async *json({ own, leaves, children }: ShownBranch, signal: AbortSignal): AsyncGenerator<string> {
    const slice = new TimeSlice(signal);
    yield '{"leaves":';
    yield* listJson(leaves, async (some) => (await this.named(some)).map(leafJson), slice);
    yield ',"branches":';
    yield* listJson(children, (some) => some.map((child) => branchJson(branchOfChild(child, own), [], null)), slice);
    yield `,${branchEndJson(own)}`;
  }

  /** Stores a branch, unless there is one. @throws StorageError */
  async create(branch: Branch): Promise<void> {
    await this.storage.compareAndSet(this.table, branchKey(branch), TREE_FAMILY, BRANCH_COLUMN, null, encodeBranch(branch));
  }

  /** Stores a leaf in a branch. @returns the TSUID of the series that has its place; its own: it has it @throws StorageError */
  async place(branch: Branch, leaf: Leaf): Promise<string> {
    const key = branchKey(branch);
    const qualifier = leafQualifier(leaf.displayName);
    if (await this.storage.compareAndSet(this.table, key, TREE_FAMILY, qualifier, null, encodeLeaf(leaf))) return leaf.tsuid;
    const row = await this.storage.get(this.table, { row: key, family: TREE_FAMILY, qualifiers: [qualifier] });
    const cell = row?.get(TREE_FAMILY, qualifier) ?? null;
    return cell === null ? this.place(branch, leaf) : decodeLeaf(cell).tsuid;
  }

  /** Leaves with the names of their series; the names of one that nobody knows any more are left out. */
  private async named(leaves: readonly Leaf[]): Promise<NamedLeaf[]> {
    const names = await findNamesOfSeries(
      this.uids,
      leaves.map(({ tsuid }) => hexToUid(tsuid)),
    );
    return leaves.map((leaf, i) => ({ ...leaf, ...(names[i] ?? { metric: '', tags: null }) }));
  }
}

/** The branch of a row; null: it has only leaves. */
function branchOf(row: Row): Branch | null {
  const cell = row.get(TREE_FAMILY, BRANCH_COLUMN);
  return cell && decodeBranch(row.key.readUInt16BE(), cell);
}

/** Those of a row, by their names. */
async function leavesOf(row: Row, slice: TimeSlice, account: (bytes: number) => void): Promise<Map<string, Leaf>> {
  const leaves = new Map<string, Leaf>();
  for (let i = 0; i < row.size; i++) {
    if (slice.isOver()) await slice.next();
    if (!row.qualifier(i).subarray(0, LEAF_COLUMN.length).equals(LEAF_COLUMN)) continue;
    account(LEAF_BYTES + 2 * row.valueLength(i));
    const leaf = decodeLeaf(row.value(i));
    leaves.set(leaf.displayName, leaf);
  }
  return leaves;
}

/** A list as JSON, in parts; null when it is empty. @param texts the JSON of some of its members */
async function* listJson<T>(
  things: readonly T[],
  texts: (some: readonly T[]) => string[] | Promise<string[]>,
  slice: TimeSlice,
): AsyncGenerator<string> {
  for (let at = 0; at < things.length; at += AT_ONCE) {
    yield (at === 0 ? '[' : ',') + (await texts(things.slice(at, at + AT_ONCE))).join(',');
    if (slice.isOver()) await slice.next();
  }
  yield things.length === 0 ? 'null' : ']';
}

const nameOf = (child: Child): string => (typeof child === 'string' ? child : displayNameOf(child.path));

const branchOfChild = (child: Child, { treeId, path }: Branch): Branch =>
  typeof child === 'string' ? { treeId, path: [...path, child] } : child;

/** Names with one hash share a row, so that below a branch may be children of another one. */
const isBelow = ({ path }: Branch, own: Branch): boolean =>
  path.length === own.path.length + 1 && own.path.every((name, depth) => name === path[depth]);
