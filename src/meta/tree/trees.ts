import { uidToHex } from '../../schema';
import { PackedCells, type Row, type Storage } from '../../storage';
import { ClientError, IllegalArgumentError, IllegalStateError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { MAX_TRIES, MetaConflictError } from '../conflict';
import { removalOf } from '../remove-cells';
import { checkTreeSize, decodeRule, mergedRule, nameOfRule, ruleJson, type RuleDraft, type TreeRule } from './rule';
import { checkTreeId, decodeTree, encodeTree, LAST_TREE, mergedTree, treeKey, type Tree, type TreeDraft } from './tree';

export const TREE_FAMILY = Buffer.from('t');
const TREE_COLUMN = Buffer.from('tree');
const RULE_COLUMN = 'tree_rule:';
/** What grows in a tree, by the beginnings of the columns; definition and rules are those of the tree itself. */
const GROWN = ['branch', 'leaf:', 'tree_collision:', 'tree_not_matched:'];
const DEFINED = ['tree', RULE_COLUMN];
const DELETE_ROWS = 512;
/** Trees that there may be: every new series is looked at for each of them. */
const MOST_TREES = 1000;
/** What a series that could not be placed takes beside its texts, in an answer that is made. */
const UNPLACED_BYTES = 64;

/** Series that a tree could not place: they stand in rows of their own behind the tree's number. */
export type UnplacedKind = 'collisions' | 'notMatched';
const UNPLACED: Readonly<Record<UnplacedKind, { row: number; column: string }>> = {
  collisions: { row: 1, column: 'tree_collision:' },
  notMatched: { row: 2, column: 'tree_not_matched:' },
};

/** A rule that is asked for is not there. */
export class NoSuchRuleError extends Error {
  constructor(rule: Pick<TreeRule, 'treeId' | 'level' | 'order' | 'type'>) {
    super(`Unable to locate rule: ${nameOfRule(rule)}`);
    this.name = 'NoSuchRuleError';
  }
}

/** A tree that is asked for is not there. */
export class NoSuchTreeError extends Error {
  constructor(id: number) {
    super(`Unable to locate tree: ${id}`);
    this.name = 'NoSuchTreeError';
  }
}

/** Trees and their rules, in the tree table. Mirrors how Tree and TreeRule read and write them. */
export class Trees {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly storage: Storage,
    readonly table: string,
  ) {}

  /** Told of every change that is made here. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** All trees, in the order of their numbers. @throws StorageError */
  async *each(): AsyncGenerator<Tree> {
    for await (const row of this.rows()) yield* treeOf(row.key.readUInt16BE(), row);
  }

  /** The rows of all trees: one small read each, whatever has grown in between. */
  private async *rows(withoutValues = false): AsyncGenerator<Row> {
    const slice = new TimeSlice();
    for (let id = 1; id <= LAST_TREE;) {
      const row = await this.firstFrom(treeKey(id), withoutValues);
      if (row === null) break;
      if (row.key.length === 2 && row.get(TREE_FAMILY, TREE_COLUMN) !== null) yield row;
      id = Math.max(row.key.readUInt16BE(), id) + 1;
      if (slice.isOver()) await slice.next();
    }
  }

  private async firstFrom(start: Buffer, withoutValues: boolean): Promise<Row | null> {
    const range = { start, stop: Buffer.alloc(0), family: TREE_FAMILY, limit: 1, batchRows: 1, withoutValues };
    for await (const [row] of this.storage.scan(this.table, range)) return row;
    return null;
  }

  /** @throws IllegalArgumentError `Invalid Tree ID`, NoSuchTreeError, StorageError */
  async get(id: number): Promise<Tree> {
    return (await this.row(id)).tree;
  }

  /** A tree with the cell that defines it. */
  private async row(id: number): Promise<{ tree: Tree; cell: Buffer }> {
    checkTreeId(id);
    const row = await this.storage.get(this.table, { row: treeKey(id), family: TREE_FAMILY });
    const [tree] = row === null ? [] : treeOf(id, row);
    const cell = row?.get(TREE_FAMILY, TREE_COLUMN) ?? null;
    if (tree === undefined || cell === null) throw new NoSuchTreeError(id);
    return { tree, cell };
  }

  /** Makes a tree; it gets the number behind the highest one. @throws IllegalArgumentError, IllegalStateError, StorageError. Mirrors createNewTree */
  async create({ created, fields }: TreeDraft): Promise<Tree> {
    if (fields.values.name === '') throw new IllegalArgumentError('Tree was missing the name');
    let count = 0;
    let last = 0;
    for await (const { key } of this.rows(true)) {
      count++;
      last = key.readUInt16BE();
    }
    if (count >= MOST_TREES) throw new ClientError(413, 'Too many trees', `There may be up to ${MOST_TREES} of them`);
    for (let treeId = last + 1; treeId <= LAST_TREE; treeId++) {
      const tree: Tree = { ...fields.values, created, treeId, rules: [] };
      const cell = encodeTree(tree);
      checkTreeSize(cell.length, []);
      if (await this.compareAndSet(treeId, TREE_COLUMN, null, cell)) return this.changed(tree);
    }
    throw new IllegalStateError('Exhausted all Tree IDs');
  }

  /** @returns null: the edit changes nothing @throws IllegalArgumentError, NoSuchTreeError, MetaConflictError, StorageError */
  async save(draft: TreeDraft, replace: boolean): Promise<Tree | null> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await this.row(draft.treeId);
      if (!draft.changed) return null;
      const tree = mergedTree(draft, row.tree, replace);
      const cell = encodeTree(tree);
      checkTreeSize(cell.length, tree.rules);
      if (await this.compareAndSet(draft.treeId, TREE_COLUMN, row.cell, cell)) return this.changed(tree);
    }
    throw new MetaConflictError('Failed to save the tree to storage');
  }

  /**
   * Removes what has grown in a tree; with `definition` the tree and its rules, too, at last: what is interrupted can be done again.
   * @throws NoSuchTreeError, IllegalArgumentError, StorageError
   */
  async delete(id: number, definition: boolean): Promise<void> {
    await this.get(id);
    const stop = Buffer.from([(id + 1) >> 16, (id + 1) >> 8, id + 1]).subarray(id === LAST_TREE ? 0 : 1);
    const kinds = definition ? [...GROWN, ...DEFINED] : GROWN;
    let root: Row | null = null;
    for await (const rows of this.storage.scan(this.table, { start: treeKey(id), stop, family: TREE_FAMILY, batchRows: DELETE_ROWS })) {
      const own = rows.find(({ key }) => key.length === 2);
      root ??= own ?? null;
      await this.remove(
        rows.filter((row) => row !== own),
        kinds,
      );
    }
    if (root !== null) await this.remove([root], kinds);
    this.changed(null);
  }

  private async remove(rows: readonly Row[], kinds: readonly string[]): Promise<void> {
    const doomed = rows
      .map((row) => removalOf(row, (column) => kinds.some((kind) => isOfKind(column, kind))))
      .filter((removal) => removal !== null);
    if (doomed.length === 0) return;
    const [failure] = await this.storage.delete(this.table, doomed);
    if (failure !== undefined) throw failure.error;
  }

  /** The stored rule at the level and order of a draft. @throws NoSuchRuleError, NoSuchTreeError, IllegalArgumentError, StorageError */
  async rule({ treeId, fields }: RuleDraft): Promise<TreeRule> {
    const { level, order, type } = fields.values;
    const { rules } = await this.get(treeId);
    const found = rules.find((rule) => rule.level === level && rule.order === order);
    if (found === undefined) throw new NoSuchRuleError({ treeId, level, order, type });
    return found;
  }

  /** @returns null: the edit changes nothing @throws NoSuchTreeError, IllegalArgumentError, MetaConflictError, StorageError. Mirrors TreeRule.syncToStorage */
  async saveRule(draft: RuleDraft, replace: boolean): Promise<TreeRule | null> {
    const { treeId, fields } = draft;
    const { level, order } = fields.values;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { tree, cell: definition } = await this.row(treeId);
      if (!fields.any()) return null;
      const column = ruleColumn(level, order);
      const row = await this.storage.get(this.table, { row: treeKey(treeId), family: TREE_FAMILY, qualifiers: [column] });
      const cell = row?.get(TREE_FAMILY, column) ?? null;
      const stored = cell && decodeRule(treeId, cell);
      if (stored !== null && !replace && !changes(draft, stored)) return null;
      const rule = mergedRule(draft, stored, replace);
      if (stored !== null && ruleJson(stored) === ruleJson(rule)) return null;
      checkTreeSize(definition.length, [rule, ...tree.rules.filter((other) => placeOf(other) !== placeOf(rule))]);
      if (await this.compareAndSet(treeId, column, cell, Buffer.from(ruleJson(rule)))) return this.changed(rule);
    }
    throw new MetaConflictError('Failed to save the rule to storage');
  }

  /**
   * Writes rules of one tree, all of them or none: every one is checked before any is stored, and they are stored in one write.
   * @param replace other rules of the tree go
   * @throws NoSuchTreeError, IllegalArgumentError, StorageError
   */
  async saveRules(drafts: readonly RuleDraft[], replace: boolean): Promise<void> {
    const [{ treeId }] = drafts;
    const { tree, cell: definition } = await this.row(treeId);
    const { rules } = tree;
    const slice = new TimeSlice();
    const known = new Map(replace ? [] : rules.map((rule) => [placeOf(rule), rule] as const));
    const cells = new PackedCells();
    for (const draft of drafts) {
      const place = placeOf(draft.fields.values);
      const stored = known.get(place) ?? null;
      if (stored !== null && !replace && !changes(draft, stored)) continue;
      const rule = mergedRule(draft, stored, replace);
      known.set(place, rule);
      if (slice.isOver()) await slice.next();
    }
    checkTreeSize(definition.length, known.values());
    const before = new Set(rules);
    const changed = [...known.values()].filter((rule) => !before.has(rule));
    if (changed.length === 0) throw new IllegalArgumentError('No changes detected in the rule');
    for (const rule of changed) cells.add(ruleColumn(rule.level, rule.order), Buffer.from(ruleJson(rule)));
    const [failure] = await this.storage.put(this.table, TREE_FAMILY, [{ row: treeKey(treeId), cells }]);
    if (failure !== undefined) throw failure.error;
    if (replace)
      await this.removeRules(
        treeId,
        rules.filter((rule) => !known.has(placeOf(rule))),
      );
    this.changed(null);
  }

  /** @throws NoSuchRuleError, NoSuchTreeError, IllegalArgumentError, StorageError */
  async deleteRule(draft: RuleDraft): Promise<void> {
    await this.removeRules(draft.treeId, [await this.rule(draft)]);
    this.changed(null);
  }

  /** Removes all rules of a tree. @throws NoSuchTreeError, IllegalArgumentError also when there are none, in the original's words, StorageError */
  async deleteRules(treeId: number): Promise<void> {
    const { rules } = await this.get(treeId);
    if (rules.length === 0) {
      const row = `this would delete the entire row of table="${this.table}" at key [${[...treeKey(treeId)].map((byte) => (byte << 24) >> 24).join(', ')}]`;
      throw new IllegalArgumentError(`Don't pass an empty list of qualifiers, ${row}`);
    }
    await this.removeRules(treeId, rules);
    this.changed(null);
  }

  private async removeRules(treeId: number, rules: readonly TreeRule[]): Promise<void> {
    if (rules.length === 0) return;
    const columns = new Set(rules.map(({ level, order }) => ruleColumn(level, order).toString()));
    const row = await this.storage.get(this.table, { row: treeKey(treeId), family: TREE_FAMILY });
    const removal = row && removalOf(row, (column) => columns.has(column.toString()));
    if (removal === null) return;
    const [failure] = await this.storage.delete(this.table, [removal]);
    if (failure !== undefined) throw failure.error;
  }

  /**
   * The series that a tree could not place, and why, by their TSUIDs.
   * @param wanted null: all
   * @param account is told of bytes that they take, and may refuse them
   * @throws NoSuchTreeError, IllegalArgumentError, StorageError, what `account` throws
   */
  async unplaced(
    treeId: number,
    kind: UnplacedKind,
    wanted: readonly Buffer[] | null,
    account: (bytes: number) => void = () => {},
    signal?: AbortSignal,
  ): Promise<Map<string, string>> {
    await this.get(treeId);
    const { row, column } = UNPLACED[kind];
    const qualifiers = wanted?.length ? wanted.map((tsuid) => Buffer.concat([Buffer.from(column), tsuid])) : undefined;
    const found = await this.storage.get(this.table, {
      row: Buffer.concat([treeKey(treeId), Buffer.from([row])]),
      family: TREE_FAMILY,
      qualifiers,
    });
    const unplaced = new Map<string, string>();
    const slice = new TimeSlice(signal);
    for (let i = 0; found !== null && i < found.size; i++) {
      if (slice.isOver()) await slice.next();
      const qualifier = found.qualifier(i);
      if (!isOfKind(qualifier, column)) continue;
      account(UNPLACED_BYTES + 2 * qualifier.length + found.valueLength(i));
      unplaced.set(uidToHex(qualifier.subarray(column.length)), found.value(i).toString('utf8'));
    }
    return unplaced;
  }

  /** Records that another series has the place of this one. @throws StorageError */
  async recordCollision(treeId: number, tsuid: Buffer, other: string): Promise<void> {
    const { row, column } = UNPLACED.collisions;
    const cells = PackedCells.of(Buffer.concat([Buffer.from(column), tsuid]), Buffer.from(other));
    const [failure] = await this.storage.put(this.table, TREE_FAMILY, [
      { row: Buffer.concat([treeKey(treeId), Buffer.from([row])]), cells },
    ]);
    if (failure !== undefined) throw failure.error;
  }

  private compareAndSet(id: number, column: Buffer, expected: Buffer | null, value: Buffer): Promise<boolean> {
    return this.storage.compareAndSet(this.table, treeKey(id), TREE_FAMILY, column, expected, value);
  }

  private changed<T>(what: T): T {
    for (const listener of this.listeners) listener();
    return what;
  }
}

/** The tree of a row; none where only branches are in it. */
function treeOf(id: number, row: Row): Tree[] {
  const definition = row.get(TREE_FAMILY, TREE_COLUMN);
  if (definition === null) return [];
  const rules: TreeRule[] = [];
  for (let i = 0; i < row.size; i++) if (isOfKind(row.qualifier(i), RULE_COLUMN)) rules.push(decodeRule(id, row.value(i)));
  return [decodeTree(id, definition, rules)];
}

/** Whether a rule says anything else of the fields that an edit has. */
function changes({ fields }: RuleDraft, stored: TreeRule): boolean {
  const { values } = fields;
  return (Object.keys(values) as (keyof typeof values)[]).some(
    (field) => fields.has(field) && values[field] !== stored[field] && (values[field] !== null || field === 'regex'),
  );
}

const ruleColumn = (level: number, order: number): Buffer => Buffer.from(`${RULE_COLUMN}${level}:${order}`);
const placeOf = ({ level, order }: Pick<TreeRule, 'level' | 'order'>): string => `${level}:${order}`;

/** @param kind a whole name, or a beginning that ends with a colon */
function isOfKind(column: Buffer, kind: string): boolean {
  const start = column.subarray(0, kind.length).toString('latin1');
  return start === kind && (kind.endsWith(':') || column.length === kind.length);
}
