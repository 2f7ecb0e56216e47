import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { createStore } from '../../src/app';
import { loadConfig } from '../../src/config';
import { TreeDraft, Trees } from '../../src/meta';
import { PackedCells, type Storage } from '../../src/storage';
import { main } from '../../src/tools/main';

let dir: string;
let config: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'uid-meta-'));
  config = join(dir, 'opentsdb.conf');
  writeFileSync(
    config,
    `tsd.storage.engine=embedded\ntsd.storage.embedded.path=${join(dir, 'data')}\ntsd.core.tree.enable_processing=true\ntsd.storage.enable_compaction=false\n`,
  );
  expect(await tsdb('mkmetric', 'm')).toBe(0);
  const points = 'm 1356998401 1 host=web01\nm 1357002000 1 host=web01\nm 1357002000 2 host=web02\n';
  expect(await tsdb('import', '--', '-', points)).toBe(0);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

let printed = '';
/** Runs a tool; what follows the word `-` is its standard input. */
async function tsdb(command: string, ...args: string[]): Promise<number> {
  const stdin = args[args.indexOf('-') + 1] ?? '';
  const words = args.includes('-') ? args.slice(0, -1) : args;
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: Readable.from([Buffer.from(stdin)]) };
  const code = await main([command, `--config=${config}`, ...words], io, 'tsdb');
  printed = String(io.stdout.read() ?? '') + String(io.stderr.read() ?? '');
  return code;
}

async function withStorage<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
  const { storage } = createStore(loadConfig({ file: config }).config);
  await storage.open();
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

/** `row column = value` of cells whose columns are metadata. */
const metadata = (): Promise<string[]> =>
  withStorage(async (storage) => {
    const lines: string[] = [];
    for (const table of ['tsdb-uid', 'tsdb-meta'])
      for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
        for (const row of rows)
          for (let i = 0; i < row.size; i++) {
            const column = row.qualifier(i).toString();
            if (!/_meta$|_ctr$/.test(column)) continue;
            const value = column === 'ts_ctr' ? row.value(i).readBigInt64BE().toString() : row.value(i).toString();
            lines.push(`${row.key.toString('hex')} ${column} = ${value}`);
          }
    return lines;
  });

async function makeTree(storage: Storage): Promise<number> {
  const draft = new TreeDraft();
  draft.fields.set('name', 'T');
  draft.setSwitch('enabled', true);
  return (await new Trees(storage, 'tsdb-tree').create(draft)).treeId;
}

const uidMeta = (type: string, created: number): string =>
  `{"type":"${type}","displayName":"","description":"","notes":"","created":${created},"custom":null}`;
const tsMeta = (tsuid: string, created: number): string =>
  `{"tsuid":"${tsuid}","displayName":"","description":"","notes":"","created":${created},"custom":null,"units":"","dataType":"","retention":0,"max":"NaN","min":"NaN"}`;

const SYNCED = [
  `000001 metric_meta = ${uidMeta('METRIC', 1356998400)}`,
  `000001 tagk_meta = ${uidMeta('TAGK', 1356998400)}`,
  `000001 tagv_meta = ${uidMeta('TAGV', 1356998400)}`,
  `000002 tagv_meta = ${uidMeta('TAGV', 1357002000)}`,
  '000001000001000001 ts_ctr = 1',
  `000001000001000001 ts_meta = ${tsMeta('000001000001000001', 1356998400)}`,
  '000001000001000002 ts_ctr = 1',
  `000001000001000002 ts_meta = ${tsMeta('000001000001000002', 1357002000)}`,
];

it('metasync gives series and UIDs the metadata that they lack, with the hour of the first point, in one run', async () => {
  expect(await tsdb('uid', '-v', 'metasync')).toBe(0);
  expect(printed).toContain('Created counter and meta for timeseries [000001000001000002]');
  expect(await metadata()).toEqual(SYNCED);
  expect(await tsdb('uid', '-v', 'metasync')).toBe(0);
  expect(printed).not.toMatch(/Created|Updat/);
  expect(await metadata()).toEqual(SYNCED);
});

it('metasync tells a search plugin of what it has created', async () => {
  const methods = ['deleteTSMeta', 'deleteUIDMeta', 'indexAnnotation', 'deleteAnnotation', 'executeQuery'];
  const told = join(dir, 'told');
  writeFileSync(
    join(dir, 'plugin.js'),
    `const { appendFileSync } = require('node:fs');
     module.exports = { ${methods.map((name) => `${name}() {}`).join(', ')},
       indexTSMeta({ tsuid, metric, created }) { appendFileSync(${JSON.stringify(told)}, tsuid + ' ' + metric.name + ' ' + created + '\\n'); },
       indexUIDMeta({ type, name }) { appendFileSync(${JSON.stringify(told)}, type + ' ' + name + '\\n'); } };`,
  );
  appendFileSync(config, 'tsd.search.enable=true\ntsd.search.plugin=./plugin.js\n');
  expect(await tsdb('uid', 'metasync')).toBe(0);
  expect(readFileSync(told, 'utf8').trim().split('\n').sort()).toEqual([
    '000001000001000001 m 1356998400',
    '000001000001000002 m 1357002000',
    'METRIC m',
    'TAGK host',
    'TAGV web01',
    'TAGV web02',
  ]);
});

it('metasync corrects times of creation, keeps what people wrote, and replaces what can not be read', async () => {
  await withStorage(async (storage) => {
    const put = (table: string, row: string, column: string, value: string): Promise<unknown> =>
      storage.put(table, Buffer.from('name'), [
        { row: Buffer.from(row, 'hex'), cells: PackedCells.of(Buffer.from(column), Buffer.from(value)) },
      ]);
    await put('tsdb-uid', '000001', 'metric_meta', '{"type":"METRIC","displayName":"M","notes":"n","created":1400000000}');
    await put('tsdb-uid', '000001', 'tagk_meta', 'not json');
    await put('tsdb-meta', '000001000001000001', 'ts_meta', '{"tsuid":"000001000001000001","displayName":"D","created":1356998400}');
  });
  expect(await tsdb('uid', '-v', 'metasync')).toBe(0);
  expect(printed).toContain('Replacing corrupt UID [000001] of type [TAGK]');
  const cells = await metadata();
  expect(cells).toContain(
    '000001 metric_meta = {"type":"METRIC","displayName":"M","description":"","notes":"n","created":1356998400,"custom":null}',
  );
  expect(cells).toContain(`000001 tagk_meta = ${uidMeta('TAGK', 1356998400)}`);
  expect(cells).toContain('000001000001000001 ts_meta = {"tsuid":"000001000001000001","displayName":"D","created":1356998400}');
});

it('metapurge removes all of it, and the names stay', async () => {
  await tsdb('uid', 'metasync');
  expect(await tsdb('uid', '-v', 'metapurge')).toBe(0);
  expect(printed).toContain('Purged [4] UIDMeta columns from storage');
  expect(printed).toContain('Purged [4] TSMeta columns from storage');
  expect(await metadata()).toEqual([]);
  expect(await tsdb('uid', 'metrics', 'm')).toBe(0);
});

it('treesync places what has metadata in enabled trees, treepurge removes branches, and the tree on request', async () => {
  await tsdb('uid', 'metasync');
  await withStorage(async (storage) => {
    const treeId = await makeTree(storage);
    const cells = new PackedCells();
    for (const [level, field] of [
      [0, 'METRIC'],
      [1, 'TAGK'],
    ])
      // prettier-ignore
      cells.add(
        Buffer.from(`tree_rule:${level}:0`),
        Buffer.from(`{"type":"${field}","field":"host","level":${level},"order":0,"treeId":${treeId}}`),
      );
    await storage.put('tsdb-tree', Buffer.from('t'), [{ row: Buffer.from([0, 1]), cells }]);
  });
  expect(await tsdb('uid', '-v', 'treesync')).toBe(0);
  expect(printed).toContain('Found [1] trees');
  const columns = (): Promise<string[]> =>
    withStorage(async (storage) => {
      const found: string[] = [];
      for await (const rows of storage.scan('tsdb-tree', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
        for (const row of rows) for (let i = 0; i < row.size; i++) found.push(row.qualifier(i).toString().replace(/:.*/, ''));
      return found.sort();
    });
  expect(await columns()).toEqual(['branch', 'branch', 'leaf', 'leaf', 'tree', 'tree_rule', 'tree_rule']);
  expect(await tsdb('uid', 'treepurge', '1')).toBe(0);
  expect(await columns()).toEqual(['tree', 'tree_rule', 'tree_rule']);
  expect(await tsdb('uid', 'treepurge', '1', 'true')).toBe(0);
  expect(await columns()).toEqual([]);
});

it('metasync and treesync end in order with Ctrl-C, and say that they go on where they were', async () => {
  await tsdb('uid', 'metasync');
  for (const command of ['metasync', 'treesync']) {
    const io = { stdout: new PassThrough().on('data', () => process.emit('SIGINT')), stderr: new PassThrough(), stdin: new PassThrough() };
    const tree = command === 'treesync' ? withStorage((storage) => makeTree(storage)) : Promise.resolve();
    await tree;
    expect(await main(['uid', `--config=${config}`, '-v', command], io, 'tsdb')).toBe(130);
    expect(String(io.stderr.read())).toBe('Interrupted by SIGINT: what was done stays done, run it again for the rest\n');
  }
});
