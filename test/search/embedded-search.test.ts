import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IndexStore } from '../../src/search/index/index-store';
import { readDataModel } from '../../src/tables';
import { LayeredConfig } from '../../src/config';
import { Meta } from '../../src/meta';
import { rebuildIndex } from '../../src/search';
import { ClientError } from '../../src/util/errors';
import { SILENT_LOG } from '../../src/util/log';
import { uidsOn } from '../support/parts';
import { openTempStore, type TempStore } from '../support/temp-store';
import { SearchingTsd, temporaryDirectory } from './support';

const root = temporaryDirectory();
let indexes = 0;
let temp: TempStore;
let path: string;
let tsd: SearchingTsd;
beforeEach(async () => {
  temp = await openTempStore();
  path = join(root, `index${indexes++}`);
  tsd = await SearchingTsd.open(temp.storage, path);
});
afterEach(async () => {
  await tsd.close();
  await temp.close();
});

/** Every row of an index, in hexadecimal, but for what it knows about itself. */
async function rowsOf(directory: string): Promise<string[]> {
  const store = new IndexStore(directory, SILENT_LOG);
  await store.open();
  const rows: string[] = [];
  for await (const batch of store.range(Buffer.alloc(0)))
    for (const row of batch)
      if (row.key[0] !== 'M'.charCodeAt(0)) rows.push(`${row.key.toString('latin1')} ${row.value(0).toString('latin1')}`);
  await store.close();
  return rows;
}

async function rebuild(directory: string, allNotes = true): ReturnType<typeof rebuildIndex> {
  const config = new LayeredConfig([]);
  const uids = uidsOn(temp.storage, config);
  const meta = new Meta({ storage: temp.storage, model: readDataModel(config), uids, logger: SILENT_LOG });
  return rebuildIndex({ meta, uids, logger: SILENT_LOG }, { path: directory }, allNotes);
}

const CPU1 = 'sys.cpu.user host=web01 dc=lga';
const CPU2 = 'sys.cpu.user host=web02 dc=sjc';
const MEM = 'sys.mem.free host=web01 dc=lga';
const REQ = 'app.Requests host=db01 owner=web01';

/** Searches, and what each of them finds. */
type Searches = [query: string | null, found: string[]][];

describe('series', () => {
  beforeEach(async () => {
    await tsd.create(CPU1, CPU2, MEM, REQ);
    await tsd.editSeries(MEM, {
      displayName: 'Free memory',
      notes: 'watch it',
      units: 'bytes',
      retention: 30,
      custom: { team: 'Storage' },
    });
    await tsd.editUid('metrics', 'sys.cpu.user', { description: 'time outside of the kernel', custom: { source: 'procfs' } });
  });

  const searches: Searches = [
    [null, [CPU1, CPU2, MEM, REQ]],
    ['*', [CPU1, CPU2, MEM, REQ]],
    ['name:*', [CPU1, CPU2, MEM, REQ]],
    ['name:sys.cpu.*', [CPU1, CPU2]],
    ['metric.name:sys.cpu.user', [CPU1, CPU2]],
    ['metric:cpu', [CPU1, CPU2]],
    ['metric:*q?ests', [REQ]],
    ['metric:"sys cpu"', [CPU1, CPU2]],
    ['cpu', [CPU1, CPU2]],
    ['requests', [REQ]],
    ['web01', [CPU1, MEM, REQ]],
    ['host:web01', [CPU1, MEM]],
    ['HOST:WEB0*', [CPU1, CPU2, MEM]],
    ['tags.host:web01', [CPU1, MEM]],
    ['owner:*', [REQ]],
    ['_exists_:owner', [REQ]],
    ['tags.name:owner', [REQ]],
    ['keys.name:owner', [REQ]],
    ['values.name:owner', []],
    ['values.name:lga', [CPU1, MEM]],
    ['nokey:web01', []],
    ['cpu web01', [CPU1, CPU2, MEM, REQ]],
    ['cpu AND web01', [CPU1]],
    ['host:web01 AND NOT cpu', [MEM]],
    ['NOT host:web01', [CPU2, REQ]],
    ['host:(web02 OR db01)', [CPU2, REQ]],
    ['(cpu OR mem) AND dc:lga', [CPU1, MEM]],
    ['metric:[sys.c TO sys.d]', [CPU1, CPU2]],
    ['displayName:free', [MEM]],
    ['displayname:"free memory"', [MEM]],
    ['notes:watch AND units:bytes', [MEM]],
    ['custom:storage', [MEM]],
    ['custom.team:storage', [MEM]],
    ['custom.other:storage', []],
    ['retention:>=30', [MEM]],
    ['storage', [MEM]],
    ['created:>1000000000', [CPU1, CPU2, MEM, REQ]],
    ['created:[* TO 1000]', []],
    ['description:*', []],
    ['metric.description:kernel', [CPU1, CPU2]],
    ['metric.custom.source:procfs', [CPU1, CPU2]],
    ['kernel', [CPU1, CPU2]],
    ['metric.uid:000001', [CPU1, CPU2]],
    ['tags.uid:000003', [CPU2, REQ]],
    ['tsuid:000001000001000001000002000002', [CPU1]],
    ['tsuid:000001*', [CPU1, CPU2]],
    ['000001000001000001000002000002', [CPU1]],
    ['lastReceived:1', []],
  ];
  test('are found by what is known of them', async () => {
    for (const [query, series] of searches) {
      expect({ query, found: await tsd.find('TSMETA', query) }).toEqual({ query, found: series });
      expect({ query, found: await tsd.find('TSMETA_SUMMARY', query) }).toEqual({ query, found: series });
      const tsuids: string[] = [];
      for (const one of series) tsuids.push((await tsd.tsuid(one)).toString('hex').toUpperCase());
      expect({ query, found: await tsd.find('TSUIDS', query) }).toEqual({ query, found: tsuids });
    }
  });

  test('are told page by page, and how many there are in all', async () => {
    await tsd.search.flush();
    expect(await tsd.execute('TSMETA', '*', { limit: 2, startIndex: 1 })).toMatchObject({
      totalResults: 4,
      query: { limit: 2, startIndex: 1 },
    });
    expect(await tsd.find('TSMETA', '*', { limit: 2, startIndex: 1 })).toEqual([CPU2, MEM]);
    expect(await tsd.find('TSMETA', '*', { limit: 0 })).toEqual([]);
    expect(await tsd.find('TSMETA', 'web01', { startIndex: 3 })).toEqual([]);
  });

  test.each([{ limit: -1 }, { startIndex: -1 }, { limit: 10_001 }])('can not be asked for with %j', async (page) => {
    await expect(tsd.find('TSMETA', '*', page)).rejects.toThrow(new ClientError(400, 'Unable to parse query'));
  });

  test('follow the tables: edits, renames, removals', async () => {
    await tsd.editSeries(MEM, { displayName: 'RAM' });
    expect(await tsd.find('TSMETA', 'displayName:free')).toEqual([]);
    expect(await tsd.find('TSMETA', 'displayName:ram')).toEqual([MEM]);
    await tsd.uids.rename('metrics', 'sys.cpu.user', 'sys.processor.user');
    expect(await tsd.find('TSMETA', 'metric:cpu')).toEqual([]);
    expect(await tsd.find('TSMETA', 'metric:processor AND host:web02')).toEqual([CPU2.replace('cpu', 'processor')]);
    await tsd.meta.tsMetas.delete((await tsd.tsuid(MEM)).toString('hex'));
    expect(await tsd.find('TSMETA', 'host:web01')).toEqual([CPU1.replace('cpu', 'processor')]);
    expect(await tsd.find('TSMETA', 'displayName:*')).toEqual([]);
  });

  test('of which a name is gone are left out, and do not keep the others from being told', async () => {
    await tsd.search.flush();
    await tsd.uids.delete('tagv', 'sjc');
    expect(await tsd.find('TSMETA', 'cpu')).toEqual([CPU1]);
    expect(await tsd.find('TSMETA', 'sjc')).toEqual([]);
  });
});

describe('UIDs', () => {
  beforeEach(async () => {
    await tsd.create(CPU1);
    await tsd.editUid('metrics', 'sys.cpu.user', { displayName: 'CPU', created: 1400000000 });
    await tsd.editUid('tagk', 'host', { notes: 'a machine' });
    await tsd.editUid('tagv', 'web01', { custom: { rack: 'r7' } });
  });

  const searches: Searches = [
    ['*', ['metrics sys.cpu.user', 'tagk host', 'tagv web01']],
    ['name:*', ['metrics sys.cpu.user', 'tagk host', 'tagv web01']],
    ['name:sys*', ['metrics sys.cpu.user']],
    ['name:cpu AND type:metric', ['metrics sys.cpu.user']],
    ['name:lga', []],
    ['host', ['tagk host']],
    ['machine', ['tagk host']],
    ['type:(tagk OR tagv)', ['tagk host', 'tagv web01']],
    ['displayName:cpu', ['metrics sys.cpu.user']],
    ['custom.rack:r7', ['tagv web01']],
    ['created:1400000000', ['metrics sys.cpu.user']],
    ['uid:000001 AND type:tagk', ['tagk host']],
    ['NOT name:(host OR web01)', ['metrics sys.cpu.user']],
    ['bogus:*', []],
  ];
  test('are found by what is known of them', async () => {
    for (const [query, found] of searches) expect({ query, found: await tsd.find('UIDMETA', query) }).toEqual({ query, found });
  });

  test('follow the tables', async () => {
    await tsd.uids.rename('tagk', 'host', 'machine');
    expect(await tsd.find('UIDMETA', 'name:machine')).toEqual(['tagk machine']);
    expect(await tsd.find('UIDMETA', 'name:host')).toEqual([]);
    await tsd.uids.delete('tagk', 'machine');
    expect(await tsd.find('UIDMETA', '*')).toEqual(['metrics sys.cpu.user', 'tagv web01']);
  });
});

describe('annotations', () => {
  beforeEach(async () => {
    await tsd.create(CPU1);
    const tsuid = (await tsd.tsuid(CPU1)).toString('hex').toUpperCase();
    await tsd.meta.annotations.save({ tsuid, startTime: 1500000001, description: 'deploy', custom: new Map([['owner', 'ops']]) }, false);
    await tsd.meta.annotations.save({ startTime: 1500000000, endTime: 1500000300, description: 'outage', notes: 'Power failed.' }, false);
    await tsd.meta.annotations.save({ startTime: 1400000000500, description: 'in milliseconds' }, false);
  });

  const searches: Searches = [
    ['*', ['1400000000500 in milliseconds', '1500000000 outage', '1500000001 deploy']],
    ['deploy', ['1500000001 deploy']],
    ['description:*ge', ['1500000000 outage']],
    ['notes:"power failed"', ['1500000000 outage']],
    ['custom.owner:ops', ['1500000001 deploy']],
    ['startTime:[1500000000 TO 1500000001]', ['1500000000 outage', '1500000001 deploy']],
    ['endTime:1500000300', ['1500000000 outage']],
    ['tsuid:000001*', ['1500000001 deploy']],
    ['000001000001000001000002000002', ['1500000001 deploy']],
    ['-tsuid:*', ['1400000000500 in milliseconds', '1500000000 outage']],
  ];
  test('are found by what is known of them', async () => {
    for (const [query, found] of searches) expect({ query, found: await tsd.find('ANNOTATION', query) }).toEqual({ query, found });
  });

  test('one that is edited in the other unit of time stays one', async () => {
    await tsd.meta.annotations.save({ startTime: 1500000002, description: 'a' }, false);
    await tsd.meta.annotations.save({ startTime: 1500000002000, description: 'b' }, false);
    expect(await tsd.find('ANNOTATION', 'startTime:[1500000002 TO 1500000003]')).toEqual(['1500000002 b']);
    expect(await tsd.find('ANNOTATION', '*')).toHaveLength(4);
  });

  test('follow the tables', async () => {
    await tsd.meta.annotations.delete('', 1400000000500);
    expect(await tsd.find('ANNOTATION', '*')).toHaveLength(2);
    const tsuid = (await tsd.tsuid(CPU1)).toString('hex');
    expect(await tsd.meta.annotations.deleteRange('', 1499999999000, 1500000000000)).toBe(1);
    expect(await tsd.find('ANNOTATION', '*')).toEqual(['1500000001 deploy']);
    expect(await tsd.meta.annotations.deleteRange(tsuid, 1499999999000, 1600000000000)).toBe(1);
    expect(await tsd.find('ANNOTATION', '*')).toEqual([]);
  });
});

describe('the index', () => {
  test('is there after a restart, and is not compared with the tables when it was closed in order', async () => {
    await tsd.create(CPU1, CPU2);
    await tsd.close();
    await temp.storage.delete('tsdb-meta', [{ row: await tsd.tsuid(CPU2) }]);
    tsd = await SearchingTsd.open(temp.storage, path);
    expect(await tsd.find('TSUIDS', '*')).toHaveLength(2);
  });

  test('is brought in line with the tables when its process was killed', async () => {
    await tsd.create(CPU1, CPU2);
    await tsd.search.flush();
    // Three things happen that the index is not told of.
    await temp.storage.delete('tsdb-meta', [{ row: await tsd.tsuid(CPU1) }]);
    const other = await SearchingTsd.open(temp.storage, join(root, `index${indexes++}`));
    await other.create(MEM);
    await other.editSeries(CPU2, { notes: 'edited' });
    await other.close();
    await tsd.abandon();
    tsd = await SearchingTsd.open(temp.storage, path);
    expect(await tsd.find('TSMETA', '*')).toEqual([CPU2, MEM]);
    expect(await tsd.find('TSMETA', 'notes:edited')).toEqual([CPU2]);
    expect(await tsd.find('TSMETA', 'host:web01')).toEqual([MEM]);
  });

  test('that is new is made from what the tables have', async () => {
    await tsd.create(CPU1, MEM);
    await tsd.meta.annotations.save({ startTime: 1500000000, description: 'outage' }, false);
    const other = await SearchingTsd.open(temp.storage, join(root, `index${indexes++}`));
    expect(await other.find('TSMETA', '*')).toEqual([CPU1, MEM]);
    expect(await other.find('ANNOTATION', '*')).toEqual(['1500000000 outage']);
    await other.close();
  });

  test('that is damaged is made anew', async () => {
    await tsd.create(CPU1);
    await tsd.close();
    writeFileSync(join(path, 'data.mdb'), 'no index at all'.repeat(1000));
    tsd = await SearchingTsd.open(temp.storage, path);
    expect(await tsd.find('TSMETA', '*')).toEqual([CPU1]);
  });

  test('belongs to one daemon', async () => {
    await expect(SearchingTsd.open(temp.storage, path)).rejects.toThrow(/open in this process already|in use/);
  });

  test('that a tool makes is the one that a daemon has kept up', async () => {
    await tsd.create(CPU1, CPU2, MEM, REQ);
    await tsd.editSeries(MEM, { displayName: 'Free memory', custom: { team: 'Storage' } });
    await tsd.editSeries(CPU2, { notes: 'for a while' });
    await tsd.editSeries(CPU2, { notes: '' });
    await tsd.editUid('metrics', 'sys.cpu.user', { description: 'time' });
    await tsd.editUid('tagv', 'lga', { notes: 'New York' });
    await tsd.uids.rename('tagv', 'web02', 'web-02.example');
    await tsd.meta.tsMetas.delete((await tsd.tsuid(REQ)).toString('hex'));
    await tsd.meta.annotations.save({ startTime: 1500000000, description: 'outage' }, false);
    await tsd.meta.annotations.save({ tsuid: (await tsd.tsuid(CPU1)).toString('hex'), startTime: 1500000007, description: 'd' }, false);
    await tsd.close();
    const made = join(root, `index${indexes++}`);
    expect(await rebuild(made)).toEqual({ series: 3, uids: 2, notes: 2 });
    // Names of series that are gone are removed when the index is compared.
    expect(await rebuild(path)).toMatchObject({ series: 0, notes: 0 });
    const names = (rows: string[]): string[] => rows.filter((row) => !/owner/.test(row));
    expect(names(await rowsOf(path))).toEqual(names(await rowsOf(made)));
    expect(await rebuild(made)).toEqual({ series: 0, uids: 0, notes: 0 });
    tsd = await SearchingTsd.open(temp.storage, path);
  });

  test('finds names that are longer than its keys', async () => {
    const long = `${'x'.repeat(300)}a`;
    await tsd.create(`${long} host=web01`, `${'x'.repeat(300)}b host=web01`);
    expect(await tsd.find('TSMETA', `metric:${'x'.repeat(250)}*a`)).toEqual([`${long} host=web01`]);
    expect(await tsd.find('TSMETA', `metric:xxx*`)).toHaveLength(2);
    expect(await tsd.find('UIDMETA', `name:xxx*`)).toHaveLength(0);
  });

  test('tells what a search takes, and ends when that is too much', async () => {
    await tsd.create(CPU1, CPU2);
    await tsd.search.flush();
    const account = (bytes: number): void => {
      if (bytes > 0) throw new ClientError(503, 'Too many requests in memory');
    };
    const query = { type: 'TSUIDS', query: 'host:web01', metric: '*', tags: null, useMeta: true, limit: 25, startIndex: 0 } as const;
    await expect(tsd.search.execute(query, { signal: new AbortController().signal, account })).rejects.toThrow(
      'Too many requests in memory',
    );
    await expect(tsd.search.execute(query, { signal: AbortSignal.abort(new Error('gone')), account: () => {} })).rejects.toThrow('gone');
  });

  test('ends a search that takes too long', async () => {
    await tsd.close();
    tsd = await SearchingTsd.open(temp.storage, path, { 'tsd.search.timeout': '1' });
    await tsd.create('m host=web1');
    await tsd.search.flush();
    // However fast the machine is: the time is over while the index is read.
    const { range } = IndexStore.prototype;
    const slow = jest.spyOn(IndexStore.prototype, 'range').mockImplementation(async function* (this: IndexStore, from, options) {
      await sleep(10);
      yield* range.call(this, from, options);
    });
    try {
      await expect(tsd.execute('TSUIDS', '*b1*')).rejects.toMatchObject({ status: 504, message: 'The search took longer than 1 ms' });
    } finally {
      slow.mockRestore();
    }
  });
});
