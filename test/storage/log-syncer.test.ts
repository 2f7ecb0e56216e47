import * as fs from 'node:fs';
import { Syncer } from '../../src/storage/embedded/log/syncer';

jest.mock('node:fs', () => ({ ...jest.requireActual<typeof fs>('node:fs'), fdatasync: jest.fn() }));

it('syncs each file that was written to meanwhile, the one before the last as well', async () => {
  const synced: number[] = [];
  const pending: (() => void)[] = [];
  jest.mocked(fs.fdatasync).mockImplementation(((fd: number, done: () => void) => {
    synced.push(fd);
    pending.push(done);
  }) as typeof fs.fdatasync);
  const syncer = new Syncer();
  syncer.wrote(7);
  expect(synced).toEqual([7]);
  // A segment ends and the next begins while the disk is at work.
  syncer.wrote(7);
  syncer.wrote(8);
  const stopped = syncer.stop();
  for (let turns = 0; turns < 10; turns++) {
    pending.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await stopped;
  expect(synced).toEqual([7, 7, 8]);
});
