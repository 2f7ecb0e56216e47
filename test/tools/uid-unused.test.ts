import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackedCells, type Storage } from '../../src/storage';
import { run as runImport } from '../../src/tools/import';
import { run } from '../../src/tools/uid';
import { TempTables } from '../maintenance/support/temp-tables';
import { rollupSettings } from '../support/rollup-settings';

const LONG_AGO = 1_500_000_000_000;
let tables: TempTables;
afterEach(() => tables.remove());

/** Puts a mapping, both ways, as if it had been there for years. */
async function mapping(storage: Storage, kind: string, name: string, id: string, time = LONG_AGO): Promise<void> {
  const [q, uid, text] = [Buffer.from(kind), Buffer.from(id, 'hex'), Buffer.from(name)];
  await storage.put('tsdb-uid', Buffer.from('id'), [{ row: text, cells: PackedCells.of(q, uid), timestamps: [time] }]);
  await storage.put('tsdb-uid', Buffer.from('name'), [{ row: uid, cells: PackedCells.of(q, text), timestamps: [time] }]);
}

async function put(storage: Storage, table: string, row: string, qualifier: string | Buffer, value: string): Promise<void> {
  const cells = PackedCells.of(Buffer.from(qualifier), Buffer.from(value));
  await storage.put(table, Buffer.from(table === 'tsdb-meta' ? 'name' : 't'), [{ row: Buffer.from(row, 'hex'), cells }]);
}

/** Points of `in.use host=web01`, and old mappings that nothing refers to unless a test sees to it. */
async function filled(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  tables = new TempTables({ 'tsd.core.auto_create_metrics': 'true', ...settings });
  const file = join(tables.directory, 'points');
  writeFileSync(file, 'in.use 1500000000 1 host=web01\n');
  expect(await tables.run(runImport, file)).toMatchObject({ code: 0 });
  await tables.with(async ({ storage }) => {
    await mapping(storage, 'metrics', 'old', '000100');
    await mapping(storage, 'tagk', 'rack', '000101');
    await mapping(storage, 'tagv', 'r1', '000102');
  });
}

const OLD = 'metrics old: [0, 1, 0]\ntagk rack: [0, 1, 1]\ntagv r1: [0, 1, 2]\n';
const names = (): Promise<string[]> => tables.cells('tsdb-uid');

describe('uid unused', () => {
  it('lists what no row refers to, and leaves it', async () => {
    await filled();
    const before = await names();
    expect(await tables.run(run, 'unused')).toEqual({ code: 0, out: OLD, err: '3 names are unused; --delete deletes them\n' });
    expect(await names()).toEqual(before);
  });

  it('lists the kinds it is asked for', async () => {
    await filled();
    expect((await tables.run(run, 'unused', 'tagk', 'metric')).out).toBe('metrics old: [0, 1, 0]\ntagk rack: [0, 1, 1]\n');
    const { code, err } = await tables.run(run, 'unused', 'bogus');
    expect([code, err]).toEqual([1, expect.stringContaining('Invalid type requested: bogus')]);
  });

  it('deletes both directions and the metadata, and nothing beside them', async () => {
    await filled();
    await tables.with(async ({ storage }) => {
      const cells = PackedCells.of(Buffer.from('metric_meta'), Buffer.from('{}'));
      await storage.put('tsdb-uid', Buffer.from('name'), [{ row: Buffer.from('000100', 'hex'), cells }]);
    });
    expect(await tables.run(run, 'unused', '--delete')).toEqual({ code: 0, out: OLD, err: '3 names are unused and were deleted\n' });
    expect((await names()).filter((cell) => /0001 ?0[012]|6f6c64/.test(cell))).toEqual([]);
    expect((await tables.run(run, 'unused', '--delete')).out).toBe('');
    expect((await tables.run(run, 'metrics', 'in.use')).code).toBe(0);
    expect((await tables.run(run, 'tagv', 'web01')).code).toBe(0);
  });

  it.each<[string, (storage: Storage) => Promise<void>]>([
    ['points', (storage) => put(storage, 'tsdb', '0001005a000000000101000102', Buffer.of(0, 0), '1')],
    ['histograms', (storage) => put(storage, 'tsdb', '0001005a000000000101000102', Buffer.of(6, 0, 0), '1')],
    ['annotations', (storage) => put(storage, 'tsdb', '0001005a000000000101000102', Buffer.of(1, 0, 0), '{}')],
    ['metadata of series', (storage) => put(storage, 'tsdb-meta', '000100000101000102', 'ts_meta', '{}')],
    ['leaves of trees', (storage) => put(storage, 'tsdb-tree', '0001', 'leaf:1234', '{"displayName":"x","tsuid":"000100000101000102"}')],
    [
      'collisions in trees',
      (storage) =>
        put(storage, 'tsdb-tree', '000101', Buffer.concat([Buffer.from('tree_collision:'), Buffer.from('000100000101000102', 'hex')]), ''),
    ],
    [
      'series that no tree could place',
      (storage) =>
        put(
          storage,
          'tsdb-tree',
          '000102',
          Buffer.concat([Buffer.from('tree_not_matched:'), Buffer.from('000100000101000102', 'hex')]),
          '',
        ),
    ],
  ])('counts %s as use', async (_what, use) => {
    await filled();
    await tables.with(({ storage }) => use(storage));
    expect(await tables.run(run, 'unused', '--delete')).toEqual({ code: 0, out: '', err: '0 names are unused and were deleted\n' });
  });

  it('counts rollups as use', async () => {
    await filled(rollupSettings(['1h']));
    await tables.with(({ storage }) => put(storage, 'tsdb-agg-1h', '0001005a000000000101000102', Buffer.of(0, 0, 0), '1'));
    expect((await tables.run(run, 'unused')).out).toBe('');
  });

  it('finds the UIDs behind salts, and of any width', async () => {
    await filled({ 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' });
    expect((await tables.run(run, 'unused')).out).toBe(OLD);
    tables.remove();
    tables = new TempTables({ 'tsd.core.auto_create_metrics': 'true', 'tsd.storage.uid.width.metric': '4' });
    const file = join(tables.directory, 'points');
    writeFileSync(file, 'in.use 1500000000 1 host=web01\n');
    await tables.run(runImport, file);
    await tables.with(({ storage }) => mapping(storage, 'metrics', 'old', '00000100'));
    expect((await tables.run(run, 'unused')).out).toBe('metrics old: [0, 0, 1, 0]\n');
  });

  it('leaves alone what is young, and takes the age it is given', async () => {
    await filled();
    await tables.with(({ storage }) => mapping(storage, 'metrics', 'new', '000103', Date.now() - 3_600_000));
    expect((await tables.run(run, 'unused', 'metrics')).out).toBe('metrics old: [0, 1, 0]\n');
    expect((await tables.run(run, 'unused', 'metrics', '--min-age=30m')).out).toBe('metrics old: [0, 1, 0]\nmetrics new: [0, 1, 3]\n');
  });

  it('leaves a name that has another UID by now', async () => {
    await filled();
    await tables.with(async ({ storage }) => {
      const cells = PackedCells.of(Buffer.from('metrics'), Buffer.from('000009', 'hex'));
      await storage.put('tsdb-uid', Buffer.from('id'), [{ row: Buffer.from('old'), cells }]);
    });
    await tables.run(run, 'unused', 'metrics', '--delete');
    const left = (await names()).filter((cell) => cell.includes(Buffer.from('old').toString('hex')));
    expect(left).toEqual([`${Buffer.from('old').toString('hex')} ${Buffer.from('metrics').toString('hex')} 000009`]);
  });

  it('deletes nothing when it cannot tell what is used', async () => {
    await filled();
    await tables.with(({ storage }) => put(storage, 'tsdb', '00000100', Buffer.of(0, 0), '1'));
    const before = await names();
    const refused = await tables.run(run, 'unused', '--delete');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toBe(
      'Nothing is deleted: 1 rows have a key that is none, and what they refer to cannot be told (tsdb fsck --full-scan); --force deletes nevertheless\n',
    );
    expect(await names()).toEqual(before);
    expect((await tables.run(run, 'unused', '--delete', '--force')).out).toBe(OLD);
  });

  it('deletes nothing when there are no points', async () => {
    tables = new TempTables();
    await tables.with(({ storage }) => mapping(storage, 'metrics', 'old', '000001'));
    const { code, err } = await tables.run(run, 'unused', '--delete');
    expect([code, err]).toEqual([1, 'Nothing is deleted: there is not one row of points; --force deletes nevertheless\n']);
  });

  it('moves the generation of a table that TSDs share by Redis', async () => {
    await filled();
    const generation = async (): Promise<bigint | undefined> =>
      tables.with(async ({ storage }) => {
        const row = await storage.get('tsdb-uid', { row: Buffer.of(0), family: Buffer.from('name') });
        return row?.get(Buffer.from('name'), Buffer.from('redis_generation'))?.readBigInt64BE(0);
      });
    await tables.with(async ({ storage }) => {
      const cells = PackedCells.of(Buffer.from('redis_secret'), Buffer.alloc(32, 1));
      await storage.put('tsdb-uid', Buffer.from('name'), [{ row: Buffer.of(0), cells }]);
    });
    await tables.run(run, 'unused', 'metrics', '--delete');
    expect(await generation()).toBe(2n);
  });
});
