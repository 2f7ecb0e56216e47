import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createToolApp, type App } from '../../src/app';
import { loadConfig } from '../../src/config';
import { annotationCell, encodeAnnotation, hexToUid, uidToHex } from '../../src/schema';
import { PackedCells, type Storage } from '../../src/storage';
import { run as migrate } from '../../src/tools/migrate';
import { run as verify } from '../../src/tools/verify';
import { LogSystem } from '../../src/util/logger';
import { PassThrough } from 'node:stream';
import { TempTables, type ToolRun } from './support/temp-tables';

const HOUR = 1_400_000_400; // a full hour
let stores: TempTables[];
beforeEach(() => {
  stores = [];
});
afterEach(() => stores.forEach((store) => store.remove()));

function tables(settings: Readonly<Record<string, string>> = {}): TempTables {
  const store = new TempTables(settings);
  stores.push(store);
  return store;
}

/** The parts of a TSD on some tables, for as long as the work takes. */
async function using<T>({ config }: TempTables, work: (app: App) => Promise<T>): Promise<T> {
  const app = createToolApp(loadConfig({ file: config, overrides: [] }).config, new LogSystem({ level: 'OFF', outputs: [] }));
  await app.storage.open();
  try {
    return await work(app);
  } finally {
    await app.writer.close();
    await app.storage.close();
  }
}

const cell = (storage: Storage, table: string, family: string, row: Buffer, qualifier: Buffer, value: Buffer): Promise<unknown> =>
  storage.put(table, Buffer.from(family), [{ row, cells: PackedCells.of(qualifier, value) }]);

const NAMES: ReadonlyMap<string, string> = new Map([
  ['host', 'web01'],
  ['dc', 'ams'],
]);

/** A store with something of everything: points of three series in two hours, notes, metadata, a tree. */
async function fill(store: TempTables): Promise<void> {
  await using(store, async ({ writer, storage, uids, model }) => {
    await uids.assign('metrics', 'never.written');
    for (const [i, metric] of ['sys.cpu', 'sys.mem', 'net.in'].entries()) {
      await uids.assign('metrics', metric);
      for (let n = 0; n < 50; n++)
        await writer.addPoint({ metric, timestamp: String(HOUR + 100 * n), value: i === 1 ? `${n}.25` : String(n), tags: NAMES }, 'telnet');
    }
    await writer.addPoint({ metric: 'sys.cpu', timestamp: String(1000 * HOUR + 7), value: '9007199254740993', tags: NAMES }, 'telnet');
    await writer.flush();
    const tsuid = await tsuidOf(uids, 'sys.cpu');
    for (const [series, text] of [
      [uidToHex(tsuid), 'says "tsuid":"000001"'],
      ['', 'to all'],
    ]) {
      const { key, qualifier } = annotationCell(model.layout, series, HOUR + 5);
      const note = { tsuid: series, startTime: HOUR + 5, endTime: 0, description: text, notes: '', custom: null };
      await cell(storage, 'tsdb', 't', key, qualifier, encodeAnnotation(note));
    }
    await cell(
      storage,
      'tsdb-meta',
      'name',
      tsuid,
      Buffer.from('ts_meta'),
      Buffer.from(`{"tsuid":"${uidToHex(tsuid)}","displayName":"cpu"}`),
    );
    await cell(storage, 'tsdb-meta', 'name', tsuid, Buffer.from('ts_ctr'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 51]));
    const metric = await uids.getId('metrics', 'sys.cpu');
    await cell(storage, 'tsdb-uid', 'name', metric, Buffer.from('metric_meta'), Buffer.from('{"type":"METRIC","displayName":"of cpu"}'));
    const tree = Buffer.from([0, 1]);
    await cell(storage, 'tsdb-tree', 't', tree, Buffer.from('tree'), Buffer.from('{"name":"by host"}'));
    const leaf = Buffer.from(`{"displayName":"cpu","tsuid":"${uidToHex(tsuid)}"}`);
    await cell(storage, 'tsdb-tree', 't', Buffer.from([0, 1, 9, 9, 9, 9]), Buffer.from('leaf:abcd'), leaf);
    const collision = Buffer.concat([Buffer.from('tree_collision:'), tsuid]);
    await cell(storage, 'tsdb-tree', 't', Buffer.from([0, 1, 1]), collision, Buffer.from(uidToHex(await tsuidOf(uids, 'sys.mem'))));
  });
}

async function tsuidOf(uids: App['uids'], metric: string): Promise<Buffer> {
  const pairs = await Promise.all(
    [...NAMES].map(async ([key, value]) => Buffer.concat([await uids.getId('tagk', key), await uids.getId('tagv', value)])),
  );
  return Buffer.concat([await uids.getId('metrics', metric), ...pairs.sort(Buffer.compare)]);
}

async function tool(run: typeof migrate, ...argv: string[]): Promise<ToolRun> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
  const code = await run(argv, io);
  return { code, out: String(io.stdout.read() ?? ''), err: String(io.stderr.read() ?? '') };
}
const between = (from: TempTables, to: TempTables): string[] => ['--from', from.config, '--to', to.config];

const WIDER = { 'tsd.storage.uid.width.metric': '4', 'tsd.storage.uid.width.tagk': '2', 'tsd.storage.uid.width.tagv': '5' };
const SALTED = { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '7' };

describe('tsdb migrate', () => {
  it('copies every cell as it is between stores of one layout', async () => {
    const [from, to] = [tables(), tables()];
    await fill(from);
    expect(await tool(migrate, ...between(from, to))).toMatchObject({ code: 0, err: '' });
    for (const table of ['tsdb', 'tsdb-uid', 'tsdb-meta', 'tsdb-tree']) expect(await to.cells(table)).toEqual(await from.cells(table));
    expect(await tool(verify, ...between(from, to))).toMatchObject({ code: 0, out: expect.stringContaining('no difference') as string });
  });

  it.each([
    ['salted', SALTED],
    ['with other widths', WIDER],
    ['salted and with other widths', { ...WIDER, ...SALTED }],
  ])('copies to a store that is %s, and back', async (_what, settings) => {
    const [from, to, back] = [tables(), tables(settings), tables()];
    await fill(from);
    expect(await tool(migrate, ...between(from, to))).toMatchObject({ code: 0, err: '' });
    expect(await tool(verify, ...between(from, to))).toMatchObject({ code: 0 });
    expect(await tool(migrate, ...between(to, back))).toMatchObject({ code: 0 });
    for (const table of ['tsdb', 'tsdb-uid', 'tsdb-meta', 'tsdb-tree']) expect(await back.cells(table)).toEqual(await from.cells(table));
  });

  it('goes by names where the target has UIDs of its own, and rewrites what names series', async () => {
    const [from, to] = [tables(), tables()];
    await fill(from);
    await using(to, async ({ uids }) => {
      for (const name of ['something.else', 'net.in']) await uids.assign('metrics', name);
      for (const name of ['dc', 'rack', 'host']) await uids.assign('tagk', name);
      await uids.assign('tagv', 'other');
    });
    const { code, out } = await tool(migrate, ...between(from, to));
    expect(code).toBe(0);
    expect(out).toContain('UIDs are those of the target, by names');
    const { out: compared } = await tool(verify, ...between(from, to));
    // Names that only the target has are told, and nothing else.
    expect(compared.split('\n').filter((line) => /only in|nothing|other/.test(line))).toEqual([
      'metrics something.else: only in the second store',
      'tagk rack: only in the second store',
      'tagv other: only in the second store',
    ]);
    await using(to, async ({ uids, storage }) => {
      const tsuid = await tsuidOf(uids, 'sys.cpu');
      const meta = await storage.get('tsdb-meta', { row: tsuid });
      expect(meta?.get(Buffer.from('name'), Buffer.from('ts_meta'))?.toString()).toBe(`{"tsuid":"${uidToHex(tsuid)}","displayName":"cpu"}`);
      const leaf = await storage.get('tsdb-tree', { row: Buffer.from([0, 1, 9, 9, 9, 9]) });
      expect(leaf?.value(0).toString()).toBe(`{"displayName":"cpu","tsuid":"${uidToHex(tsuid)}"}`);
      const collision = await storage.get('tsdb-tree', { row: Buffer.from([0, 1, 1]) });
      expect(uidToHex(collision!.qualifier(0).subarray('tree_collision:'.length))).toBe(uidToHex(tsuid));
      expect(hexToUid(collision!.value(0).toString())).toEqual(await tsuidOf(uids, 'sys.mem'));
      expect(await uids.getId('metrics', 'never.written')).toHaveLength(3);
    });
  });

  it('copies what is new in a second pass, and nothing twice', async () => {
    const [from, to] = [tables(), tables(SALTED)];
    await fill(from);
    const journal = join(from.directory, 'journal');
    const again = [...between(from, to), '--journal', journal];
    expect(await tool(migrate, ...again)).toMatchObject({ code: 0 });
    const before = await to.cells('tsdb');
    await using(from, async ({ writer }) => {
      await writer.addPoint({ metric: 'sys.cpu', timestamp: String(HOUR + 1), value: '7', tags: new Map([['host', 'new']]) }, 'telnet');
      await writer.flush();
    });
    expect(await tool(migrate, ...again)).toMatchObject({ code: 0 });
    expect(await to.cells('tsdb')).toHaveLength(before.length + 1);
    expect(await tool(verify, ...between(from, to))).toMatchObject({ code: 0 });
  });

  it('goes on where it was stopped', async () => {
    const [from, to] = [tables(), tables()];
    await fill(from);
    const journal = join(from.directory, 'journal');
    const task = `embedded ${join(from.directory, 'data')} tsdb to embedded ${join(to.directory, 'data')} tsdb`;
    const state = { task, numbering: 'keep', began: Date.now(), complete: null, done: ['tsdb-uid'] };
    writeFileSync(journal, JSON.stringify(state));
    expect(await tool(migrate, ...between(from, to), '--journal', journal)).toMatchObject({ code: 0 });
    expect(await to.cells('tsdb-uid')).toHaveLength(3); // the counters, which each pass looks at
    expect(await to.cells('tsdb')).toEqual(await from.cells('tsdb'));
    expect(JSON.parse(readFileSync(journal, 'utf8'))).toMatchObject({ done: [], began: null, complete: state.began });
  });

  it('only counts in a dry run', async () => {
    const [from, to] = [tables(), tables()];
    await fill(from);
    const { code, out } = await tool(migrate, ...between(from, to), '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/tsdb: 7 rows, \d+ cells/);
    expect(await to.cells('tsdb')).toEqual([]);
  });

  it('tells rows that it cannot copy, and ends with 1', async () => {
    const [from, to] = [tables(), tables(SALTED)];
    await fill(from);
    await using(from, ({ storage }) => cell(storage, 'tsdb', 't', Buffer.from('broken'), Buffer.from('q'), Buffer.from('v')));
    const { code, out } = await tool(migrate, ...between(from, to));
    expect(code).toBe(1);
    expect(out).toContain('the row 62726F6B656E is not copied: Row key is missing tags');
  });

  it('refuses to keep numbers that the target has given to other names', async () => {
    const [from, to] = [tables(), tables()];
    await fill(from);
    await using(to, ({ uids }) => uids.assign('metrics', 'of.its.own'));
    const { code, err } = await tool(migrate, ...between(from, to), '--uids', 'keep');
    expect(code).toBe(1);
    expect(err).toContain('The target has UIDs that are not those of the source');
    expect(await to.cells('tsdb')).toEqual([]);
  });

  it.each([
    [[], 'Both --from and --to are needed', 2],
    [['--from', 'a', '--to', 'b', '--uids', 'new'], '--uids is neither keep nor assign: new', 2],
    [['--from', 'a', '--to', 'b', '--rate', '0'], '--rate is no positive number: 0', 2],
    [['--from', 'a', '--to', 'b', 'word'], 'Unexpected word word', 2],
  ])('refuses %j', async (argv, message, code) => {
    const { err, ...outcome } = await tool(migrate, ...argv);
    expect(outcome.code).toBe(code);
    expect(err).toContain(message);
  });

  it('refuses a store as its own copy, and a configuration that is not there', async () => {
    const from = tables();
    await fill(from);
    expect((await tool(migrate, ...between(from, from))).err).toContain('Source and target are the same store');
    const { code, err } = await tool(migrate, '--from', from.config, '--to', join(from.directory, 'none'));
    expect(code).toBe(1);
    expect(err).toContain('none');
    expect(existsSync(join(from.directory, 'none'))).toBe(false);
  });
});

describe('tsdb verify', () => {
  it('tells which rows of which series differ', async () => {
    const [from, to] = [tables(), tables(WIDER)];
    await fill(from);
    await tool(migrate, ...between(from, to));
    await using(to, async ({ writer }) => {
      await writer.addPoint({ metric: 'sys.mem', timestamp: String(HOUR + 1), value: '1', tags: NAMES }, 'telnet');
      await writer.addPoint({ metric: 'net.in', timestamp: String(HOUR), value: '9', tags: NAMES }, 'telnet');
      await writer.flush();
    });
    const { code, out } = await tool(verify, ...between(from, to));
    expect(code).toBe(1);
    const hour = '2014-05-13T17:00:00Z';
    expect(
      out
        .split('\n')
        .filter((line) => line.startsWith('points'))
        .sort(),
    ).toEqual([
      `points net.in{dc=ams,host=web01} ${hour}: 36 values in the first store, 36 values, other ones, in the second`,
      `points sys.mem{dc=ams,host=web01} ${hour}: 36 values in the first store, 37 values in the second`,
    ]);
  });
});
