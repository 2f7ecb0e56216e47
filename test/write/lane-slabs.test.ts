import fc from 'fast-check';
import { DoNotRetryError, putOf, type RowPut } from '../../src/storage';
import type { PointSink } from '../../src/write';
import { BlockArena } from '../../src/write/block-arena';
import { LaneQueue } from '../../src/write/lane-queue';
import { LaneSlabs } from '../../src/write/lane-slabs';
import { PortionSinks } from '../../src/write/portion-sinks';
import { RowFingerprint } from '../../src/write/row-fingerprint';

/** A few keys of several lengths, with fingerprints that collide. */
const KEYS = ['a', 'b', 'ab', 'abc', 'abd', 'x'.repeat(70), 'y'.repeat(300), 'z'.repeat(40_000)].map((text) => Buffer.from(text));
const printOf = (key: Buffer): RowFingerprint => print(key.length % 3);
const print = (high: number): RowFingerprint => Object.assign(new RowFingerprint(), { high });

const show = ({ row, cells, timestamps }: RowPut): string => {
  const shown: string[] = [];
  cells.forEach((at, length, valueAt, valueLength, i) => {
    const value = cells.bytes.toString('latin1', valueAt, valueAt + valueLength);
    shown.push(`${cells.bytes.toString('latin1', at, at + length)}=${value}${timestamps === undefined ? '' : `@${timestamps[i]}`}`);
  });
  expect(shown).toHaveLength(cells.count);
  return `${row.toString()}: ${shown.join(' ')}`;
};
const whole = (slabs: LaneSlabs, portion: number): string => show(putOf(slabs.rowsOf(Int32Array.of(portion)), 0));

describe('rows and cells in slabs', () => {
  it('are what was put in, whatever grows, flies, fails and closes', () => {
    const action = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'fly', 'land', 'fail'),
      key: fc.nat(KEYS.length - 1),
      size: fc.oneof(fc.nat(9), fc.nat(200), fc.constant(100_000)),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), fc.boolean(), (actions, timed) => {
        const slabs = new LaneSlabs();
        const rows = new Map<number, { waiting: string[] | null; flying: string[] | null }>();
        const text = (key: number, cells: readonly string[]): string => `${KEYS[key].toString()}: ${cells.join(' ')}`;
        actions.forEach(({ what, key, size }, n) => {
          const bytes = KEYS[key];
          let row = slabs.find(bytes, bytes.length, printOf(bytes));
          expect(row >= 0).toBe(rows.has(key));
          const known = rows.get(key);
          if (what === 'add') {
            if (known === undefined) {
              row = slabs.insert(bytes, bytes.length, printOf(bytes), n);
              rows.set(key, { waiting: [], flying: null });
            }
            const model = rows.get(key)!;
            let portion = slabs.waiting[row];
            if (portion < 0) portion = slabs.open(row);
            const value = String(n).repeat(size);
            slabs.add(portion, Buffer.from(`q${n}`), String(n).length + 1, Buffer.from(value), value.length, timed ? n : -1);
            slabs.points[portion]++;
            (model.waiting ??= []).push(`q${n}=${value}${timed ? `@${n}` : ''}`);
          } else if (known !== undefined && what === 'fly' && known.waiting !== null && known.flying === null) {
            slabs.flying[row] = slabs.waiting[row];
            slabs.waiting[row] = -1;
            [known.flying, known.waiting] = [known.waiting, null];
          } else if (known !== undefined && what === 'land' && known.flying !== null) {
            expect(slabs.lendKey(slabs.flying[row])).toEqual(bytes);
            slabs.release(slabs.flying[row]);
            slabs.flying[row] = -1;
            known.flying = null;
            if (known.waiting === null) {
              slabs.remove(row);
              rows.delete(key);
            }
          } else if (known !== undefined && what === 'fail' && known.flying !== null) {
            const [portion, later] = [slabs.flying[row], slabs.waiting[row]];
            slabs.flying[row] = -1;
            slabs.waiting[row] = portion;
            if (later >= 0) slabs.join(portion, later, false);
            [known.waiting, known.flying] = [[...known.flying, ...(known.waiting ?? [])], null];
          }
          expect(slabs.size).toBe(rows.size);
        });
        for (const [key, { waiting, flying }] of rows) {
          const row = slabs.find(KEYS[key], KEYS[key].length, printOf(KEYS[key]));
          expect(slabs.waiting[row] < 0 ? null : whole(slabs, slabs.waiting[row])).toEqual(waiting && text(key, waiting));
          expect(slabs.flying[row] < 0 ? null : whole(slabs, slabs.flying[row])).toEqual(flying && text(key, flying));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('find every row among many, and grow', () => {
    const slabs = new LaneSlabs();
    const queue = new LaneQueue(slabs);
    const keys = Array.from({ length: 10_000 }, (_, i) => Buffer.from(`row${i}`));
    keys.forEach((key, i) => {
      const row = slabs.insert(key, key.length, print(i * 7), i);
      slabs.add(slabs.waiting[row], Buffer.from('q'), 1, Buffer.from(`${i}`), `${i}`.length, -1);
      slabs.points[slabs.waiting[row]]++;
      queue.push(row);
    });
    expect(keys.every((key, i) => slabs.find(key, key.length, print(i * 7)) >= 0)).toBe(true);
    expect(slabs.find(keys[5], keys[5].length, print(6))).toBe(-1);
    const seen: string[] = [];
    while (!queue.empty) {
      const rows = queue.take(999);
      const packed = slabs.rowsOf(rows.map((row) => slabs.flying[row]));
      expect(packed.size).toBe(Math.min(999, 10_000 - seen.length));
      for (let i = 0; i < packed.size; i++) seen.push(show(putOf(packed, i)));
    }
    expect(seen).toEqual(keys.map((key, i) => `${key.toString()}: q=${i}`));
    expect(queue.cells).toBe(0);
  });

  it('append to one cell, and join what is appended', () => {
    const slabs = new LaneSlabs();
    const row = slabs.insert(KEYS[3], 3, print(1), 0);
    const append = (text: string): void => {
      const portion = slabs.waiting[row] < 0 ? slabs.open(row) : slabs.waiting[row];
      slabs.append(portion, Buffer.from('qq'), Buffer.from(text), 0, text.length);
    };
    append('one');
    append('two'.repeat(50));
    slabs.flying[row] = slabs.waiting[row];
    slabs.waiting[row] = -1;
    append('three');
    slabs.join(slabs.flying[row], slabs.waiting[row], true);
    expect(whole(slabs, slabs.flying[row])).toBe(`abc: qq=one${'two'.repeat(50)}three`);
  });
});

describe('blocks', () => {
  it('are used again by size, and let go when nothing is in use', () => {
    const arena = new BlockArena();
    const place = (bytes: number): [page: number, at: number, capacity: number] => {
      arena.allocate(bytes);
      expect(arena.bytes(arena.page).length).toBeGreaterThanOrEqual(arena.at + bytes);
      return [arena.page, arena.at, arena.capacity];
    };
    const [small, large] = [place(65), place(1 << 20)];
    expect([small[2], large[2], place(64)[2], place(1)[2]]).toEqual([128, 1 << 20, 64, 64]);
    const other = place(100);
    expect(other).not.toEqual(small);
    arena.release(...small);
    expect(place(128)).toEqual(small);
    arena.release(...large);
    expect(place(40_000)[0]).toBe(large[0]);
    for (let i = 0; i < 200; i++) place(1 << 15);
    arena.shrink();
    expect(place(64)).toEqual([0, 0, 64]);
  });
});

describe('the sinks of portions', () => {
  class Sink implements PointSink {
    readonly told: string[] = [];
    failed(error: Error, points: number): void {
      this.told.push(`${error.message} ${points}`);
    }
    stored?(points: number): void;
  }
  class WaitingSink extends Sink {
    override stored(points: number): void {
      this.told.push(`stored ${points}`);
    }
  }

  it('are told once of many portions, and before anybody who waits', () => {
    const sinks = new PortionSinks();
    const [a, b] = [new WaitingSink(), new WaitingSink()];
    const order: string[] = [];
    for (let portion = 0; portion < 6; portion++) {
      sinks.clear(portion);
      sinks.add(portion, portion < 4 ? a : b, 2);
    }
    sinks.add(3, a, 1);
    sinks.add(4, a, 5);
    sinks.await(5, () => order.push(...b.told));
    expect([0, 5].map((portion) => sinks.awaited(portion))).toEqual([true, true]);
    for (let portion = 0; portion < 6; portion++) sinks.stored(portion);
    sinks.tellRest();
    expect([a.told, b.told]).toEqual([
      ['stored 9', 'stored 5'],
      ['stored 2', 'stored 2'],
    ]);
    expect(order).toEqual(['stored 2', 'stored 2']);
  });

  it('hear of a failure each their own part, those who do not wait only when it is final', () => {
    const sinks = new PortionSinks();
    const [patient, waiting] = [new Sink(), new WaitingSink()];
    sinks.clear(0);
    sinks.clear(1);
    sinks.add(0, waiting, 1);
    sinks.add(0, patient, 2);
    sinks.add(1, waiting, 3);
    sinks.tellWaiting(0, new DoNotRetryError('full'));
    expect([waiting.told, sinks.awaited(0)]).toEqual([['full 1'], false]);
    sinks.join(0, 1);
    expect(sinks.awaited(0)).toBe(true);
    sinks.failed(0, new DoNotRetryError('lost'));
    expect([waiting.told, patient.told]).toEqual([['full 1', 'lost 3'], ['lost 2']]);
  });
});
