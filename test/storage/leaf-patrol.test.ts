/** Pages of a large embedded store, looked at while it is open. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DamagedStoreError, PackedCells, type RowPut } from '../../src/storage';
import { checkStore, EmbeddedStorage } from '../../src/storage/embedded';
import { FileGuard } from '../../src/storage/embedded/file-guard';
import { LeafPatrol } from '../../src/storage/embedded/leaf-patrol';
import { SILENT_LOG, type Log } from '../../src/util/log';
import { closeMerged, TABLES } from '../support/temp-store';
import { until } from '../support/until';

const T = Buffer.from('t');
const PAGE = 4096;
const HEAD = 24;
/** A page's flags. */
const LEAF = 2;
const nobody = (): (() => void) => () => undefined;

let path: string;
beforeEach(() => (path = mkdtempSync(join(tmpdir(), 'tsdb-patrol-'))));
afterEach(() => rmSync(path, { recursive: true, force: true }));

const rows = (from: number, count: number): RowPut[] =>
  Array.from({ length: count }, (_, i) => ({
    row: Buffer.from(`row ${String(from + i).padStart(6, '0')}`),
    cells: PackedCells.of(T, Buffer.alloc(100, 1)),
  }));

async function filled(options = {}): Promise<EmbeddedStorage> {
  const store = new EmbeddedStorage({ path, tables: TABLES, ...options });
  await store.open();
  await store.put('tsdb', T, rows(0, 5000));
  return store;
}

/** Overwrites a leaf that is in use, but for its head, which is looked at when a store is opened. @returns how to undo it */
async function damage(): Promise<() => void> {
  const whole = readFileSync(join(path, 'data.mdb'));
  const write = (bytes: Buffer, page: number): void => {
    const fd = openSync(join(path, 'data.mdb'), 'r+');
    writeSync(fd, bytes, 0, PAGE, page * PAGE);
    closeSync(fd);
  };
  for (let n = Math.floor(whole.length / PAGE / 2); ; n++) {
    if (whole.readUInt16LE(n * PAGE + 18) !== LEAF) continue;
    write(Buffer.concat([whole.subarray(n * PAGE, n * PAGE + HEAD), Buffer.alloc(PAGE - HEAD, 0xee)]), n);
    const undo = (): void => write(whole.subarray(n * PAGE, (n + 1) * PAGE), n);
    if ((await checkStore(path)).damages.length > 0) return undo;
    undo();
  }
}

function patrol() {
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  const log: Log = { ...SILENT_LOG, info: note, error: note };
  const guard = new FileGuard(path, log);
  let time = 0;
  // Each question about the time is a millisecond later: a part ends after so many leaves.
  const looks = new LeafPatrol(path, nobody, guard, log, () => time++);
  return { looks, guard, said };
}

it('looks at everything in parts, and says so', async () => {
  await closeMerged(await filled());
  const { looks, guard, said } = patrol();
  let parts = 1;
  while (looks.look()) parts++;
  guard.close();
  // How many leaves there are depends on how the rows were merged.
  expect(parts).toBeGreaterThan(2);
  expect(said).toEqual([`All pages of the embedded store in ${path} are as they should be`]);
});

it('tells of a damaged page after a second look', async () => {
  await closeMerged(await filled());
  await damage();
  const { looks, guard, said } = patrol();
  while (looks.look());
  guard.close();
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /is damaged: page \d+ of (table tsdb\.runs|the list of free pages) has a node outside its bounds\. Nothing is read or written/,
  );
});

it('says nothing of what a second look does not find', async () => {
  await closeMerged(await filled());
  const undo = await damage();
  const { looks, guard, said } = patrol();
  while (looks['suspicion'] === null && looks.look());
  expect(looks['suspicion']).toMatch(/has a node outside its bounds/);
  undo();
  while (looks.look());
  guard.close();
  expect(said).toEqual([`All pages of the embedded store in ${path} are as they should be`]);
});

it('finds nothing in a store that is written to meanwhile', async () => {
  await closeMerged(await filled());
  const said: string[] = [];
  const log: Log = { ...SILENT_LOG, info: (text) => void said.push(text), error: (text) => void said.push(text) };
  const store = await filled({ wholeCheckBytes: 0, log });
  let round = 0;
  await until(async () => {
    await store.put('tsdb', T, rows((round++ * 100) % 5000, 100));
    await store.delete('tsdb', [{ row: Buffer.from('row 000001') }]);
    return said.length > 0;
  });
  expect(said).toEqual([`All pages of the embedded store in ${path} are as they should be`]);
  await store.close();
});

it('refuses everything once a page of an open store turns out to be damaged', async () => {
  await closeMerged(await filled());
  await damage();
  const store = new EmbeddedStorage({ path, tables: TABLES, wholeCheckBytes: 0 });
  await store.open();
  await until(
    async () => (await store.get('tsdb', { row: Buffer.from('row 000000') }).catch((e: unknown) => e)) instanceof DamagedStoreError,
  );
  await expect(store.put('tsdb', T, rows(1, 1))).rejects.toThrow(/is damaged: page \d+ of table tsdb/);
  await store.close();
});
