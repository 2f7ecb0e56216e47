import { openTempStore, type TempStore } from '../support/temp-store';
import { race } from './support/race';

const PROCESSES = Number(process.env.UID_RACE_PROCESSES ?? 16);
const NAMES = Number(process.env.UID_RACE_NAMES ?? 1000);
jest.setTimeout(300_000);

let store: TempStore;
beforeEach(async () => {
  store = await openTempStore();
});
afterEach(() => store.close());

it(`gives ${NAMES} names one UID each, whichever of ${PROCESSES} processes is first`, async () => {
  const settings = {
    'tsd.storage.engine': 'embedded',
    'tsd.storage.embedded.path': store.path,
    'tsd.core.auto_create_metrics': 'true',
  };
  const { ids, taken, leaked } = await race(store.storage, settings, PROCESSES, NAMES);
  for (const answers of ids) expect(answers).toEqual(ids[0]);
  expect(new Set(ids[0]).size).toBe(NAMES);
  expect(taken).toBe(NAMES + leaked);
  // A race that nobody loses would prove nothing; one number a loser is the protocol's own price.
  if (PROCESSES > 1) expect(leaked).toBeGreaterThan(0);
  expect(leaked).toBeLessThanOrEqual((PROCESSES - 1) * NAMES);
});
