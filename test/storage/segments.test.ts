/** What a process sees of the log, while others append to it, seal it and merge it. */
import { appendFileSync, mkdirSync, truncateSync } from 'node:fs';
import { deleteChange, incrementChange, type Change } from '../../src/storage/embedded/log/changes';
import { CHANGES, SEAL } from '../../src/storage/embedded/log/layout';
import { makeSegment, removeSegment, segmentPath } from '../../src/storage/embedded/log/log-files';
import { openLog, tidyFiles } from '../../src/storage/embedded/log/open-log';
import { RecordWriter } from '../../src/storage/embedded/log/record-writer';
import { Segment } from '../../src/storage/embedded/log/segment';
import { Segments } from '../../src/storage/embedded/log/segments';
import { NEW_LOG, type LogState } from '../../src/storage/embedded/log/state';
import { SILENT_LOG } from '../../src/util/log';
import { EMPTY, newPath, T } from './support/left-stores';

const OURS = 1;
const OTHERS = 2;

const open: Segments[] = [];
afterEach(() => {
  for (const segments of open.splice(0)) segments.close();
});

/** A log's files and LMDB's side of them, as a test has them changed. */
class FakeStore {
  readonly path = newPath();
  /** What LMDB has committed, and what the snapshot shows of it. */
  committed = NEW_LOG;
  private seen = NEW_LOG;
  snapshots = 0;
  /** Runs before the snapshot with this number is taken. */
  readonly before = new Map<number, () => void>();
  private sequence = 0;

  constructor() {
    mkdirSync(this.path);
  }

  newSnapshot(): void {
    this.before.get(++this.snapshots)?.();
    this.seen = this.committed;
  }

  logState(): LogState {
    return this.seen;
  }

  segments(): Segments {
    const segments = new Segments(this, OURS);
    open.push(segments);
    return segments;
  }

  /** Appends a record; null: a seal. @returns its sequence number */
  append(number: number, change: Change | null, writer = OTHERS, time = 1000): number {
    const path = segmentPath(this.path, number);
    const segment = Segment.open(path, number, 0);
    const records = new RecordWriter();
    const sequence = ++this.sequence;
    const kind = change === null ? SEAL : CHANGES;
    records.begin({ kind, writer, sequence, time, table: change?.table ?? '', families: change?.families ?? [] });
    change?.writeEntries(records, () => 0);
    records.end(segment.salt);
    segment.close();
    appendFileSync(path, records.bytes.subarray(0, records.length));
    return sequence;
  }
}

const removal = (row: string): Change => deleteChange('tsdb', [{ row: Buffer.from(row) }]);

function rowsOf(segments: Segments, from = EMPTY): string[] {
  const rows: string[] = [];
  const overlay = segments.overlay('tsdb', from);
  for (; overlay !== null && overlay.parts.length > 0; overlay.next()) {
    const key = Buffer.alloc(overlay.keyLength);
    overlay.copyKey(key, 0);
    rows.push(`${key}:${overlay.parts.length}`);
  }
  return rows;
}

describe('Segments', () => {
  it('has nothing of a log without files', () => {
    const segments = new FakeStore().segments();
    segments.refresh();
    expect(segments.size).toEqual({ entries: 0, bytes: 0 });
    expect([segments.last, segments.nextNumber, segments.activeSince, segments.toMerge]).toEqual([undefined, 1, 0, null]);
    expect(segments.overlay('tsdb', EMPTY)).toBeNull();
  });

  it('reads what comes, from one segment to the next, with one snapshot a time while nothing new has begun', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    store.append(1, removal('a'));
    segments.refresh();
    expect(rowsOf(segments)).toEqual(['a:1']);
    expect(segments.activeSince).toBe(1000);
    store.append(1, removal('b'), OTHERS, 2000);
    const { snapshots } = store;
    segments.refresh();
    expect(store.snapshots).toBe(snapshots + 1);
    store.append(1, null);
    makeSegment(store.path, 2);
    store.append(2, removal('a'), OTHERS, 1500);
    segments.refresh();
    expect(rowsOf(segments)).toEqual(['a:2', 'b:1']);
    expect(rowsOf(segments, Buffer.from('b'))).toEqual(['b:1']);
    expect([segments.sealedCount, segments.toMerge?.number, segments.nextNumber]).toEqual([1, 1, 3]);
    expect([segments.newestTime, segments.activeSince]).toEqual([2000, 1500]);
    expect(segments.size.entries).toBe(3);
  });

  it('leaves out what is merged, and drops segments that are merged wholly', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    for (const row of ['a', 'b', 'c']) store.append(1, removal(row));
    store.append(1, null);
    store.committed = { first: 1, time: 1000, table: 'tsdb', row: Buffer.from('b') };
    segments.refresh();
    expect(rowsOf(segments)).toEqual(['c:1']);
    store.committed = { ...store.committed, table: 'tsdb-uid', row: EMPTY };
    segments.refresh();
    expect(rowsOf(segments)).toEqual([]);
    store.committed = { first: 2, time: 3000, table: '', row: EMPTY };
    segments.refresh();
    expect([segments.all.length, segments.nextNumber, segments.newestTime]).toEqual([0, 2, 3000]);
  });

  it('takes a newer snapshot when a segment was merged and removed after the first', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    store.append(1, removal('a'));
    store.append(1, null);
    store.before.set(2, () => {
      removeSegment(store.path, 1);
      makeSegment(store.path, 2);
      store.append(2, removal('b'));
      store.committed = { first: 2, time: 1000, table: '', row: EMPTY };
    });
    segments.refresh();
    expect(segments.mergedUpTo.first).toBe(2);
    expect(rowsOf(segments)).toEqual(['b:1']);
  });

  it('tells of the entries of this process, once', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    const increment = incrementChange('tsdb-uid', Buffer.of(0), T, T, 1n);
    const told: string[] = [];
    const waited = store.append(1, increment, OURS);
    const given = store.append(1, increment, OURS);
    const others = store.append(1, increment, OTHERS);
    for (const sequence of [waited, given, others])
      segments.callbacks.expect(sequence, ({ row }, entry) => told.push(`${sequence}: row ${row}, entry ${entry}`));
    segments.callbacks.forget(given);
    segments.refresh();
    segments.refresh();
    expect(told).toEqual([`${waited}: row 0, entry 0`]);
  });
});

describe('opening a log', () => {
  it('removes what is merged and what was never finished, and misses what should be there', () => {
    const store = new FakeStore();
    for (const number of [1, 2, 3]) makeSegment(store.path, number);
    appendFileSync(`${segmentPath(store.path, 4)}.ab12.new`, 'half');
    tidyFiles(store.path, 2);
    expect(() => Segment.open(segmentPath(store.path, 1), 1, OURS)).toThrow('ENOENT');
    removeSegment(store.path, 2);
    expect(() => tidyFiles(store.path, 2)).toThrow(`${segmentPath(store.path, 2)} is missing`);
  });

  it('cuts off a torn record, and ends a segment that others come behind', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    store.append(1, removal('a'));
    makeSegment(store.path, 2);
    appendFileSync(segmentPath(store.path, 1), Buffer.alloc(5));
    const said: string[] = [];
    const sealOf = (segment: Segment): Buffer => {
      const records = new RecordWriter();
      records.begin({ kind: SEAL, writer: OURS, sequence: 1, time: 1000, table: '', families: [] });
      records.end(segment.salt);
      return records.bytes.subarray(0, records.length);
    };
    openLog(store.path, segments, true, sealOf, { ...SILENT_LOG, warn: (line) => said.push(line) });
    expect(said).toEqual([
      expect.stringContaining('ends with 5 bytes of a write that was never finished'),
      expect.stringContaining('has lost its end'),
    ]);
    expect(segments.all.map(({ number, sealed }) => [number, sealed])).toEqual([
      [1, true],
      [2, false],
    ]);
  });

  it('notices a segment that was cut while it is open', () => {
    const store = new FakeStore();
    const segments = store.segments();
    makeSegment(store.path, 1);
    store.append(1, removal('a'));
    segments.refresh();
    truncateSync(segmentPath(store.path, 1), 30);
    expect(() => segments.refresh()).toThrow('was cut from');
  });
});
