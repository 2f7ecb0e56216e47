/** An embedded store whose file is not what was written: it says so and does not start; what can be read is saved. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { asClientError } from '../../src/query/engine/client-error';
import { DamagedStoreError, PackedCells, StorageError, type RowPut } from '../../src/storage';
import { checkStore, EmbeddedStorage } from '../../src/storage/embedded';
import { run } from '../../src/tools/check-store';
import { SILENT_LOG } from '../../src/util/log';
import type { Refusal } from '../support/damaged-merge-child';
import { endChild } from '../support/end-child';
import { closeMerged, TABLES } from '../support/temp-store';

const T = Buffer.from('t');
const EMPTY = Buffer.alloc(0);
const PAGE = 4096;
const ROWS = 400;
const CELLS = 40;
const NAMES = 150;

let top: string;
let whole: Buffer;
let next = 0;

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'tsdb-damage-'));
  const path = join(top, 'whole');
  const store = new EmbeddedStorage({ path, tables: TABLES, packAfter: 6000 });
  await store.open();
  for (let c = 0; c < CELLS; c += 8) {
    const rows: RowPut[] = [];
    for (let r = 0; r < ROWS; r++) {
      const cells = new PackedCells();
      for (let i = c; i < c + 8; i++) cells.add(Buffer.of(i), Buffer.from(`${r} ${i}`));
      rows.push({ row: Buffer.from(`row ${String(r).padStart(4, '0')}`), cells });
    }
    await store.put('tsdb', T, rows);
  }
  // Names of all lengths: values that need pages of their own, keys that are stored as hashes.
  for (let i = 0; i < NAMES; i++)
    await store.compareAndSet(
      'tsdb-uid',
      Buffer.alloc(1 + i * 20, 'n'),
      Buffer.from('id'),
      Buffer.from('m'),
      null,
      Buffer.alloc(i * 60, 1),
    );
  await closeMerged(store);
  whole = readFileSync(join(path, 'data.mdb'));
});
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await endChild(child, 'SIGKILL');
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

function storeWith(bytes: Buffer): string {
  const path = join(top, `store ${next++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), bytes);
  return path;
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(whole);
  change(bytes);
  return bytes;
}

async function readAll(path: string): Promise<{ cells: number; names: number }> {
  const store = new EmbeddedStorage({ path, tables: TABLES });
  await store.open();
  try {
    let cells = 0;
    let names = 0;
    for await (const rows of store.scan('tsdb', { start: EMPTY, stop: EMPTY }))
      for (const row of rows) {
        cells += row.size;
        for (let i = 0; i < row.size; i++)
          expect(row.value(i).toString()).toBe(`${Number(row.key.toString().slice(4))} ${row.qualifier(i)[0]}`);
      }
    for await (const rows of store.scan('tsdb-uid', { start: EMPTY, stop: EMPTY })) names += rows.length;
    return { cells, names };
  } finally {
    await store.close();
  }
}

const ALL = { cells: ROWS * CELLS, names: NAMES };

it('has everything of a whole file', async () => {
  expect(await readAll(storeWith(whole))).toEqual(ALL);
  const report = await checkStore(storeWith(whole));
  expect(report.damages).toEqual([]);
  expect(report.entries.get('tsdb-uid')).toBe(NAMES);
});

it.each<[string, () => Buffer, RegExp]>([
  ['cut in the middle', () => whole.subarray(0, whole.length >> 1), /is behind the end of the file/],
  ['cut within the meta pages', () => whole.subarray(0, PAGE), /ends within its first two pages/],
  ['cut to 100 bytes', () => whole.subarray(0, 100), /ends within its first two pages/],
  ['empty', () => EMPTY, /data\.mdb is empty/],
  ['a text', () => Buffer.from('hello world\n'.repeat(1000)), /is not a file of the embedded store/],
  ['zero in its meta pages', () => changed((b) => b.fill(0, 0, 2 * PAGE)), /is not a file of the embedded store/],
  ['of another version', () => changed((b) => b.writeUInt32LE(7, 28)), /has data version 7, this version reads 2/],
  ['of an impossible page size', () => changed((b) => b.writeUInt32LE(1000, 48)), /has a page size of 1000/],
  ['damaged in its second meta page', () => changed((b) => b.fill(0, PAGE, PAGE + 64)), /damaged second meta page/],
])('does not start on a file that is %s', async (_, bytes, reason) => {
  const path = storeWith(bytes());
  const opening = readAll(path);
  await expect(opening).rejects.toThrow(DamagedStoreError);
  await expect(opening).rejects.toThrow(reason);
  // Nobody has touched it.
  expect(readFileSync(join(path, 'data.mdb')).equals(bytes())).toBe(true);
});

function without(page: number): Buffer {
  return changed((b) => b.fill(0xee, page * PAGE, (page + 1) * PAGE));
}

/** A store that misses a page which hangs in the tree of one of its tables. Which pages those are is another thing from run to run. */
async function storeWithoutPage(): Promise<string> {
  for (let n = Math.floor(whole.length / PAGE / 2); ; n++) {
    const path = storeWith(without(n));
    if ((await checkStore(path)).damages.some(({ tree }) => TABLES.some(({ name }) => name === tree))) return path;
  }
}

it('notices a page that was overwritten, or has everything without it', async () => {
  let noticed = 0;
  for (let n = 2; n < whole.length / PAGE; n += 37) {
    const found = await readAll(storeWith(without(n))).catch((e: unknown) => e);
    if (found instanceof DamagedStoreError) noticed++;
    else expect(found).toEqual(ALL);
  }
  expect(noticed).toBeGreaterThan(1);
});

it('neither dies nor finds less when bytes of page heads are flipped', async () => {
  let seed = 777;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % below;
  };
  let noticed = 0;
  for (let round = 0; round < 25; round++) {
    const path = storeWith(
      changed((b) => {
        for (let i = 0; i < 16; i++) b[(2 + random(b.length / PAGE - 2)) * PAGE + random(32)] ^= 1 + random(255);
      }),
    );
    const found = await readAll(path).catch((e: unknown) => e);
    if (found instanceof DamagedStoreError) noticed++;
    else expect(found).toEqual(ALL);
  }
  expect(noticed).toBeGreaterThan(5);
});

it('saves what is readable into a new store', async () => {
  const path = await storeWithoutPage();
  const target = join(top, 'saved');
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  expect(await run(['--path', path, '--salvage', target], { stdout: sink, stderr: sink, stdin: process.stdin })).toBe(1);
  const text = lines.join('');
  expect(text).toMatch(/^page \d+ of table \S+ is (neither branch nor leaf|not the start of a long value)$/m);
  expect(text).toMatch(/^table \S+ has \d+ of \d+ entries left$/m);
  expect(text).toMatch(/is damaged in \d+ places$/m);
  const { cells, names } = await readAll(target);
  expect(cells + names).toBeGreaterThan(0);
  expect(cells + names).toBeLessThan(ALL.cells + ALL.names);
  expect((await checkStore(target)).damages).toEqual([]);
  await expect(checkStore(path, target)).rejects.toThrow('is not empty');
});

it('saves all of a whole store', async () => {
  const target = join(top, 'copy');
  await checkStore(storeWith(whole), target);
  expect(await readAll(target)).toEqual(ALL);
});

it('leaves a store alone that somebody has open, and says when there is none', async () => {
  const path = storeWith(whole);
  const store = new EmbeddedStorage({ path, tables: TABLES });
  await store.open();
  await expect(checkStore(path)).rejects.toThrow('is open in a process');
  await store.close();
  expect((await checkStore(path)).damages).toEqual([]);
  await expect(checkStore(join(top, 'nowhere'))).rejects.toThrow('There is no embedded store in');
  expect(existsSync(join(top, 'nowhere'))).toBe(false);
});

it('opens a store once in a process, and again after it was closed', async () => {
  const path = storeWith(whole);
  const first = new EmbeddedStorage({ path, tables: TABLES });
  await first.open();
  const second = new EmbeddedStorage({ path: `${path}/.`, tables: TABLES });
  await expect(second.open()).rejects.toThrow('is open in this process already');
  await first.close();
  expect(await readAll(path)).toEqual(ALL);
});

it('refuses every call once the file of an open store was cut, and says so in the log', async () => {
  const path = storeWith(whole);
  const lines: string[] = [];
  const log = { ...SILENT_LOG, error: (line: string) => lines.push(line) };
  const store = new EmbeddedStorage({ path, tables: TABLES, log });
  await store.open();
  truncateSync(join(path, 'data.mdb'), 2 * PAGE);
  const reason = new RegExp(`is damaged: its file data\\.mdb was cut from ${whole.length} to ${2 * PAGE} bytes$`);
  const row = { row: Buffer.from('row 0001'), cells: PackedCells.of(Buffer.of(1), Buffer.of(1)) };
  const calls: (() => Promise<unknown>)[] = [
    () => store.get('tsdb', { row: row.row }),
    () => store.multiGet('tsdb', [{ row: row.row }]),
    () => store.scan('tsdb', { start: EMPTY, stop: EMPTY })[Symbol.asyncIterator]().next(),
    () => store.put('tsdb', T, [row]),
    () => store.append('tsdb', T, [row]),
    () => store.delete('tsdb', [{ row: row.row }]),
    () => store.increment('tsdb-uid', Buffer.of(0), Buffer.from('id'), Buffer.from('metrics'), 1n),
    () => store.compareAndSet('tsdb-uid', Buffer.of(0), Buffer.from('id'), Buffer.from('x'), null, Buffer.of(1)),
  ];
  for (const call of calls) {
    const answer = call();
    await expect(answer).rejects.toThrow(DamagedStoreError);
    await expect(answer).rejects.toThrow(reason);
  }
  await store.close();
  expect(lines).toEqual([expect.stringMatching(/was cut from .* Nothing is read or written from now on/)]);
});

it('refuses every call once the file of an open store was removed', async () => {
  const path = storeWith(whole);
  const store = new EmbeddedStorage({ path, tables: TABLES });
  await store.open();
  rmSync(join(path, 'data.mdb'));
  const get = (): Promise<unknown> => store.get('tsdb', { row: Buffer.from('row 0001') });
  await expect(get()).rejects.toThrow('its file data.mdb was removed or replaced');
  // What was found stays.
  writeFileSync(join(path, 'data.mdb'), whole);
  await expect(get()).rejects.toThrow(DamagedStoreError);
  await store.close();
  expect(await readAll(path)).toEqual(ALL);
});

const HEAD = 24;
const BRANCH = 1;
const LEAF = 2;

/** A page of this kind that is in use and has keys of rows: without it something is missing. */
async function pageOfRows(kind: number): Promise<number> {
  for (let n = 2; n < whole.length / PAGE; n++) {
    if (whole.readUInt16LE(n * PAGE + 18) !== kind || !whole.subarray(n * PAGE, (n + 1) * PAGE).includes('row ')) continue;
    const { damages } = await checkStore(storeWith(changed((b) => b.fill(0xee, n * PAGE + HEAD, (n + 1) * PAGE))));
    if (damages.length > 0) return n;
  }
  throw new Error('there is none');
}

/** Has the entries of a branch lead to pages that there are not. */
function mislead(page: Buffer): void {
  const places = page.readUInt16LE(20);
  for (let i = 0; i < places; i += 2) page.writeUInt16LE(0x7ff, HEAD + page.readUInt16LE(HEAD + i) + 2);
}

it.each<[string, number, (page: Buffer) => void, RegExp]>([
  ['that leads nowhere', BRANCH, mislead, /is damaged: its file data\.mdb: table tsdb\.runs leads to page \d+, which there is not/],
  [
    'with cells that are not what was written',
    LEAF,
    (page) => page.fill(0xff, PAGE - 60),
    /is damaged: the cells of row \w+ in data\.mdb are not/,
  ],
])('names the file when its log is merged into a page %s', async (_, kind, harm, reason) => {
  const at = PAGE * (await pageOfRows(kind));
  const path = storeWith(whole);
  const child = fork(join(__dirname, '../support/damaged-merge-child.ts'), [path, String(ROWS), String(CELLS)], {
    execArgv: ['-r', join(__dirname, '../support/ts-hook.cjs')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  children.push(child);
  expect(await once(child, 'message')).toEqual(['open', undefined]);
  const page = Buffer.from(whole.subarray(at, at + PAGE));
  harm(page);
  const file = openSync(join(path, 'data.mdb'), 'r+');
  writeSync(file, page, 0, PAGE, at);
  closeSync(file);
  child.send('go on');
  const [refusal] = (await once(child, 'message')) as [Refusal];
  expect(refusal).toEqual({ text: expect.stringMatching(reason), isDamage: true, logged: expect.stringMatching(reason) });
  // Its store closes, and it ends by itself.
  expect(await ended).toEqual([0, null]);
});

it('tells clients of a damaged store by a status that is not their fault', () => {
  expect(asClientError(new DamagedStoreError('The embedded store is damaged')).status).toBe(500);
  expect(asClientError(new StorageError('x')).status).toBe(424);
});
