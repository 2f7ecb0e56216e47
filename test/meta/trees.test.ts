import { LayeredConfig } from '../../src/config';
import { readJson } from '../../src/json';
import { Branches, TREE_RULE, TreeDraft, TreeGrowth, Trees, treeKey, type RuleDraft, type TsMeta } from '../../src/meta';
import { TREE_FAMILY } from '../../src/meta/tree/trees';
import type { TsMetas } from '../../src/meta/ts-metas';
import { SILENT_LOG } from '../../src/util/log';
import { uidsOn } from '../support/parts';
import { openTempStore, type TempStore } from '../support/temp-store';

const rule = (level: number, json: object): RuleDraft => readJson(JSON.stringify({ treeId: 1, level, order: 0, ...json }), TREE_RULE)!;

let temp: TempStore;
let trees: Trees;
beforeEach(async () => {
  temp = await openTempStore();
  trees = new Trees(temp.storage, 'tsdb-tree');
});
afterEach(() => temp.close());

function draft(fields: Partial<TreeDraft['fields']['values']>, treeId = 0): TreeDraft {
  const made = new TreeDraft();
  made.treeId = treeId;
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === 'boolean') made.setSwitch(field as 'enabled', value);
    else made.fields.set(field as 'name', value);
  }
  return made;
}

/** The tree table, as `row column value`. */
async function cells(): Promise<string[]> {
  const found: string[] = [];
  for await (const rows of temp.storage.scan('tsdb-tree', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++)
        found.push(`${row.key.toString('hex')} ${row.qualifier(i).toString('latin1')} ${row.value(i).toString()}`);
  return found;
}

test('trees are made, changed and listed; a number is that of the highest tree and one', async () => {
  await trees.create(draft({ name: 'a', notes: 'n' }));
  await trees.create(draft({ name: 'b' }));
  expect(await trees.save(draft({}, 1), false)).toBeNull();
  expect(await trees.save(draft({ strictMatch: false }, 1), false)).toMatchObject({ name: 'a', notes: 'n' });
  expect(await trees.save(draft({ enabled: true }, 1), false)).toMatchObject({ notes: 'n', enabled: true });
  expect(await trees.save(draft({ description: 'd' }, 1), true)).toMatchObject({ name: '', notes: '', enabled: false });
  const all: [number, string][] = [];
  for await (const { treeId, name } of trees.each()) all.push([treeId, name]);
  expect(all).toEqual([
    [1, ''],
    [2, 'b'],
  ]);
  expect(await cells()).toContain(
    '0002 tree {"name":"b","description":"","notes":"","strictMatch":false,"created":0,"enabled":false,"storeFailures":false}',
  );
  await expect(trees.create(draft({}))).rejects.toThrow('Tree was missing the name');
  await expect(trees.get(9)).rejects.toThrow('Unable to locate tree: 9');
  for (const id of [0, -1, 65_536]) await expect(trees.get(id)).rejects.toThrow('Invalid Tree ID');
});

test('rules are merged field by field and stored as the original stores them', async () => {
  await trees.create(draft({ name: 'a' }));
  await trees.saveRule(rule(3, { type: 'tagk', field: 'host', notes: 'n' }), false);
  expect(await trees.saveRule(rule(3, { description: 'd' }), false)).toMatchObject({ notes: 'n', description: 'd', field: 'host' });
  expect(await trees.saveRule(rule(3, {}), false)).toBeNull();
  expect(await cells()).toContain(
    '0001 tree_rule:3:0 {"type":"TAGK","field":"host","regex":"","separator":"","description":"d","notes":"n","level":3,"order":0,"treeId":1,' +
      '"customField":"","regexGroupIdx":0,"displayFormat":""}',
  );
  await expect(trees.rule(rule(9, {}))).rejects.toThrow('Unable to locate rule: [1:9:0:null]');
  await expect(trees.deleteRule(rule(9, { type: 'metric' }))).rejects.toThrow('Unable to locate rule: [1:9:0:METRIC]');
});

test.each([
  [{}, 'Missing rule type'],
  [{ type: 'TAGK' }, 'Missing field name required for TAGK rule'],
  [{ type: 'METRIC_CUSTOM', customField: 'x' }, 'Missing field name required for METRIC_CUSTOM rule'],
  [{ type: 'TAGV_CUSTOM', field: 'x' }, 'Missing custom field name required for TAGV_CUSTOM rule'],
  [{ type: 'METRIC', order: -1 }, 'Invalid rule order'],
  [{ type: 'METRIC', regex: '(a)', regexGroupIdx: -1 }, 'Invalid regex group index. Cannot be less than 0'],
])('a rule %j is refused, and no rule of its set is stored', async (json, message) => {
  await trees.create(draft({ name: 'a' }));
  await trees.saveRules([rule(0, { type: 'METRIC' })], false);
  await expect(trees.saveRule(rule(1, { ...json, notes: 'x' }), false)).rejects.toThrow(message);
  await expect(trees.saveRules([rule(2, { type: 'METRIC' }), rule(1, { ...json, notes: 'x' })], false)).rejects.toThrow(message);
  await expect(trees.saveRules([rule(2, { type: 'METRIC' }), rule(1, { ...json, notes: 'x' })], true)).rejects.toThrow(message);
  expect((await trees.get(1)).rules.map(({ level }) => level)).toEqual([0]);
});

test('a set of rules takes the place of the old one; all can be removed, but not from a tree without rules', async () => {
  await trees.create(draft({ name: 'a' }));
  await trees.saveRules([rule(0, { type: 'METRIC' }), rule(1, { type: 'TAGK', field: 'host' })], false);
  await trees.saveRules([rule(5, { type: 'METRIC' })], true);
  expect((await trees.get(1)).rules.map(({ level }) => level)).toEqual([5]);
  await trees.deleteRules(1);
  await expect(trees.deleteRules(1)).rejects.toThrow(
    'Don\'t pass an empty list of qualifiers, this would delete the entire row of table="tsdb-tree" at key [0, 1]',
  );
  await trees.saveRules([rule(5, { type: 'METRIC' })], false);
  expect((await trees.get(1)).rules.map(({ level }) => level)).toEqual([5]);
});

describe('series that are placed', () => {
  const meta = (tsuid: string, metric: string, host: string): TsMeta => {
    const blank = { displayName: '', description: '', notes: '', created: 0, custom: null, uid: '000001' };
    const own = { units: '', dataType: '', retention: 0, max: NaN, min: NaN, lastReceived: 0, totalDatapoints: 0n };
    const tags = [
      { ...blank, kind: 'tagk' as const, name: 'host' },
      { ...blank, kind: 'tagv' as const, name: host },
    ];
    return { ...blank, ...own, tsuid, metric: { ...blank, kind: 'metrics', name: metric }, tags };
  };

  async function grow(storesCollisions: boolean, ...series: TsMeta[]): Promise<TreeGrowth> {
    const uids = uidsOn(temp.storage, new LayeredConfig([]));
    const byTsuid = new Map(series.map((one) => [one.tsuid, one]));
    const metas = {
      get: (tsuid: Buffer) => Promise.resolve(byTsuid.get(tsuid.toString('hex').toUpperCase()) ?? null),
    } as unknown as TsMetas;
    const growth = new TreeGrowth(trees, new Branches(temp.storage, 'tsdb-tree', uids), metas, storesCollisions, SILENT_LOG);
    growth.add(series.map(({ tsuid }) => Buffer.from(tsuid, 'hex')));
    await growth.flush();
    return growth;
  }

  async function treeByHost(storeFailures: boolean): Promise<void> {
    await trees.create(draft({ name: 'a', enabled: true, storeFailures }));
    await trees.saveRules([rule(0, { type: 'METRIC' }), rule(1, { type: 'TAGK', field: 'host' })], false);
  }

  test('have branches and leaves as the original stores them; names with one hash share a column', async () => {
    await treeByHost(true);
    await grow(true, meta('000001000001000001', 'user', 'Aa'));
    await grow(true, meta('000001000001000002', 'user', 'BB'));
    expect((await cells()).filter((line) => !line.includes('tree'))).toEqual([
      '0001 branch {"path":{"0":"ROOT"},"displayName":"ROOT"}',
      '00010036ebcb branch {"path":{"0":"ROOT","1":"user"},"displayName":"user"}',
      '00010036ebcb leaf:\u0000\u0000\u0008@ {"displayName":"Aa","tsuid":"000001000001000001"}',
    ]);
    expect([...(await trees.unplaced(1, 'collisions', null))]).toEqual([['000001000001000002', '000001000001000001']]);
    expect([...(await trees.unplaced(1, 'collisions', [Buffer.from('000001000001000001', 'hex')]))]).toEqual([]);
    expect([...(await trees.unplaced(1, 'notMatched', null))]).toEqual([]);
  });

  test.each([
    [true, false],
    [false, true],
  ])('collisions are not recorded with storeFailures = %p and the key %p', async (storeFailures, key) => {
    await treeByHost(storeFailures);
    await grow(key, meta('000001000001000001', 'user', 'Aa'));
    await grow(key, meta('000001000001000002', 'user', 'BB'));
    expect(await trees.unplaced(1, 'collisions', null)).toEqual(new Map());
  });

  test('a tree without rules, and one that is off, are passed over', async () => {
    await trees.create(draft({ name: 'no rules', enabled: true }));
    await trees.create(draft({ name: 'off' }));
    await trees.create(draft({ name: 'on', enabled: true }));
    await trees.saveRules([rule(0, { treeId: 3, type: 'METRIC' }), rule(1, { treeId: 3, type: 'TAGK', field: 'host' })], false);
    await grow(true, meta('000001000001000001', 'user', 'web01'));
    expect((await cells()).filter((line) => line.includes('leaf:')).map((line) => line.slice(0, 4))).toEqual(['0003']);
  });

  test('an edit of a tree counts for the next series', async () => {
    await treeByHost(false);
    const first = meta('000001000001000001', 'user', 'web01');
    const growth = await grow(true, first);
    await trees.save(draft({ enabled: false }, 1), false);
    await growth.process(meta('000001000001000002', 'user', 'web02'));
    expect((await cells()).filter((line) => line.includes('leaf:'))).toHaveLength(1);
  });

  test('are removed with their tree, or without it; a removal that was interrupted can be done again', async () => {
    await treeByHost(true);
    await grow(true, meta('000001000001000001', 'user', 'Aa'), meta('000001000001000002', 'other', 'web02'));
    await temp.storage.delete('tsdb-tree', [{ row: treeKey(1), family: TREE_FAMILY, qualifiers: [Buffer.from('branch')] }]);
    await trees.delete(1, false);
    expect((await cells()).map((line) => line.split(' ')[1])).toEqual(['tree', 'tree_rule:0:0', 'tree_rule:1:0']);
    await trees.delete(1, true);
    expect(await cells()).toEqual([]);
    await expect(trees.delete(1, true)).rejects.toThrow('Unable to locate tree: 1');
  });
});
