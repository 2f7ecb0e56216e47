import { RegexpFilter } from '../../../src/query/filter/regexp';
import { NameFilter } from '../../../src/query/scan/name-filter';
import { DEFAULT_LAYOUT } from '../../../src/schema';
import type { Uids } from '../../../src/uid';
import type { StepBudget } from '../../../src/util/java-regexp';
import { Stopper } from '../../../src/util/stop-signal';
import { TimeSlice } from '../../../src/util/time-slice';
import { ClientError } from '../../../src/util/errors';

const SLOW = '(a?){300}(a){300}b';
const LONG = 'a'.repeat(3000);
const keys = [Buffer.from('00000100000000000001000001', 'hex'), Buffer.from('00000100000000000001000002', 'hex')];

/** Whether series with these values pass; a pattern that is looked for gets a turn at each look at the clock. */
function decide(pattern: string, names: string[], steps: StepBudget | null, stopper = new Stopper()): Promise<boolean[]> {
  const uids = { getNames: async (_kind: string, ids: readonly Buffer[]) => ids.map((id) => names[id[2] - 1]) } as unknown as Uids;
  const filters = [{ filter: new RegexpFilter('host', pattern, false), tagk: Buffer.from('000001', 'hex'), tagvs: [] }];
  let now = 0;
  const slice = new TimeSlice(stopper, () => (now += 20));
  return new NameFilter(uids, DEFAULT_LAYOUT, filters, steps).decide(keys, slice);
}

test('names of any length are told', async () => {
  expect(await decide(SLOW, [LONG, `${LONG}b`], null)).toEqual([false, true]);
  expect(await decide('^web', ['web01', 'db01'], { left: 1000 })).toEqual([true, false]);
});

test('others have their turn while one name is looked at, which ends with the query', async () => {
  const stopper = new Stopper();
  const deciding = decide(SLOW, [LONG, LONG], null, stopper);
  setImmediate(() => stopper.abort(new Error('the client is gone')));
  await expect(deciding).rejects.toThrow('the client is gone');
});

test.each([
  ['a long name', SLOW, [LONG, LONG], 300_000],
  ['short names', '^(web|db)[0-9]+$', ['web1', 'db2'], 20],
])('%s may not take more steps than are allowed', async (_what, pattern, names, left) => {
  const refused = decide(pattern, names, { left });
  await expect(refused).rejects.toThrow(/^Sorry, the regular expressions of this query take more than our maximum of 1000000000 steps\./);
  await expect(refused).rejects.toBeInstanceOf(ClientError);
  await expect(refused).rejects.toMatchObject({ status: 413 });
});
