import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Storage } from '../../../src/storage';
import { raceName } from './race-child';
import { endChild } from '../../support/end-child';
import { b, uid, UID_TABLE } from './uid-store';

export interface RaceOutcome {
  /** Each process's ids, by name. */
  ids: string[][];
  /** Numbers taken from the counter. */
  taken: number;
  /** Reverse rows that no forward row leads to. */
  leaked: number;
}

/** Lets processes create the same names at the same time, and checks what the table looks like after it. */
export async function race(
  storage: Storage,
  settings: Record<string, string>,
  processes: number,
  names: number,
  table = UID_TABLE,
): Promise<RaceOutcome> {
  const children = Array.from({ length: processes }, (_, i) => start(settings, names, Math.floor((i * names) / (8 * processes))));
  try {
    await Promise.all(children.map((child) => message(child)));
    const answers = children.map((child) => message(child) as Promise<string[]>);
    for (const child of children) child.send('go');
    const ids = await Promise.all(answers);
    return { ids, ...(await inspect(storage, names, table)) };
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
    // Each has closed its store, and ends.
    await Promise.all(children.map((child) => endChild(child, null)));
  }
}

/** Every name has one UID, of which the reverse row says the same; every number taken has its reverse row. */
async function inspect(storage: Storage, names: number, table: string): Promise<{ taken: number; leaked: number }> {
  const forward = new Map<string, string>();
  const reverse = new Map<string, string>();
  const metrics = b('metrics');
  for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows) {
      const id = row.get(b('id'), metrics);
      const name = row.get(b('name'), metrics);
      if (id !== null && !row.key.equals(uid('00'))) forward.set(row.key.toString('latin1'), id.toString('hex'));
      if (name !== null) reverse.set(row.key.toString('hex'), name.toString('latin1'));
    }
  expect(forward.size).toBe(names);
  for (let i = 0; i < names; i++) expect(reverse.get(forward.get(raceName(i)) ?? 'none')).toBe(raceName(i));
  const counter = await storage.get(table, { row: uid('00'), family: b('id'), qualifiers: [metrics] });
  const taken = Number(counter?.get(b('id'), metrics)?.readBigInt64BE(0));
  expect(reverse.size).toBe(taken);
  return { taken, leaked: taken - names };
}

function start(settings: Record<string, string>, names: number, seed: number): ChildProcess {
  const support = join(__dirname, '../../support');
  return fork(join(__dirname, 'race-child.ts'), [JSON.stringify(settings), String(names), String(seed)], {
    execArgv: ['-r', join(support, 'ts-hook.cjs')],
  });
}

async function message(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${code}`)));
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
  return answer;
}
