import { fork } from 'node:child_process';
import { join } from 'node:path';
import { DATA_FAMILY } from '../../../src/schema';
import { endChild } from '../../support/end-child';
import { openTempStore } from '../../support/temp-store';
import { BASE, compactingOn, keyOf, points, putOf } from './support/rows';
import { until } from '../../support/until';

jest.setTimeout(240_000);

const ROWS = 4000;
const CELLS = Array.from(
  { length: 12 },
  (_, i) => `${(i * 300 * 16).toString(16).padStart(4, '0')}=${(i + 1).toString(16).padStart(2, '0')}`,
);
const POINTS = CELLS.map((_, i) => `${i * 300_000}:${i + 1}`).join(' ');

it('a process killed while it compacts leaves no row worse than before', async () => {
  const store = await openTempStore();
  const { storage } = store;
  try {
    const puts = Array.from({ length: ROWS }, (_, i) => putOf(keyOf(i), CELLS.join(' ')));
    expect(await storage.put('tsdb', DATA_FAMILY, puts)).toEqual([]);
    const sizes = async (): Promise<Map<number, number>> => {
      const found = new Map<number, number>();
      for (let i = 0; i < ROWS; i++) {
        const row = await storage.get('tsdb', { row: keyOf(i) });
        found.set(row?.size ?? 0, (found.get(row?.size ?? 0) ?? 0) + 1);
        expect(await points(storage, keyOf(i))).toBe(POINTS);
      }
      return found;
    };
    let interrupted = 0;
    for (let round = 0; round < 6; round++) {
      const least = 12 * round + 1;
      const child = fork(join(__dirname, 'support/compacting-child.ts'), [store.path, String(ROWS), String(least)], {
        execArgv: ['-r', join(__dirname, '../../support/ts-hook.cjs')],
      });
      let done = false;
      let calls = 0;
      child.on('message', (message) => {
        if (message === 'done') done = true;
        else calls++;
      });
      const ended = (): boolean => calls >= least || done || child.exitCode !== null;
      await until(ended, `it has made ${least} calls`, 60_000).finally(() => endChild(child, 'SIGKILL'));
      if (!done) interrupted++;
      const found = await sizes();
      // Whole, merged, or both.
      for (const size of found.keys()) expect([1, CELLS.length, CELLS.length + 1]).toContain(size);
    }
    expect(interrupted).toBeGreaterThan(0);
    const { compaction, compact } = compactingOn(storage);
    for (let i = 0; i < ROWS; i++) compaction.rowWritten(keyOf(i), BASE);
    await compact();
    expect([...(await sizes()).keys()]).toEqual([1]);
  } finally {
    await store.close();
  }
});
