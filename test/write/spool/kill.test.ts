import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Storage } from '../../../src/storage';
import { EmbeddedStorage } from '../../../src/storage/embedded';
import { endChild } from '../../support/end-child';
import { TABLES } from '../../support/temp-store';
import { until } from '../../support/until';
import { spoolingOn } from './support/spooling';

jest.setTimeout(240_000);

const HOOK = resolve(__dirname, '../../support/ts-hook.cjs');
const CHILD = resolve(__dirname, 'support/spool-child.ts');
let root: string;
let children: ChildProcess[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spool-kill-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) await endChild(child, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const data = (): string => join(root, 'data');
const files = (): string => join(root, 'spool');

const LEAST_TOLD = 200;

/** Runs a writer, collecting what it was told is stored, until it is killed the hard way: when it was told of so many points. */
async function writeAndDie(mode: 'away' | 'replay', first: number, least: number): Promise<number[]> {
  const child = spawn(process.execPath, ['-r', HOOK, CHILD, mode, data(), files(), String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until(() => out.split('\n').length > least || child.exitCode !== null, 'so many points are told to be stored', 60_000);
  await endChild(child, 'SIGKILL');
  expect(out).not.toContain('failed');
  const told = out.slice(0, out.lastIndexOf('\n')).split('\n').slice(1);
  return told.filter((line) => line !== '').map(Number);
}

/** Every value in the data table, as a number. */
async function stored(storage: Storage): Promise<Set<number>> {
  const found = new Set<number>();
  for await (const rows of storage.scan('tsdb', { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows) for (let i = 0; i < row.size; i++) found.add(Number(BigInt(`0x${row.value(i).toString('hex')}`)));
  return found;
}

test('what was told to be stored survives kill -9 while it is spooled, and while it is replayed', async () => {
  const told: number[] = [];
  for (let round = 0; round < 3; round++) {
    told.push(...(await writeAndDie('away', 1 + round * 200_000, LEAST_TOLD * (4 + 3 * round))));
    told.push(...(await writeAndDie('replay', 100_001 + round * 200_000, 1 + 300 * round)));
  }
  expect(told.length).toBeGreaterThan(3 * LEAST_TOLD - 1);
  const storage = new EmbeddedStorage({ path: data(), tables: TABLES });
  await storage.open();
  try {
    const { writer, figure, log } = await spoolingOn(storage, files());
    await until(() => figure('spool.bytes_total') === 0, 'the spool is empty', 60_000);
    await writer.close();
    const found = await stored(storage);
    expect(told.filter((n) => !found.has(n))).toEqual([]);
    expect(log.filter((line) => line.includes('damaged records') && !line.includes(': 0 damaged'))).toEqual([]);
  } finally {
    await storage.close();
  }
});

test('a spool belongs to one process, until that is gone', async () => {
  const child = spawn(process.execPath, ['-r', HOOK, CHILD, 'away', data(), files(), '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until(() => out.includes('open\n'), 'it is open', 30_000);
  const storage = new EmbeddedStorage({ path: data(), tables: TABLES });
  await storage.open();
  try {
    await expect(spoolingOn(storage, files())).rejects.toThrow(`The spool ${files()} is in use by process ${child.pid}`);
    await endChild(child, 'SIGKILL');
    const { writer } = await spoolingOn(storage, files());
    await writer.close();
  } finally {
    await storage.close();
  }
});
