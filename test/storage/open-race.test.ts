/** Processes that open one store at the same moment and write to it at once: nothing that one of them was answered may be undone. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStorage } from '../../src/storage/embedded';
import type { RoundAnswer } from '../support/race-open-child';
import { endChild } from '../support/end-child';
import { TABLES } from '../support/temp-store';

/** 1,000 are a proof; a few keep the unit tests short. */
const ROUNDS = Number(process.env.OPEN_RACE_ROUNDS ?? 15);
const NAMES = 40;
const PROCESSES = 5;
jest.setTimeout(120_000 + ROUNDS * 2000);

const EMPTY = Buffer.alloc(0);
let children: ChildProcess[];

beforeAll(() => {
  const support = join(__dirname, '../support');
  children = Array.from({ length: PROCESSES }, () =>
    fork(join(support, 'race-open-child.ts'), [String(NAMES)], { execArgv: ['-r', join(support, 'ts-hook.cjs')] }),
  );
});
afterAll(async () => {
  for (const child of children) await endChild(child, 'SIGKILL');
});

/** Who won which name, as the store has it. */
async function owners(path: string): Promise<Map<string, string>> {
  const storage = new EmbeddedStorage({ path, tables: TABLES });
  await storage.open();
  const found = new Map<string, string>();
  for await (const rows of storage.scan('tsdb-uid', { start: EMPTY, stop: EMPTY }))
    for (const row of rows) found.set(row.key.toString(), row.value(0).toString());
  await storage.close();
  return found;
}

async function round(mode: string): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'tsdb-race-'));
  const parent = new EmbeddedStorage({ path, tables: TABLES });
  if (mode !== 'fresh') await parent.open();
  if (mode === 'existing') await parent.close();
  const answers = children.map((child) => once(child, 'message') as Promise<[RoundAnswer]>);
  for (const child of children) child.send(path);
  const expected = new Map<string, string>();
  const twice: string[] = [];
  for (const [i, [{ won, error }]] of (await Promise.all(answers)).entries()) {
    expect(error).toBeNull();
    for (const n of won) {
      if (expected.has(`name ${n}`)) twice.push(`name ${n}`);
      expected.set(`name ${n}`, String(children[i].pid));
    }
  }
  await parent.close();
  expect(twice).toEqual([]);
  expect(expected.size).toBe(NAMES);
  expect(await owners(path)).toEqual(expected);
  rmSync(path, { recursive: true });
}

it.each(['existing', 'fresh', 'held'])(`lets each name be won once in ${ROUNDS} rounds on a store that is %s`, async (mode) => {
  for (let i = 0; i < ROUNDS; i++) await round(mode);
});
