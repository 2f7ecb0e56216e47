import type { Row, Storage } from '../../storage';
import { hexToUid, keysWithPrefix } from '../../schema';
import { findNamesOfSeries, type Uids } from '../../uid';
import { sortedIgnoringCase } from '../../util/ignore-case';
import {
  branchJson,
  branchKey,
  decodeBranch,
  decodeLeaf,
  displayNameOf,
  encodeBranch,
  encodeLeaf,
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

/** Branches and leaves, in the tree table. Mirrors how Branch and Leaf read and write them. */
export class Branches {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
    private readonly uids: Uids,
  ) {}

  /**
   * A branch with what is directly below, as JSON; null: there is none. Names are in alphabetical order, whatever their case; of those that differ
   * only in it one is shown, as in the original.
   * @param key its row
   * @throws StorageError
   */
  async show(key: Buffer, signal: AbortSignal): Promise<string | null> {
    const row = await this.storage.get(this.table, { row: key, family: TREE_FAMILY });
    const own = row === null ? null : branchOf(row);
    if (row === null || own === null) return null;
    const pattern = `^.{${key.length + LEVEL_BYTES}}\\z`;
    const children: Branch[] = [];
    const below = {
      ...keysWithPrefix(key),
      family: TREE_FAMILY,
      qualifiers: [BRANCH_COLUMN],
      filter: { kind: 'keyRegexp', pattern },
      signal,
    } as const;
    for await (const rows of this.storage.scan(this.table, below)) children.push(...rows.map(branchOf).filter((branch) => branch !== null));
    const leaves = await this.named(shownLeaves(leavesOf(row)));
    const shown = sortedIgnoringCase(children, ({ path }) => displayNameOf(path)).map((child) => branchJson(child, [], null));
    return branchJson(own, leaves, shown.length === 0 ? null : shown);
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

function leavesOf(row: Row): Leaf[] {
  const leaves: Leaf[] = [];
  for (let i = 0; i < row.size; i++)
    if (row.qualifier(i).subarray(0, LEAF_COLUMN.length).equals(LEAF_COLUMN)) leaves.push(decodeLeaf(row.value(i)));
  return leaves;
}
