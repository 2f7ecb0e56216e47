import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackedCells } from '../../src/storage';
import { EmbeddedStorage } from '../../src/storage/embedded';
import { Merger } from '../../src/storage/embedded/log/merger';
import { ProcessGate } from '../../src/storage/embedded/process-gate';
import { TABLES } from '../support/temp-store';

let top: string;
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'tsdb-open-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));
afterEach(() => jest.restoreAllMocks());

/** A store as a process left it that was killed with a sealed segment not yet merged. */
async function leftWithSealedSegment(): Promise<string> {
  const path = join(top, 'killed');
  const left = join(top, 'left');
  const kick = jest.spyOn(Merger.prototype, 'kick').mockImplementation(() => undefined);
  const store = new EmbeddedStorage({ path, tables: TABLES, packAfter: 2 });
  await store.open();
  const rows = ['a', 'b'].map((row) => ({ row: Buffer.from(row), cells: PackedCells.of(Buffer.of(0, 0), Buffer.from(row)) }));
  await store.put('tsdb', Buffer.from('t'), rows);
  mkdirSync(left);
  for (const name of readdirSync(path))
    if (!name.endsWith('.lock') && name !== 'lock.mdb') copyFileSync(join(path, name), join(left, name));
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
  const store = new EmbeddedStorage({ path, tables: TABLES });
  await store.open();
  await committed;
  expect(events).toEqual(['alone no more', 'first commit']);
  const row = await store.get('tsdb', { row: Buffer.from('b') });
  expect(row?.value(0).toString()).toBe('b');
  await store.close();
});
