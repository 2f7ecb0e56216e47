/** Any order of changes on the embedded store, with packing at any moment, against a model of what must be there. */
import fc from 'fast-check';
import { PackedCells, type Row, type Storage } from '../../src/storage';
import { openTempStore, type TempStore } from '../support/temp-store';

jest.setTimeout(60_000);

const T = Buffer.from('t');
const EMPTY = Buffer.alloc(0);
type Model = Map<string, Map<string, { value: string; timestamp: number | null }>>;

const row = fc.constantFrom('a', 'aaaaaaaa', 'aaaaaaaab', 'b', 'long'.repeat(600));
const qualifier = fc.nat(40).map((n) => String.fromCharCode(n));
const value = fc.string({ maxLength: 12 });
const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      row,
      cells: fc.array(fc.tuple(qualifier, value), { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('putAt' as const), row, qualifier, value, timestamp: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('putAhead' as const), row, qualifier, value, ahead: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('append' as const), row, qualifier, value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cas' as const), row, qualifier, value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deleteCells' as const),
      row,
      qualifiers: fc.array(qualifier, { minLength: 1, maxLength: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRow' as const), row, family: fc.boolean() }) },
);
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

const latin = (s: string): Buffer => Buffer.from(s, 'latin1');
const AHEAD = Date.now() + 1_000_000_000;

/** `timestamp` null stands for the clock: above 5, below AHEAD. */
async function apply(s: Storage, model: Model, c: Change): Promise<void> {
  const cells = model.get(c.row) ?? new Map<string, { value: string; timestamp: number | null }>();
  model.set(c.row, cells);
  const key = Buffer.from(c.row);
  const put = (q: string, v: string, timestamp: number | null): void => {
    const rank = (t: number | null | undefined): number => (t === undefined ? 0 : t === null ? 1e9 : t);
    if (rank(cells.get(q)?.timestamp) <= rank(timestamp)) cells.set(q, { value: v, timestamp });
  };
  switch (c.kind) {
    case 'put': {
      const packed = new PackedCells();
      for (const [q, v] of c.cells) {
        packed.add(latin(q), Buffer.from(v));
        put(q, v, null);
      }
      expect(await s.put('tsdb', T, [{ row: key, cells: packed }])).toEqual([]);
      break;
    }
    case 'putAt':
    case 'putAhead': {
      const timestamp = c.kind === 'putAt' ? c.timestamp : AHEAD + c.ahead;
      put(c.qualifier, c.value, timestamp);
      expect(
        await s.put('tsdb', T, [{ row: key, cells: PackedCells.of(latin(c.qualifier), Buffer.from(c.value)), timestamps: [timestamp] }]),
      ).toEqual([]);
      break;
    }
    case 'append': {
      const old = cells.get(c.qualifier);
      const ahead = (old?.timestamp ?? 0) > AHEAD;
      cells.set(c.qualifier, { value: (old?.value ?? '') + c.value, timestamp: ahead ? (old?.timestamp ?? null) : null });
      expect(await s.append('tsdb', T, [{ row: key, cells: PackedCells.of(latin(c.qualifier), Buffer.from(c.value)) }])).toEqual([]);
      break;
    }
    case 'cas': {
      const old = cells.get(c.qualifier);
      const ahead = (old?.timestamp ?? 0) > AHEAD;
      cells.set(c.qualifier, { value: c.value, timestamp: ahead ? (old?.timestamp ?? null) : null });
      expect(await s.compareAndSet('tsdb', key, T, latin(c.qualifier), old ? Buffer.from(old.value) : null, Buffer.from(c.value))).toBe(
        true,
      );
      break;
    }
    case 'deleteCells':
      for (const q of c.qualifiers) cells.delete(q);
      expect(await s.delete('tsdb', [{ row: key, family: T, qualifiers: c.qualifiers.map(latin) }])).toEqual([]);
      break;
    case 'deleteRow':
      cells.clear();
      expect(await s.delete('tsdb', [{ row: key, family: c.family ? T : undefined }])).toEqual([]);
  }
}

const contents = (rows: readonly Row[]): [string, [string, string][]][] =>
  rows.map((r) => [r.key.toString(), Array.from({ length: r.size }, (_, i) => [r.qualifier(i).toString('latin1'), r.value(i).toString()])]);

let temp: TempStore;
beforeAll(async () => {
  temp = await openTempStore({ packAfter: 9 });
});
afterAll(() => temp.close());

it('has what the model has, after any changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
      const s = temp.storage;
      const model: Model = new Map();
      for (const c of changes) await apply(s, model, c);
      const wanted = [...model]
        .filter(([, cells]) => cells.size > 0)
        .sort(([x], [y]) => (x < y ? -1 : 1))
        .map(([r, cells]) => [r, [...cells].sort(([x], [y]) => (x < y ? -1 : 1)).map(([q, cell]) => [q, cell.value])]);
      const found: Row[] = [];
      for await (const rows of s.scan('tsdb', { start: EMPTY, stop: EMPTY, batchRows: 2 })) found.push(...rows);
      expect(contents(found)).toEqual(wanted);
      for (const [r, cells] of model) {
        for (const q of ['\0', '\x07', '\x14']) {
          const got = await s.get('tsdb', { row: Buffer.from(r), family: T, qualifiers: [latin(q)] });
          expect(got?.value(0).toString()).toBe(cells.get(q)?.value);
        }
        await s.delete('tsdb', [{ row: Buffer.from(r) }]);
      }
    }),
    { numRuns: 150 },
  );
  expect(temp.storage.stats().pack_slices).toBeGreaterThan(100);
});
