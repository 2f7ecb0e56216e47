import { CrowdedError, QueryMemory, type MemoryShare } from '../../../src/query/plan';
import { RowRemoval } from '../../../src/query/scan';
import type { Failure, RowDelete } from '../../../src/storage';
import type { Log } from '../../../src/util/log';
import { Stopper } from '../../../src/util/stop-signal';
import { silent } from '../../write/support/data-table';

const MB = 1024 * 1024;

let removed: string[];
const remove = async (table: string, rows: readonly RowDelete[]): Promise<Failure[]> => {
  removed.push(...rows.map(({ row }) => `${table} ${row.toString()}`));
  return [];
};
beforeEach(() => (removed = []));

const rows = (...names: string[]): Buffer[] => names.map((name) => Buffer.from(name));
const removalOf = (memory: MemoryShare, logger: Log = silent): RowRemoval => new RowRemoval(remove, memory, logger);

test('rows of a small query are deleted at its end, as they were when they were read', async () => {
  const removal = removalOf(new QueryMemory(10 * MB).share());
  const keys = rows('a', 'b');
  removal.add('t', keys);
  keys[0].write('x');
  expect(removed).toEqual([]);
  await removal.finish();
  expect(removed).toEqual(['t a', 't b']);
  await removal.finish();
  expect(removed).toHaveLength(2);
});

test('a large query begins anew with all memory kept for it, and then deletes as it reads', async () => {
  const memory = new QueryMemory(10 * MB);
  const first = memory.share();
  first.addBytes(2 * MB);
  expect(() => removalOf(first).add('t', rows('a'))).toThrow(CrowdedError);
  expect(removed).toEqual([]);
  expect(first.wanted).toBe(Infinity);
  first.free();
  const again = await memory.reserve(first.wanted, 1000, new Stopper(), () => new Error('late'));
  again.addBytes(9 * MB);
  const removal = removalOf(again);
  removal.add('t', rows('a'));
  expect(removed).toEqual(['t a']);
  await removal.finish();
});

test('without a limit rows are deleted as they are read', () => {
  removalOf(new QueryMemory(0).share()).add('t', rows('a'));
  expect(removed).toEqual(['t a']);
});

test('what could not be deleted is told in the log', async () => {
  const lines: string[] = [];
  const logger = { ...silent, error: (line: string) => void lines.push(line) } as Log;
  const share = new QueryMemory(10 * MB).share();
  const failing = new RowRemoval(async () => [{ error: new Error('no') } as unknown as Failure], share, logger);
  failing.add('t', rows('a'));
  await failing.finish();
  const broken = new RowRemoval(() => Promise.reject(new Error('gone')), share, logger);
  broken.add('t', rows('a'));
  await broken.finish();
  expect(lines).toEqual(['no', 'gone'].map((why) => `Failed to delete rows that a query read: ${why}`));
});
