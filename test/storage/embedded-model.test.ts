/**
 * Any order of changes on the embedded store, by two processes in turn, while the log is merged all the time and either process closes and
 * opens it again, against a model of what must be there.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Storage } from '../../src/storage';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { endChild } from '../support/end-child';
import {
  anyChange,
  anyChangeOfLongKeys,
  applyToModel,
  contentsOf,
  expectedOf,
  perform,
  readContents,
  type Model,
} from '../support/store-changes';
import type { Order } from '../support/obedient-child';
import { openTempStore, TABLES, type TempStore } from '../support/temp-store';

jest.setTimeout(120_000);

const PACK_AFTER = 9;
const EMPTY = Buffer.alloc(0);
const T = Buffer.from('t');
const latin = (s: string): Buffer => Buffer.from(s, 'latin1');

let temp: TempStore;
let own: Storage;
beforeAll(async () => {
  temp = await openTempStore({ packAfter: PACK_AFTER });
  own = temp.storage;
});
afterAll(async () => {
  await own.close();
  await temp.close();
});

async function clear(model: Model): Promise<void> {
  for (const row of model.keys()) await own.delete('tsdb', [{ row: Buffer.from(row) }]);
}

async function reopen(): Promise<void> {
  await own.close();
  own = new EmbeddedStorage({ path: temp.path, tables: TABLES, packAfter: PACK_AFTER });
  await own.open();
}

it('has what the model has, after any changes', async () => {
  let slices = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { maxLength: 60 }), fc.nat(70), async (changes, reopenAt) => {
      const model: Model = new Map();
      for (const [i, c] of changes.entries()) {
        const expected = expectedOf(model, c);
        expect(await perform(own, c, expected)).toBe(applyToModel(model, c));
        if (i !== reopenAt) continue;
        slices += own.stats().pack_slices;
        await reopen();
      }
      expect(await readContents(own)).toEqual(contentsOf(model));
      for (const [r, cells] of model) {
        for (const q of ['\0', '\x07', '\x14']) {
          const got = await own.get('tsdb', { row: Buffer.from(r), family: T, qualifiers: [latin(q)] });
          expect(got?.value(0).toString()).toBe(cells.get(q)?.value);
        }
      }
      const first: string[] = [];
      for await (const rows of own.scan('tsdb', {
        start: EMPTY,
        stop: EMPTY,
        firstCellOnly: true,
        filter: { kind: 'keyRegexp', pattern: '^a' },
      }))
        for (const row of rows) first.push(`${row.key.toString()} ${row.size} ${row.qualifier(0).toString('latin1')}`);
      expect(first).toEqual(
        contentsOf(model)
          .filter(([r]) => r.startsWith('a'))
          .map(([r, [[q]]]) => `${r} 1 ${q}`),
      );
      await clear(model);
    }),
    { numRuns: 150 },
  );
  expect(slices + own.stats().pack_slices).toBeGreaterThan(50);
});

it('has cells of long keys in the order of their columns, in the log, behind it and in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyChangeOfLongKeys, { maxLength: 60, size: 'max' }), fc.nat(70), async (changes, reopenAt) => {
      const model: Model = new Map();
      for (const [i, c] of changes.entries()) {
        const expected = expectedOf(model, c);
        expect(await perform(own, c, expected)).toBe(applyToModel(model, c));
        if (i % 10 === 9) expect(await readContents(own)).toEqual(contentsOf(model));
        if (i === reopenAt) await reopen();
      }
      expect(await readContents(own)).toEqual(contentsOf(model));
      await clear(model);
      expect(await readContents(own)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

describe('with another process', () => {
  let child: ChildProcess;
  const told = async (order: Order): Promise<unknown> => {
    const answer = once(child, 'message');
    child.send(order);
    const [{ answer: got, error }] = (await answer) as [{ answer?: unknown; error?: string }];
    expect(error).toBeUndefined();
    return got;
  };
  beforeAll(async () => {
    const support = join(__dirname, '../support');
    child = fork(join(support, 'obedient-child.ts'), [temp.path, String(PACK_AFTER)], { execArgv: ['-r', join(support, 'ts-hook.cjs')] });
    await once(child, 'message');
  });
  afterAll(async () => {
    // It closes its store and ends when nobody has anything to say to it any more.
    child.disconnect();
    await endChild(child, null);
  });

  it('each sees at once what the other did, and both find the same', async () => {
    const step = fc.record({ change: anyChange, byChild: fc.boolean(), then: fc.constantFrom('nothing', 'nothing', 'look', 'reopen') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const model: Model = new Map();
        for (const { change, byChild, then } of steps) {
          const expected = expectedOf(model, change);
          const answer = byChild ? await told({ change, expected }) : await perform(own, change, expected);
          expect(answer).toBe(applyToModel(model, change));
          if (then === 'look') expect(byChild ? await readContents(own) : await told('read')).toEqual(contentsOf(model));
          if (then === 'reopen') await (byChild ? reopen() : told('reopen'));
        }
        expect(await readContents(own)).toEqual(contentsOf(model));
        expect(await told('read')).toEqual(contentsOf(model));
        await clear(model);
      }),
      { numRuns: 60 },
    );
  });
});
