import { readGlobalAnnotations } from '../../../src/query/scan/global-annotations';
import { annotationCell, DATA_FAMILY, DEFAULT_LAYOUT, encodeAnnotation } from '../../../src/schema';
import { turns } from '../../support/until';
import { openTempStore, type TempStore } from '../../support/temp-store';
import { TimeSlice } from '../../../src/util/time-slice';

const HOUR = 1_600_000_000 - (1_600_000_000 % 3600);
const END = (HOUR + 3599) * 1000;

let store: TempStore;
beforeEach(async () => void (store = await openTempStore()));
afterEach(() => store.close());

/** Writes annotations that start at these seconds of the hour; text: what is no annotation. */
async function write(...notes: (number | string)[]): Promise<void> {
  for (const [i, note] of notes.entries()) {
    const startTime = HOUR + (typeof note === 'number' ? note : i);
    const { key, qualifier } = annotationCell(DEFAULT_LAYOUT, '', startTime);
    const whole = { tsuid: '', startTime, endTime: 0, description: `note ${note}`, notes: '', custom: null };
    const value = typeof note === 'number' ? encodeAnnotation(whole) : Buffer.from(note);
    await store.storage.compareAndSet('tsdb', key, DATA_FAMILY, qualifier, null, value);
  }
}

const read = (account: (bytes: number) => void, startMs = HOUR * 1000, slice?: TimeSlice): ReturnType<typeof readGlobalAnnotations> =>
  readGlobalAnnotations(store.storage, 'tsdb', DEFAULT_LAYOUT, startMs, END, {}, account, slice);

test('those that have no room are not decoded', async () => {
  await write(3, 4);
  let room = 0;
  await read((bytes) => (room += bytes));
  await write('this would not be understood');
  const account = (bytes: number): void => {
    room -= bytes;
    if (room < 0) throw new Error('no room');
  };
  await expect(read(account)).rejects.toThrow('no room');
});

test('those that are left out are not counted', async () => {
  await write(1, 2, 3);
  const bytes = async (startMs: number): Promise<[number, number]> => {
    let told = 0;
    const found = await read((more) => (told += more), startMs);
    return [found.length, told];
  };
  const [all, ofAll] = await bytes(HOUR * 1000);
  const [some, ofSome] = await bytes((HOUR + 2) * 1000);
  expect([all, some]).toEqual([3, 2]);
  expect(ofSome * 3).toBe(ofAll * 2);
});

test('others have their turn between two', async () => {
  await write(...Array.from({ length: 20 }, (_, i) => i + 1));
  let now = 0;
  let seen = 0;
  let over = false;
  const others = (async () => {
    for (; !over; seen++) await turns(1);
  })();
  const found = await read(() => undefined, HOUR * 1000, new TimeSlice(null, () => (now += 20)));
  over = true;
  await others;
  expect(found).toHaveLength(20);
  expect(seen).toBeGreaterThanOrEqual(20);
});
