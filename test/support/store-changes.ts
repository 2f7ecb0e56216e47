/** Changes of any kind to a few rows of a store, and what a store must have after them. */
import fc from 'fast-check';
import { PackedCells, type Row, type Storage } from '../../src/storage';

const T = Buffer.from('t');
const EMPTY = Buffer.alloc(0);
const LONG_ROW = 'long'.repeat(600);
/** Times ahead of every clock. */
const AHEAD = 2 ** 45;

export type StoreChange =
  | { kind: 'put'; row: string; cells: [qualifier: string, value: string][] }
  | { kind: 'putAt' | 'putAhead'; row: string; qualifier: string; value: string; timestamp: number }
  | { kind: 'append' | 'cas'; row: string; qualifier: string; value: string }
  | { kind: 'increment'; row: string; amount: number }
  | { kind: 'deleteCells'; row: string; qualifiers: string[] }
  | { kind: 'deleteTo'; row: string; qualifiers: string[]; timestamp: number }
  | { kind: 'deleteRow'; row: string; family: boolean };

/** `timestamp` null stands for the clock: above 5, below AHEAD. */
interface ModelCell {
  value: string;
  timestamp: number | null;
}
export type Model = Map<string, Map<string, ModelCell>>;

const fewRows = fc.constantFrom('a', 'aaaaaaaa', 'aaaaaaaab', 'b', LONG_ROW);
/** Also those of points, for which there are columns. */
const shortQualifiers = fc.oneof(
  fc.nat(40).map((n) => String.fromCharCode(n)),
  fc.nat(40).map((n) => String.fromCharCode(n >> 4, (n << 4) & 0xff)),
);
const value = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('x', 'y'));
const counter = String.fromCharCode(200);

function changesOf(row: fc.Arbitrary<string>, qualifier: fc.Arbitrary<string>): fc.Arbitrary<StoreChange> {
  return fc.oneof(
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
      arbitrary: fc.record({
        kind: fc.constant('putAhead' as const),
        row,
        qualifier,
        value,
        timestamp: fc.integer({ min: AHEAD + 1, max: AHEAD + 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('append' as const), row, qualifier, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cas' as const), row, qualifier, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('increment' as const), row, amount: fc.integer() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('deleteCells' as const),
        row,
        qualifiers: fc.array(qualifier, { minLength: 1, maxLength: 10 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('deleteTo' as const),
        row,
        qualifiers: fc.array(qualifier, { minLength: 1, maxLength: 10 }),
        timestamp: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRow' as const), row, family: fc.boolean() }) },
  );
}

export const anyChange = changesOf(fewRows, shortQualifiers);

/**
 * As `anyChange`, where keys are stored as they are, by their hash, or at the border of the two: rows of which cells are of all three kinds, and
 * several rows and columns with all that is stored of their keys in common.
 */
export const anyChangeOfLongKeys = changesOf(
  fc.constantFrom('a', 'aaaaaaaa', 'a'.repeat(1680), `${LONG_ROW}a`, `${LONG_ROW}b`),
  fc.oneof(
    fc.nat(12).map((n) => String.fromCharCode(65 + n)),
    fc.tuple(fc.nat(12), fc.nat(12)).map(([n, m]) => `${String.fromCharCode(65 + n)}${'-'.repeat(1900)}${m}`),
    fc.tuple(fc.nat(3), fc.constantFrom(1877, 1886, 1887, 1888)).map(([n, length]) => String.fromCharCode(65 + n).padEnd(length, '+')),
  ),
);

const latin = (s: string): Buffer => Buffer.from(s, 'latin1');

/** What a change is answered with: whether it won, or the counter's new value. */
export type Answer = boolean | string;

/** @param expected what a compare-and-set should find; absent: nothing */
export async function perform(s: Storage, c: StoreChange, expected: string | undefined): Promise<Answer> {
  const key = Buffer.from(c.row);
  const one = (q: string, v: string): PackedCells => PackedCells.of(latin(q), Buffer.from(v));
  switch (c.kind) {
    case 'put': {
      const cells = new PackedCells();
      for (const [q, v] of c.cells) cells.add(latin(q), Buffer.from(v));
      return (await s.put('tsdb', T, [{ row: key, cells }])).length === 0;
    }
    case 'putAt':
    case 'putAhead':
      return (await s.put('tsdb', T, [{ row: key, cells: one(c.qualifier, c.value), timestamps: [c.timestamp] }])).length === 0;
    case 'append':
      return (await s.append('tsdb', T, [{ row: key, cells: one(c.qualifier, c.value) }])).length === 0;
    case 'cas':
      return s.compareAndSet(
        'tsdb',
        key,
        T,
        latin(c.qualifier),
        expected === undefined ? null : Buffer.from(expected),
        Buffer.from(c.value),
      );
    case 'increment':
      return String(await s.increment('tsdb', key, T, latin(counter), BigInt(c.amount)));
    case 'deleteCells':
      return (await s.delete('tsdb', [{ row: key, family: T, qualifiers: c.qualifiers.map(latin) }])).length === 0;
    case 'deleteTo': {
      const timestamps = c.qualifiers.map(() => c.timestamp);
      return (await s.delete('tsdb', [{ row: key, family: T, qualifiers: c.qualifiers.map(latin), timestamps }])).length === 0;
    }
    case 'deleteRow':
      return (await s.delete('tsdb', [{ row: key, family: c.family ? T : undefined }])).length === 0;
  }
}

/** What the model has of the cell that a compare-and-set is about. */
export function expectedOf(model: Model, c: StoreChange): string | undefined {
  return c.kind === 'cas' ? model.get(c.row)?.get(c.qualifier)?.value : undefined;
}

const rank = (t: number | null | undefined): number => (t === undefined ? 0 : t === null ? 1e12 : t);

/** @returns the answer that the store must give */
export function applyToModel(model: Model, c: StoreChange): Answer {
  const cells = model.get(c.row) ?? new Map<string, ModelCell>();
  model.set(c.row, cells);
  const put = (q: string, v: string, timestamp: number | null): void => {
    if (rank(cells.get(q)?.timestamp) <= rank(timestamp)) cells.set(q, { value: v, timestamp });
  };
  /** Of what replaces a cell whatever its time. */
  const timeAfter = (q: string): number | null => {
    const old = cells.get(q)?.timestamp ?? null;
    return old !== null && old > AHEAD ? old : null;
  };
  switch (c.kind) {
    case 'put':
      for (const [q, v] of c.cells) put(q, v, null);
      break;
    case 'putAt':
    case 'putAhead':
      put(c.qualifier, c.value, c.timestamp);
      break;
    case 'append':
      cells.set(c.qualifier, { value: (cells.get(c.qualifier)?.value ?? '') + c.value, timestamp: timeAfter(c.qualifier) });
      break;
    case 'cas':
      cells.set(c.qualifier, { value: c.value, timestamp: timeAfter(c.qualifier) });
      break;
    case 'increment': {
      const sum = BigInt.asIntN(64, BigInt(cells.get(counter)?.value ?? '0') + BigInt(c.amount));
      cells.set(counter, { value: String(sum), timestamp: null });
      return String(sum);
    }
    case 'deleteCells':
      for (const q of c.qualifiers) cells.delete(q);
      break;
    case 'deleteTo':
      for (const q of c.qualifiers) if (rank(cells.get(q)?.timestamp) <= c.timestamp) cells.delete(q);
      break;
    case 'deleteRow':
      cells.clear();
  }
  return true;
}

export type Contents = [row: string, cells: [qualifier: string, value: string][]][];

export function contentsOf(model: Model): Contents {
  return [...model]
    .filter(([, cells]) => cells.size > 0)
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([r, cells]) => [r, [...cells].sort(([x], [y]) => (x < y ? -1 : 1)).map(([q, cell]) => [q, cell.value])]);
}

/** Everything that a store has of the rows, read by a scan. */
export async function readContents(s: Storage): Promise<Contents> {
  const found: Row[] = [];
  for await (const rows of s.scan('tsdb', { start: EMPTY, stop: EMPTY, batchRows: 2 })) found.push(...rows);
  return found.map((r) => [
    r.key.toString(),
    Array.from({ length: r.size }, (_, i): [string, string] => {
      const q = r.qualifier(i).toString('latin1');
      return [q, q === counter ? String(r.value(i).readBigInt64BE()) : r.value(i).toString()];
    }),
  ]);
}
