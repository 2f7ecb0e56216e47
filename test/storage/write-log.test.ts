/** The log of the embedded store: what is found of it after it was torn or damaged, beside others who write, and on a full disk. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DamagedStoreError,
  PackedCells,
  StoreFullError,
  TimeoutError,
  type PackedRows,
  type RowPut,
  type Storage,
} from '../../src/storage';
import { checkStore, describeDamage } from '../../src/storage/embedded';
import { Merger } from '../../src/storage/embedded/log/merger';
import { SILENT_LOG } from '../../src/util/log';
import { closeMerged } from '../support/temp-store';
import { until, untilTurn } from '../support/until';
import { contents, copyOf, EMPTY, newPath, oldStore, openAt, put, Q, segmentsOf, T } from './support/left-stores';

const HEADER = 22;

/** A store that was left by a killed process, with three records in its log; sizes of the log after each. */
async function leftStore(): Promise<{ path: string; ends: number[] }> {
  const path = newPath();
  const store = await openAt(path);
  const ends = [HEADER];
  for (const [row, value] of [
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
  ] as const) {
    await store.put('tsdb', T, [put(row, value)]);
    ends.push(readFileSync(join(path, segmentsOf(path)[0])).length);
  }
  const left = copyOf(path);
  await store.close();
  return { path: left, ends };
}

describe('a log whose last write was cut short', () => {
  it('has everything before it, says what is cut off, and goes on, wherever it was cut', async () => {
    const { path, ends } = await leftStore();
    const [name] = segmentsOf(path);
    const whole = readFileSync(join(path, name));
    expect(whole.length).toBe(ends[3]);
    for (let size = ends[2]; size <= ends[3]; size++) {
      const cut = copyOf(path);
      writeFileSync(join(cut, name), whole.subarray(0, size));
      const said: string[] = [];
      const log = { ...SILENT_LOG, warn: (line: string) => said.push(line) };
      let store = await openAt(cut, { log });
      const a = size === ends[3] ? '3' : '1';
      expect(await contents(store)).toEqual({ a, b: '2' });
      const torn = size === ends[3] ? 0 : size - ends[2];
      expect(said).toEqual(
        torn === 0 ? [] : [expect.stringContaining(`${name} ends with ${torn} bytes of a write that was never finished`)],
      );
      await store.put('tsdb', T, [put('c', '4')]);
      expect(await contents(store)).toEqual({ a, b: '2', c: '4' });
      const again = await openAt(copyOf(cut));
      expect(await contents(again)).toEqual({ a, b: '2', c: '4' });
      await again.close();
      await store.close();
      store = await openAt(cut);
      expect(await contents(store)).toEqual({ a, b: '2', c: '4' });
      await store.close();
    }
  });

  it('has what other processes wrote behind it', async () => {
    const { path, ends } = await leftStore();
    const [name] = segmentsOf(path);
    const whole = readFileSync(join(path, name));
    for (const torn of [1, 15, 16, 17, whole.length - ends[2] - 1]) {
      const cut = copyOf(path);
      const store = await openAt(cut);
      // As a process leaves it that is killed while it writes.
      appendFileSync(join(cut, name), whole.subarray(ends[2], ends[2] + torn));
      expect(await contents(store)).toEqual({ a: '3', b: '2' });
      await store.put('tsdb', T, [put('b', '5')]);
      await store.put('tsdb', T, [put('c', '6')]);
      const wanted = { a: '3', b: '5', c: '6' };
      expect(await contents(store)).toEqual(wanted);
      const other = copyOf(cut);
      expect((await checkStore(other)).damages).toEqual([]);
      const again = await openAt(other);
      expect(await contents(again)).toEqual(wanted);
      await again.close();
      await store.close();
    }
  });
});

describe('a damaged log', () => {
  it('is noticed at each byte, and named; what can be read is saved', async () => {
    const { path, ends } = await leftStore();
    const [name] = segmentsOf(path);
    const whole = readFileSync(join(path, name));
    for (let at = ends[1]; at < ends[2]; at++) {
      const damaged = copyOf(path);
      const bytes = Buffer.from(whole);
      bytes[at] ^= 0x40;
      writeFileSync(join(damaged, name), bytes);
      const opening = openAt(damaged);
      await expect(opening).rejects.toThrow(DamagedStoreError);
      await expect(opening).rejects.toThrow(`${name} is damaged between bytes ${ends[1]} and ${ends[2]}`);
      expect(readFileSync(join(damaged, name)).equals(bytes)).toBe(true);
    }
    const damaged = copyOf(path);
    writeFileSync(join(damaged, name), Buffer.concat([whole.subarray(0, ends[0] + 20), Buffer.alloc(10), whole.subarray(ends[0] + 30)]));
    const target = newPath();
    const report = await checkStore(damaged, target);
    expect(report.damages.map(describeDamage)).toEqual([
      `${name} is damaged between bytes ${ends[0]} and ${ends[1]}`,
      `${name} has 1 entries whose rows were named in what is damaged`,
    ]);
    expect(report.entries.get('tsdb in the log')).toBe(1);
    const saved = await openAt(target);
    expect(await contents(saved)).toEqual({ b: '2' });
    await saved.close();
    expect((await checkStore(target)).damages).toEqual([]);
  });

  it('is noticed when a segment is missing or has no header', async () => {
    const path = newPath();
    const store = await openAt(path, { freeBytes: () => Infinity });
    await store.put('tsdb', T, [put('a', '1')]);
    const left = copyOf(path);
    await store.close();
    const [name] = segmentsOf(left);
    writeFileSync(
      join(
        left,
        name.replace(/\d$/, (d) => String(Number(d) + 2)),
      ),
      readFileSync(join(left, name)),
    );
    await expect(openAt(left)).rejects.toThrow(/log\.\d+ is missing/);
    const headless = copyOf(left);
    writeFileSync(join(headless, name), Buffer.alloc(100));
    await expect(openAt(headless)).rejects.toThrow(DamagedStoreError);
    expect((await checkStore(headless)).damages.map(describeDamage)).toContain(
      `${name} has no header of a segment: nothing of it can be read`,
    );
  });

  it('refuses every call once the log of an open store was cut', async () => {
    const path = newPath();
    const store = await openAt(path);
    await store.put('tsdb', T, [put('a', '1')]);
    writeFileSync(join(path, segmentsOf(path)[0]), EMPTY);
    await expect(contents(store)).rejects.toThrow(DamagedStoreError);
    await expect(store.put('tsdb', T, [put('b', '1')])).rejects.toThrow(/was cut from \d+ to 0 bytes/);
    await store.close();
  });

  it('saves all of a whole one', async () => {
    const { path } = await leftStore();
    const target = newPath();
    expect((await checkStore(path, target)).damages).toEqual([]);
    const saved = await openAt(target);
    expect(await contents(saved)).toEqual({ a: '3', b: '2' });
    await saved.close();
  });
});

describe('after a loss of power', () => {
  it('has what is behind pages that never reached the disk, and says which', async () => {
    const path = newPath();
    const store = await openAt(path);
    await store.put('tsdb', T, [put('a', '1')]);
    await store.put('tsdb', T, [put('b', 'x'.repeat(20_000))]);
    await store.put('tsdb', T, [put('c', '3')]);
    const left = copyOf(path);
    await store.close();
    const [name] = segmentsOf(left);
    const bytes = readFileSync(join(left, name));
    writeFileSync(join(left, name), bytes.fill(0, 8192, 12_288));
    const said: string[] = [];
    const again = await openAt(left, { log: { ...SILENT_LOG, warn: (line: string) => said.push(line) } });
    expect(await contents(again)).toEqual({ a: '1', c: '3' });
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`^Bytes \\d+ to \\d+ of .+${name} never reached the disk: the machine lost power`)),
    ]);
    await again.close();
  });

  it('goes on behind a segment whose end was lost', async () => {
    const path = newPath();
    // A segment is full with two entries, and nothing is merged.
    const store = await openAt(path, { packAfter: 2, freeBytes: () => Infinity });
    jest.spyOn(Merger.prototype, 'kick').mockImplementation(() => undefined);
    for (const row of ['a', 'b', 'c']) await store.put('tsdb', T, [put(row, row)]);
    const left = copyOf(path);
    jest.restoreAllMocks();
    await store.close();
    const [first, second] = segmentsOf(left);
    expect(second).toBeDefined();
    const bytes = readFileSync(join(left, first));
    // Without its seal and half of the record before that.
    writeFileSync(join(left, first), bytes.subarray(0, bytes.length - 70));
    const said: string[] = [];
    const again = await openAt(left, { log: { ...SILENT_LOG, warn: (line: string) => said.push(line) } });
    expect(await contents(again)).toEqual({ a: 'a', c: 'c' });
    expect(said).toEqual([expect.stringContaining('are cut off'), expect.stringContaining(`${first} has lost its end`)]);
    await again.put('tsdb', T, [put('b', 'new')]);
    expect(await contents(again)).toEqual({ a: 'a', b: 'new', c: 'c' });
    await again.close();
    const last = await openAt(left);
    expect(await contents(last)).toEqual({ a: 'a', b: 'new', c: 'c' });
    await last.close();
  });
});

it('writes nothing of a call that was over before its turn came: what it was lent may be something else by then', async () => {
  const path = newPath();
  const store = await openAt(path);
  let go = (): void => undefined;
  const held = jest.spyOn(Merger.prototype, 'mayWrite').mockImplementation(() => new Promise((resolve) => (go = resolve)));
  const lent = put('lent', '1');
  const late = store.put('tsdb', T, [lent], { deadline: Date.now() + 20 });
  await expect(late).rejects.toThrow(TimeoutError);
  lent.row.fill(0);
  const next = store.put('tsdb', T, [put('a', '1')]);
  held.mockRestore();
  go();
  await next;
  expect(await contents(store)).toEqual({ a: '1' });
  await store.close();
});

it('writes rows in slabs as those of objects', async () => {
  const path = newPath();
  const store = await openAt(path);
  const bytes = Buffer.from('..r1\0\x02\0\0\0\x01aaX\0\x02\0\0\0\x02bbYYrow2\0\x02\0\0\0\0cc', 'latin1');
  const starts = [2, 23];
  const cells = [19, 8];
  const slab = (timestamps: (i: number) => readonly number[] | undefined, indices = [0, 1]): PackedRows => ({
    size: indices.length,
    bytes: () => bytes,
    keyAt: (i) => starts[indices[i]],
    keyLength: (i) => [2, 4][indices[i]],
    cellsLength: (i) => cells[indices[i]],
    cellCount: (i) => [2, 1][indices[i]],
    timestamps,
    part: (some) =>
      slab(
        timestamps,
        some.map((i) => indices[i]),
      ),
  });
  const read = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const rows of store.scan('tsdb', { start: EMPTY, stop: EMPTY }))
      for (const row of rows)
        for (let i = 0; i < row.size; i++)
          found.push(`${row.key.toString()} ${row.qualifier(i).toString()} ${row.value(i).toString()} ${row.timestamp(i)}`);
    return found;
  };
  const wanted = [
    ['r1', 'aa', 'X'],
    ['r1', 'bb', 'YY'],
    ['row2', 'cc', ''],
  ].map((cell) => cell.join(' '));
  expect(
    await store.putRows(
      'tsdb',
      T,
      slab((i) => [[11, 12], [13]][i]),
    ),
  ).toEqual([]);
  expect(await read()).toEqual(wanted.map((cell, i) => `${cell} ${11 + i}`));
  expect(
    await store.putRows(
      'tsdb',
      T,
      slab(() => undefined),
    ),
  ).toEqual([]);
  expect((await read()).map((cell) => cell.replace(/ \d+$/, ''))).toEqual(wanted);
  expect(
    await store.putRows(
      'tsdb',
      Buffer.from('none'),
      slab(() => undefined),
    ),
  ).toHaveLength(2);
  await store.close();
});

it('goes to the tables in part when its merging is broken off, and is merged on from there', async () => {
  const path = newPath();
  const store = await openAt(path, { packAfter: 300 });
  const rows = Array.from({ length: 300 }, (_, i) => put(`row ${String(i).padStart(4, '0')}`, ''));
  // Appends: whoever merges one of them twice is found out.
  const append = async (s: Storage, text: string): Promise<void> => {
    const failures = await s.append(
      'tsdb',
      T,
      rows.map(({ row }) => ({ row, cells: PackedCells.of(Q, Buffer.from(text)) })),
    );
    expect(failures).toEqual([]);
  };
  // Each look at the clock finds that a slice is over: a slice is some rows.
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  await append(store, 'x');
  await untilTurn(() => store.stats().pack_slices >= 2);
  await store.close();
  clock.mockRestore();
  expect(segmentsOf(path)).toHaveLength(1);
  const merged = (await checkStore(path)).entries.get('tsdb.runs') ?? 0;
  expect(merged).toBeGreaterThan(0);
  expect(merged).toBeLessThan(300);
  const again = await openAt(path, { packAfter: 300 });
  await append(again, 'y');
  const found = await contents(again);
  expect(Object.keys(found)).toHaveLength(300);
  expect(new Set(Object.values(found))).toEqual(new Set(['xy']));
  await again.close();
  const last = await openAt(path);
  expect(new Set(Object.values(await contents(last)))).toEqual(new Set(['xy']));
  await last.close();
});

it('is merged in short transactions, and in longer ones only while more is written than that keeps up with', async () => {
  const ROWS = 2000;
  const store = await openAt(newPath(), { packAfter: ROWS });
  const fill = async (name: string): Promise<void> => {
    const rows = Array.from({ length: ROWS }, (_, i) => put(`${name} ${i}`, ''));
    expect(await store.put('tsdb', T, rows)).toEqual([]);
  };
  const merged = (): Promise<void> => until(() => store.stats().log_entries === 0);
  // Each look at the clock finds that a millisecond has gone by; sixteen rows are merged between two.
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1));
  await fill('a');
  await merged();
  const alone = store.stats().pack_slices;
  expect(alone).toBeGreaterThan(ROWS / 16 / 12);
  // What comes next is written before anything is merged.
  const kicked: Merger[] = [];
  const kick = jest.spyOn(Merger.prototype, 'kick').mockImplementation(function (this: Merger) {
    kicked.push(this);
  });
  await fill('b');
  await fill('c');
  kick.mockRestore();
  kicked[0].kick();
  await merged();
  expect(store.stats().pack_slices - alone).toBeLessThan(2 * alone - 4);
  clock.mockRestore();
  await store.close();
});

it('refuses to write on a full disk, merges nothing, and goes on when there is room', async () => {
  const path = newPath();
  let free = Infinity;
  const store = await openAt(path, { freeBytes: () => free, packAfter: 3 });
  await store.put('tsdb', T, [put('a', '1')]);
  free = 1000;
  for (let i = 0; i < 10; i++) await expect(store.put('tsdb', T, [put('b', '2')])).rejects.toThrow(StoreFullError);
  expect(await contents(store)).toEqual({ a: '1' });
  free = Infinity;
  for (let i = 0; i < 10; i++) await store.put('tsdb', T, [put('b', String(i))]);
  expect(await contents(store)).toEqual({ a: '1', b: '9' });
  await store.close();
});

it('opens a store from before there was a log, and has all of it, before and after it was merged', async () => {
  const path = oldStore();
  const wanted = new Map<string, number>();
  for (let i = 0; i < 260; i++) if (i % 5 !== 3) wanted.set(`row ${i % 5} ${Math.floor(i / 5) * 16}`, i & 127);
  wanted.set('row 2 16', 99);
  wanted.set(`${'long '.repeat(500)} 0`, 7);
  wanted.set('row 4 0', 55);
  const read = async (store: Storage): Promise<Map<string, number>> => {
    const found = new Map<string, number>();
    for await (const rows of store.scan('tsdb', { start: EMPTY, stop: EMPTY }))
      for (const row of rows)
        for (let i = 0; i < row.size; i++) {
          expect(Math.floor(row.timestamp(i) / 1e9)).toBe(1600);
          found.set(`${row.key.toString()} ${row.qualifier(i).readUInt16BE()}`, row.value(i)[0]);
        }
    return found;
  };
  const store = await openAt(path);
  expect(new Map([...(await read(store))].sort())).toEqual(new Map([...wanted].sort()));
  expect((await store.get('tsdb-uid', { row: Buffer.from('name') }))?.value(0)).toEqual(Buffer.of(0, 0, 1));
  // Over what stands singly, over what stands in runs, and beside both.
  const over = (row: string, q: number, v: number): RowPut => ({
    row: Buffer.from(row),
    cells: PackedCells.of(Buffer.of(q >> 8, q & 0xff), Buffer.of(v)),
    timestamps: [1_600_000_100_000],
  });
  const rows = [
    over('row 0', 0, 100),
    over('row 4', 0, 101),
    over('row 1', 51 * 16, 102),
    over('row 9', 0, 103),
    over('long '.repeat(500), 0, 104),
  ];
  expect(await store.put('tsdb', T, rows)).toEqual([]);
  for (const { row, cells } of rows) wanted.set(`${row.toString()} ${cells.bytes.readUInt16BE(6)}`, cells.bytes[8]);
  expect(new Map([...(await read(store))].sort())).toEqual(new Map([...wanted].sort()));
  await closeMerged(store);
  expect(segmentsOf(path)).toEqual([]);
  const again = await openAt(path);
  expect(new Map([...(await read(again))].sort())).toEqual(new Map([...wanted].sort()));
  await again.close();
});
