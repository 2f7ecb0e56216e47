import { bean, boolean, Changes, long, readJson, string } from '../../json';
import { javaJsonText } from '../../schema';
import { IllegalArgumentError } from '../../util/errors';
import { ruleJson, type TreeRule } from './rule';

/** The highest number of a tree. */
export const LAST_TREE = 65_535;

/** What a client may say of a tree. */
export interface TreeFields {
  name: string;
  description: string;
  notes: string;
  /** A series that a level has no name for is not placed. */
  strictMatch: boolean;
  /** New series are placed in it. */
  enabled: boolean;
  /** Series that could not be placed are recorded. */
  storeFailures: boolean;
}

/** A tree: series in branches, by rules. Mirrors Tree. */
export interface Tree extends TreeFields {
  readonly treeId: number;
  /** Seconds. */
  readonly created: number;
  /** By level and order. */
  readonly rules: readonly TreeRule[];
}

/** What a client says of a tree. */
export class TreeDraft {
  treeId = 0;
  /** Seconds. */
  created = 0;
  readonly fields = new Changes<TreeFields>(defaults());
  /** Switches count as changed whenever they are given. */
  readonly switches = new Set<keyof TreeFields>();

  setSwitch(field: 'strictMatch' | 'enabled' | 'storeFailures', on: boolean): void {
    this.fields.set(field, on);
    this.switches.add(field);
  }

  has(field: keyof TreeFields): boolean {
    return this.fields.has(field) || this.switches.has(field);
  }

  get changed(): boolean {
    return this.fields.any() || this.switches.size > 0;
  }
}

function defaults(): TreeFields {
  return { name: '', description: '', notes: '', strictMatch: false, enabled: false, storeFailures: false };
}

interface Stored {
  fields: TreeFields;
  created: number;
}

const STORED_TREE = bean<Stored>({
  type: 'net.opentsdb.tree.Tree',
  unknown: 'ignored',
  create: () => ({ fields: defaults(), created: 0 }),
  setters: {
    name: (tree, json) => (tree.fields.name = string(json) ?? ''),
    description: (tree, json) => (tree.fields.description = string(json) ?? ''),
    notes: (tree, json) => (tree.fields.notes = string(json) ?? ''),
    strictMatch: (tree, json) => (tree.fields.strictMatch = boolean(json)),
    enabled: (tree, json) => (tree.fields.enabled = boolean(json)),
    storeFailures: (tree, json) => (tree.fields.storeFailures = boolean(json)),
    created: (tree, json) => (tree.created = Number(long(json))),
  },
});

/** @throws IllegalArgumentError for no number of a tree */
export function checkTreeId(id: number): void {
  if (id < 1 || id > LAST_TREE) throw new IllegalArgumentError('Invalid Tree ID');
}

/** The key of a tree's row. */
export function treeKey(id: number): Buffer {
  const key = Buffer.alloc(2);
  key.writeUInt16BE(id);
  return key;
}

/** The stored JSON, byte for byte the original's. Number and rules are not in it. */
export function encodeTree({
  name,
  description,
  notes,
  strictMatch,
  created,
  enabled,
  storeFailures,
}: Omit<Tree, 'rules' | 'treeId'>): Buffer {
  const texts = `"name":${javaJsonText(name)},"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  return Buffer.from(`{${texts},"strictMatch":${strictMatch},"created":${created},"enabled":${enabled},"storeFailures":${storeFailures}}`);
}

/** @throws JsonError for a cell that is no such JSON */
export function decodeTree(treeId: number, cell: Buffer, rules: readonly TreeRule[]): Tree {
  const { fields, created } = readJson(cell.toString('utf8'), STORED_TREE) ?? { fields: defaults(), created: 0 };
  const sorted = [...rules].sort((a, b) => a.level - b.level || a.order - b.order);
  return { ...fields, created, treeId, rules: sorted };
}

/** What an edit makes of a stored tree: fields that it leaves out keep their stored values, or get their defaults with `replace`. */
export function mergedTree(draft: TreeDraft, stored: Tree, replace: boolean): Tree {
  const kept = replace ? [] : (Object.keys(draft.fields.values) as (keyof TreeFields)[]).filter((field) => !draft.has(field));
  return { ...stored, ...draft.fields.values, ...Object.fromEntries(kept.map((field) => [field, stored[field]])) };
}

/** The rules by level. */
export function levelsOf(rules: readonly TreeRule[]): Map<number, TreeRule[]> {
  const levels = new Map<number, TreeRule[]>();
  for (const rule of rules) {
    const known = levels.get(rule.level);
    if (known === undefined) levels.set(rule.level, [rule]);
    else known.push(rule);
  }
  return levels;
}

function rulesJson(rules: readonly TreeRule[]): string {
  if (rules.length === 0) return 'null';
  const levels = [...levelsOf(rules)].map(
    ([level, ordered]) => `"${level}":{${ordered.map((rule) => `"${rule.order}":${ruleJson(rule)}`).join(',')}}`,
  );
  return `{${levels.join(',')}}`;
}

/** As the API shows it. Mirrors Tree as a bean. */
export function treeJson({ name, description, notes, enabled, rules, created, treeId, strictMatch, storeFailures }: Tree): string {
  const texts = `"name":${javaJsonText(name)},"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  const rest = `"created":${created},"treeId":${treeId},"strictMatch":${strictMatch},"storeFailures":${storeFailures}`;
  return `{${texts},"enabled":${enabled},"rules":${rulesJson(rules)},${rest}}`;
}
