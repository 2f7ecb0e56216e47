import { buildQualifier, buildRowKey } from '../../src/schema';
import { DoNotRetryError, PackedCells, RetryableError, type Storage } from '../../src/storage';
import type { PointSink, RowWriter } from '../../src/write';
import { openTempStore, type TempStore } from '../support/temp-store';
import { turns } from '../support/until';
import { cellsOf, writingOn, type Writing } from './support/data-table';
import { UnrulyStorage } from './support/unruly-storage';

const LAYOUT = { salt: 0, saltBuckets: 1, metric: 3, tagk: 3, tagv: 3 };
const HOUR = 1356998400;
const [METRIC, PAIR] = [Buffer.of(0, 0, 1), Buffer.of(0, 0, 1, 0, 0, 1)];
const SERIES = buildRowKey(LAYOUT, METRIC, 0, [PAIR]);
const keyOf = (hour: number): string => buildRowKey(LAYOUT, METRIC, hour, [PAIR]).toString('hex');
const FAMILY = Buffer.from('t');

class Sink implements PointSink {
  points = 0;
  errors: string[] = [];
  failed(error: Error, points: number): void {
    this.errors.push(`${points} ${error.message}`);
  }
  stored(points: number): void {
    this.points += points;
  }
}

let store: TempStore;
let unruly: UnrulyStorage;
let writing: Writing;
let rows: RowWriter;
let sink: Sink;
/** Rows that compaction is told of. */
let touched: string[];
/** Fails reads when it throws. */
let beforeRead: () => void;

beforeEach(async () => {
  store = await openTempStore();
  unruly = new UnrulyStorage(store.storage);
  beforeRead = () => undefined;
  const multiGet: Storage['multiGet'] = async (...args) => (beforeRead(), unruly.storage.multiGet(...args));
  const storage = new Proxy(unruly.storage, {
    get: (target, property: keyof Storage) => (property === 'multiGet' ? multiGet : target[property]),
  });
  writing = writingOn(storage);
  rows = writing.writer.wholeRows;
  sink = new Sink();
  touched = [];
  writing.writer.onRowsWritten((written) => {
    for (let i = 0; i < written.size; i++) touched.push(written.key(i).toString('hex'));
  });
});
afterEach(async () => {
  jest.useRealTimers();
  await writing.writer.close();
  await store.close();
});

/** A row of one-byte integers. */
function add(hour: number, ...points: [second: number, value: number][]): void {
  expect(rows.begin(SERIES, hour, sink)).toBe(true);
  for (const [second, value] of points) expect(rows.add(hour + second, 0, Buffer.of(value))).toBe(true);
}

const single = (hour: number, second: number, value: number): string =>
  `${keyOf(hour)} ${buildQualifier(hour + second, 0).toString('hex')}=0${value}`;

test('a row that storage does not have is one cell, and compaction has nothing to do there', async () => {
  add(HOUR, [0, 1], [10, 2]);
  add(HOUR + 3600, [0, 3], [1, 4], [2, 5]);
  rows.end();
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([`${keyOf(HOUR)} 000000a0=010200`, `${keyOf(HOUR + 3600)} 000000100020=03040500`]);
  expect(touched).toEqual([]);
  expect(sink).toMatchObject({ points: 5, errors: [] });
  expect(unruly.writes).toEqual([{ table: 'tsdb', rows: 2, cells: 2 }]);
});

test('seconds and milliseconds are told apart by the last byte', async () => {
  rows.begin(SERIES, HOUR, sink);
  rows.add(HOUR, 0, Buffer.of(1));
  rows.add(HOUR * 1000 + 500, 0, Buffer.of(2));
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([`${keyOf(HOUR)} 0000f0007d00=010201`]);
});

test('a row that storage has gets its points as cells of their own, which replace those of their times', async () => {
  const row = buildRowKey(LAYOUT, METRIC, HOUR, [PAIR]);
  const earlier = new PackedCells().add(buildQualifier(HOUR, 0), Buffer.of(9)).add(buildQualifier(HOUR + 1, 0), Buffer.of(8));
  expect(await store.storage.put('tsdb', FAMILY, [{ row, cells: earlier }])).toEqual([]);
  add(HOUR, [0, 1], [10, 2]);
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([single(HOUR, 0, 1), single(HOUR, 1, 8), single(HOUR, 10, 2)]);
  expect(touched).toEqual([keyOf(HOUR)]);
  expect(sink).toMatchObject({ points: 2, errors: [] });
});

test('a single point is a cell like any other, and a row without points none', async () => {
  add(HOUR, [0, 1]);
  add(HOUR + 3600);
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([single(HOUR, 0, 1)]);
});

test('a row that grows too long is told of, and what it has is stored', async () => {
  rows.begin(SERIES, HOUR, sink);
  let points = 0;
  while (rows.add(HOUR * 1000 + points, 7, Buffer.alloc(8, points))) points++;
  expect(points).toBe(4096);
  await writing.writer.flush();
  expect(sink.points).toBe(points);
  expect(rows.add(HOUR, 0, Buffer.of(1))).toBe(false);
});

test.each([
  ['reading', () => (beforeRead = () => void throwAway())],
  ['writing', () => (unruly.before = () => (unruly.writes.length === 1 ? throwAway() : undefined))],
])('when %s fails the points go the usual way', async (_what, fail) => {
  fail();
  add(HOUR, [0, 1], [10, 2]);
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([single(HOUR, 0, 1), single(HOUR, 10, 2)]);
  expect(touched).toEqual([keyOf(HOUR)]);
  expect(sink).toMatchObject({ points: 2, errors: [] });
});

function throwAway(): never {
  throw new RetryableError('away');
}

test('rows that storage refuses go the usual way, the others of their request are stored', async () => {
  let first = true;
  unruly.before = () => {
    const failures = first ? [{ index: 0, error: new RetryableError('this region is away') }] : [];
    first = false;
    return failures;
  };
  add(HOUR, [0, 1], [10, 2]);
  add(HOUR + 3600, [0, 3], [10, 4]);
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([single(HOUR, 0, 1), single(HOUR, 10, 2), `${keyOf(HOUR + 3600)} 000000a0=030400`]);
  expect(touched).toEqual([keyOf(HOUR)]);
  expect(sink).toMatchObject({ points: 4, errors: [] });
});

test('whoever has sent what storage never takes is told', async () => {
  unruly.before = () => {
    throw new DoNotRetryError('never');
  };
  add(HOUR, [0, 1], [10, 2]);
  await writing.writer.close();
  expect(sink).toMatchObject({ points: 0, errors: ['2 never'] });
});

test('it counts in the budget until storage has it, and is refused when that is full or the writer closed', async () => {
  const small = writingOn(unruly.storage, { 'tsd.storage.write_buffer.bytes': '1048576' });
  const { wholeRows } = small.writer;
  unruly.awayDoor.shut();
  unruly.away = () => true;
  let hour = HOUR;
  for (; wholeRows.begin(SERIES, hour, sink); hour += 3600) for (let i = 0; i < 3600; i++) wholeRows.add(hour + i, 7, Buffer.alloc(8));
  expect(small.writer.accepting).toBe(false);
  unruly.awayDoor.release();
  await small.writer.flush();
  expect(small.writer.accepting).toBe(true);
  expect(sink.points).toBe(((hour - HOUR) / 3600) * 3600);
  await small.writer.close();
  expect(wholeRows.begin(SERIES, hour, sink)).toBe(false);
});

test('input that stops does not keep its last points waiting', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
  add(HOUR, [0, 1], [10, 2]);
  await jest.advanceTimersByTimeAsync(1000);
  rows.add(HOUR + 20, 0, Buffer.of(3));
  await jest.advanceTimersByTimeAsync(1000);
  await turns(20);
  expect(await cellsOf(store.storage)).toEqual([]);
  await jest.advanceTimersByTimeAsync(1000);
  jest.useRealTimers();
  await writing.writer.flush();
  expect(await cellsOf(store.storage)).toEqual([`${keyOf(HOUR)} 000000a00140=01020300`]);
  expect(rows.add(HOUR + 30, 0, Buffer.of(4))).toBe(false);
});
