import { loadConfig } from '../../../src/config';
import { Pace, UnusedUids, UsedUids, type UnusedUid } from '../../../src/maintenance';
import { PackedCells } from '../../../src/storage';
import { readDataModel } from '../../../src/tables';
import { openTempStore, type TempStore } from '../../support/temp-store';

let store: TempStore;
beforeEach(async () => (store = await openTempStore()));
afterEach(() => store.close());

const model = readDataModel(loadConfig({ searchPath: [], overrides: [] }).config);
const METRICS = Buffer.from('metrics');
const [FORWARD, REVERSE] = [Buffer.from('id'), Buffer.from('name')];
const ID = Buffer.of(0, 0, 7);
const NAME = Buffer.from('old');

async function putMapping(name: Buffer, id: Buffer, time?: number): Promise<void> {
  const timestamps = time === undefined ? undefined : [time];
  await store.storage.put('tsdb-uid', FORWARD, [{ row: name, cells: PackedCells.of(METRICS, id), timestamps }]);
  await store.storage.put('tsdb-uid', REVERSE, [{ row: id, cells: PackedCells.of(METRICS, name), timestamps }]);
}

async function mappings(): Promise<string[]> {
  const found: string[] = [];
  for await (const rows of store.storage.scan('tsdb-uid', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++) found.push(`${row.family(i)}:${row.key.toString('hex')}=${row.value(i).toString('hex')}`);
  return found;
}

function parts(): { used: UsedUids; unused: UnusedUids } {
  const { storage } = store;
  const used = new UsedUids({ storage, model, points: [model.tables.data], threads: 2, pace: new Pace(0) });
  return { used, unused: new UnusedUids(storage, model, used) };
}

async function listed({ unused }: ReturnType<typeof parts>, before = Infinity): Promise<UnusedUid[]> {
  const all: UnusedUid[] = [];
  for await (const found of unused.list(['metrics'], before)) all.push(...found);
  return all;
}

const silent = { changing: () => Promise.resolve(null), changed: () => Promise.resolve() };

describe('mappings that nothing refers to', () => {
  it('end from the name first, and other processes are told before and after', async () => {
    await putMapping(NAME, ID, 1000);
    const steps: string[] = [];
    const told = {
      changing: async () => {
        steps.push(`changing ${(await mappings()).length}`);
        return 5;
      },
      changed: async (token: number | null, names: readonly string[]) => {
        steps.push(`changed ${token} ${names.join()} ${(await mappings()).length}`);
      },
    };
    const all = parts();
    await all.unused.remove('metrics', await listed(all), told);
    expect(steps).toEqual(['changing 2', 'changed 5 old 0']);
  });

  it('stay where they were written anew since they were read', async () => {
    await putMapping(NAME, ID, 1000);
    const all = parts();
    const found = await listed(all);
    await putMapping(NAME, ID, 2000);
    await all.unused.remove('metrics', found, silent);
    expect(await mappings()).toEqual(['name:000007=6f6c64']);
    // The name lost its way to the UID, which was read after that; it gets it back with the check that follows.
    await all.unused.restore(found[0]);
    expect(await mappings()).toEqual(
      ['name:000007=6f6c64', 'id:6f6c64=000007'].sort((a, b) => (a.split(':')[1] < b.split(':')[1] ? -1 : 1)),
    );
  });

  it('come back when a row refers to them after all', async () => {
    await putMapping(NAME, ID, 1000);
    const all = parts();
    const found = await listed(all);
    await all.unused.remove('metrics', found, silent);
    expect(await mappings()).toEqual([]);
    const key = Buffer.from('0000075a000000000001000001', 'hex');
    await store.storage.put('tsdb', Buffer.from('t'), [{ row: key, cells: PackedCells.of(Buffer.of(0, 0), Buffer.of(1)) }]);
    await all.used.scan(Date.now() - 60_000);
    expect(all.used.has('metrics', ID)).toBe(true);
    await all.unused.restore(found[0]);
    expect(await mappings()).toHaveLength(2);
  });

  it('do not take a name back that has another UID', async () => {
    await putMapping(NAME, ID, 1000);
    const all = parts();
    const found = await listed(all);
    await all.unused.remove('metrics', found, silent);
    await putMapping(NAME, Buffer.of(0, 0, 8));
    await all.unused.restore(found[0]);
    expect(await mappings()).toEqual(['name:000007=6f6c64', 'name:000008=6f6c64', 'id:6f6c64=000008']);
  });

  it('are no younger than asked for', async () => {
    await putMapping(NAME, ID, 1000);
    expect(await listed(parts(), 1000)).toEqual([]);
    expect(await listed(parts(), 1001)).toHaveLength(1);
  });
});
