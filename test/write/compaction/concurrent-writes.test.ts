import fc from 'fast-check';
import { buildQualifier, DATA_FAMILY, encodeDouble, encodeInteger, type MergeOptions } from '../../../src/schema';
import { PackedCells, type Storage } from '../../../src/storage';
import { openTempStore, type TempStore } from '../../support/temp-store';
import { turns, until } from '../../support/until';
import { BASE, compactingOn, keyOf, points, read, write } from './support/rows';
import { StagedStorage } from './support/staged-storage';

const FIXING: MergeOptions = { fixDuplicates: true, dateTiered: false, useMaxValue: true };

let store: TempStore;
beforeAll(async () => {
  store = await openTempStore();
});
afterAll(() => store.close());
let series = 0;

interface Write {
  second: number;
  ms: boolean;
  double: boolean;
  value: number;
}

/** Few times, so that they are written again and again, in any type and resolution. */
const writes = fc.array(fc.record({ second: fc.nat(5), ms: fc.boolean(), double: fc.boolean(), value: fc.constantFrom(1, 2, 300, -5) }), {
  maxLength: 4,
});

/** Resolves when a cell that is written now has a later time than those before. */
async function nextMillisecond(): Promise<void> {
  for (const now = Date.now(); Date.now() <= now;) await turns(1);
}

/** Writes points as clients do, each a cell, and waits until the clock of the store has gone on. */
async function add(storage: Storage, key: Buffer, batch: readonly Write[], model: Map<number, number>): Promise<void> {
  for (const { second, ms, double, value } of batch) {
    const { bytes, flags } = double ? encodeDouble(value) : encodeInteger(value);
    const qualifier = buildQualifier(ms ? (BASE + second) * 1000 : BASE + second, flags);
    expect(await storage.put('tsdb', DATA_FAMILY, [{ row: key, cells: PackedCells.of(qualifier, bytes) }])).toEqual([]);
    model.set(second, value);
    await nextMillisecond();
  }
}

const shown = (model: ReadonlyMap<number, number>): string =>
  [...model]
    .sort(([a], [b]) => a - b)
    .map(([second, value]) => `${second * 1000}:${value}`)
    .join(' ');

describe('points that are written while their row is compacted', () => {
  it('are all there afterwards, with the values written last, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(writes, writes, writes, writes, writes, async (before, atRead, atPut, atDelete, after) => {
        const key = keyOf(++series);
        const model = new Map<number, number>();
        await add(store.storage, key, before, model);
        const staged = new StagedStorage(store.storage);
        const once = (batch: readonly Write[]) => {
          let come = false;
          return async (): Promise<void> => {
            if (come) return;
            come = true;
            await add(store.storage, key, batch, model);
          };
        };
        staged.before = { read: once(atRead), delete: once(atDelete) };
        staged.after = { read: once(atPut) };
        const { compact } = compactingOn(staged.storage, { 'tsd.storage.fix_duplicates': 'true' });
        await compact(key);
        expect(await points(store.storage, key, FIXING)).toBe(shown(model));
        await add(store.storage, key, after, model);
        await compact(key);
        expect(await points(store.storage, key, FIXING)).toBe(shown(model));
        // What came during the last one waits for the next.
        await compactingOn(store.storage, { 'tsd.storage.fix_duplicates': 'true' }).compact(key);
        expect(await points(store.storage, key, FIXING)).toBe(shown(model));
        const row = await store.storage.get('tsdb', { row: key });
        expect(row?.size ?? 0).toBe(Math.min(model.size, 1));
      }),
      { numRuns: 80 },
    );
  });

  it('are there in the default mode, too: a point that is written anew stands beside the merged one', async () => {
    const key = keyOf(++series);
    await write(store.storage, key, '0010=05 0020=07');
    await nextMillisecond();
    const staged = new StagedStorage(store.storage);
    staged.after.read = async () => {
      await write(store.storage, key, '0010=06');
      await nextMillisecond();
    };
    await compactingOn(staged.storage).compact(key);
    expect(await read(store.storage, key)).toBe('0010=06 00100020=050700');
    expect(await points(store.storage, key, FIXING)).toBe('1000:6 2000:7');
  });

  it('are there when two TSDs compact the row at once', async () => {
    await fc.assert(
      fc.asyncProperty(writes, writes, writes, fc.scheduler(), async (before, between, after, scheduler) => {
        const key = keyOf(++series);
        const model = new Map<number, number>();
        await add(store.storage, key, before, model);
        const compactions = [1, 2].map(() => {
          const staged = new StagedStorage(store.storage);
          staged.before = { put: () => scheduler.schedule(Promise.resolve()), delete: () => scheduler.schedule(Promise.resolve()) };
          staged.after = { read: () => scheduler.schedule(Promise.resolve()) };
          return compactingOn(staged.storage, { 'tsd.storage.fix_duplicates': 'true' });
        });
        const done = Promise.all(compactions.map(({ compact }) => compact(key)));
        const adding = add(store.storage, key, between, model);
        let running = true;
        const ended = (): void => void (running = false);
        done.then(ended, ended);
        await until(async () => {
          while (scheduler.count() > 0) await scheduler.waitOne();
          await turns(2);
          return !running;
        });
        await Promise.all([done, adding]);
        await add(store.storage, key, after, model);
        expect(await points(store.storage, key, FIXING)).toBe(shown(model));
        await compactingOn(store.storage, { 'tsd.storage.fix_duplicates': 'true' }).compact(key);
        expect(await points(store.storage, key, FIXING)).toBe(shown(model));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a merged cell that a tombstone hides', () => {
  it('is put anew before anything is deleted', async () => {
    const key = keyOf(++series);
    await write(store.storage, key, '0010=05@1 f000fa00=06@2 0020=07@1');
    const staged = new StagedStorage(store.storage);
    let hidden = 0;
    // As a region server does when 2.4.1 has deleted the column of that name later than the row's cells were written.
    const masking = new Proxy(staged.storage, {
      get: (target, property: keyof Storage) =>
        property !== 'put'
          ? target[property]
          : async (...[table, family, rows, options]: Parameters<Storage['put']>) => {
              const seen = rows.filter(({ timestamps }) => timestamps === undefined || timestamps[0] > 1000);
              hidden += rows.length - seen.length;
              return target.put(table, family, seen, options);
            },
    });
    const { compact } = compactingOn(masking, { 'tsd.storage.fix_duplicates': 'true' });
    await compact(key);
    expect(hidden).toBe(1);
    expect(await points(store.storage, key, FIXING)).toBe('1000:6 2000:7');
    await compact();
    expect(await read(store.storage, key)).toBe('f000fa000020=060701');
  });
});
