import { bean, readJson, string } from '../../json';
import { javaJsonString, uidToHex } from '../../schema';
import { hashMapOrderInSlices, javaStringHash } from '../../util/java-hash-order';
import { sortedIgnoringCase } from '../../util/ignore-case';
import type { TimeSlice } from '../../util/time-slice';
import { treeKey } from './tree';

export const ROOT = 'ROOT';

/** Where a branch is: the names from the root, which has none here, to itself. */
export type BranchPath = readonly string[];

/** A series in a branch. */
export interface Leaf {
  readonly displayName: string;
  /** Upper-case hexadecimal. */
  readonly tsuid: string;
}

/** A branch of a tree as its cell tells it. Mirrors Branch. */
export interface Branch {
  readonly treeId: number;
  readonly path: BranchPath;
}

/** Java's hash of a name, as four bytes. */
function hashOf(name: string): Buffer {
  const hash = Buffer.alloc(4);
  hash.writeInt32BE(javaStringHash(name));
  return hash;
}

/** The key of a branch's row: names with one hash share a row. */
export const branchKey = ({ treeId, path }: Branch): Buffer => Buffer.concat([treeKey(treeId), ...path.map(hashOf)]);

/** The column of a leaf: names with one hash share it. */
export const leafQualifier = (displayName: string): Buffer => Buffer.concat([Buffer.from('leaf:'), hashOf(displayName)]);

export const displayNameOf = (path: BranchPath): string => path[path.length - 1] ?? ROOT;

function pathJson(path: BranchPath): string {
  return `{${[ROOT, ...path].map((name, depth) => `"${depth}":${javaJsonString(name)}`).join(',')}}`;
}

/** The stored JSON, byte for byte the original's. */
export function encodeBranch({ path }: Branch): Buffer {
  return Buffer.from(`{"path":${pathJson(path)},"displayName":${javaJsonString(displayNameOf(path))}}`);
}

export function encodeLeaf({ displayName, tsuid }: Leaf): Buffer {
  return Buffer.from(`{"displayName":${javaJsonString(displayName)},"tsuid":${javaJsonString(tsuid)}}`);
}

/** @throws SyntaxError, TypeError for a cell that is no such JSON */
export function decodeBranch(treeId: number, cell: Buffer): Branch {
  const { path } = JSON.parse(cell.toString('utf8')) as { path: Record<string, string> };
  const names = Object.entries(path)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name);
  return { treeId, path: names.slice(1) };
}

const LEAF = bean<{ displayName: string; tsuid: string }>({
  type: 'net.opentsdb.tree.Leaf',
  unknown: 'ignored',
  create: () => ({ displayName: '', tsuid: '' }),
  setters: {
    displayName: (leaf, json) => (leaf.displayName = string(json) ?? ''),
    tsuid: (leaf, json) => (leaf.tsuid = string(json) ?? ''),
  },
});

/** @throws JsonError for a cell that is no such JSON */
export function decodeLeaf(cell: Buffer): Leaf {
  return readJson(cell.toString('utf8'), LEAF) ?? { displayName: '', tsuid: '' };
}

/** The leaves of a branch, by name, in the order in which the API lists them: of names that differ only in their case the original's map decides for one. */
export async function shownLeaves(leaves: ReadonlyMap<string, Leaf>, slice: TimeSlice): Promise<Leaf[]> {
  const inMap = await hashMapOrderInSlices(leaves, slice);
  const names = await sortedIgnoringCase(inMap, (name) => name, slice);
  return names.flatMap((name) => leaves.get(name) ?? []);
}

/** A leaf with the names of its series; those that nobody knows are left out. */
export interface NamedLeaf extends Leaf {
  readonly metric: string;
  readonly tags: ReadonlyMap<string, string> | null;
}

/** Mirrors Leaf as a bean. */
export function leafJson({ metric, tags, tsuid, displayName }: NamedLeaf): string {
  const pairs = tags && [...tags].map(([key, value]) => `${javaJsonString(key)}:${javaJsonString(value)}`);
  const series = `"metric":${javaJsonString(metric)},"tags":${pairs === null ? 'null' : `{${pairs.join(',')}}`}`;
  return `{${series},"tsuid":${javaJsonString(tsuid)},"displayName":${javaJsonString(displayName)}}`;
}

const list = (items: readonly string[]): string => `[${items.join(',')}]`;

/** As the API shows it, with what is directly below; `children` null: there never were any. Mirrors Branch as a bean. */
export function branchJson(branch: Branch, leaves: readonly NamedLeaf[], children: readonly string[] | null): string {
  const below = `"leaves":${leaves.length === 0 ? null : list(leaves.map(leafJson))},"branches":${children && list(children)}`;
  return `{${below},${branchEndJson(branch)}`;
}

/** What of its JSON comes behind what is below. */
export function branchEndJson(branch: Branch): string {
  const { treeId, path } = branch;
  const where = `"path":${pathJson(path)},"displayName":${javaJsonString(displayNameOf(path))}`;
  return `${where},"treeId":${treeId},"branchId":"${uidToHex(branchKey(branch))}","depth":${path.length}}`;
}
