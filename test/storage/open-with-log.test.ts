import { Merger } from '../../src/storage/embedded/log/merger';
import { ProcessGate } from '../../src/storage/embedded/process-gate';
import { contents, copyOf, newPath, openAt, put, T } from './support/left-stores';

afterEach(() => jest.restoreAllMocks());

/** A store as a process left it that was killed with a sealed segment not yet merged. */
async function leftWithSealedSegment(): Promise<string> {
  const path = newPath();
  const kick = jest.spyOn(Merger.prototype, 'kick').mockImplementation(() => undefined);
  const store = await openAt(path, { packAfter: 2 });
  // Puts are answered before their segment is sealed.
  const sealed = new Promise<void>((resolve) => kick.mockImplementation(() => resolve()));
  await store.put('tsdb', T, [put('a', '1'), put('b', '2')]);
  await sealed;
  const left = copyOf(path);
  kick.mockRestore();
  await store.close();
  return left;
}

it('commits nothing of what it finds in the log while it keeps other processes out to open the file', async () => {
  const path = await leftWithSealedSegment();
  const events: string[] = [];
  const { alone, enter } = ProcessGate.prototype;
  jest.spyOn(ProcessGate.prototype, 'alone').mockImplementation(async function <T>(this: ProcessGate, action: () => T | Promise<T>) {
    const done = await (alone<T>).call(this, action);
    events.push('alone no more');
    return done;
  });
  let commits = 0;
  const committed = new Promise<void>((resolve) =>
    jest.spyOn(ProcessGate.prototype, 'enter').mockImplementation(function (this: ProcessGate) {
      if (commits++ === 0) events.push('first commit');
      resolve();
      return enter.call(this);
    }),
  );
  const store = await openAt(path);
  await committed;
  expect(events).toEqual(['alone no more', 'first commit']);
  expect(await contents(store)).toEqual({ a: '1', b: '2' });
  await store.close();
});
