import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Storage } from '../../../src/storage';
import { raceName } from './race-child';
import { b, cell, uid, UID_TABLE } from './uid-store';

export interface RaceOutcome {
  /** Each process's ids, by name. */
  ids: string[][];
  /** Numbers taken from the counter. */
  taken: number;
  /** Reverse rows that no forward row leads to. */
  leaked: number;
}

/** Lets processes create the same names at the same time, and checks what the table looks like after it. */
export async function race(storage: Storage, settings: Record<string, string>, processes: number, names: number): Promise<RaceOutcome> {
  const children = Array.from({ length: processes }, (_, i) => start(settings, names, Math.floor((i * names) / (8 * processes))));
  try {
    await Promise.all(children.map((child) => message(child)));
    const answers = children.map((child) => message(child) as Promise<string[]>);
    for (const child of children) child.send('go');
    const ids = await Promise.all(answers);
    return { ids, ...(await inspect(storage, names)) };
  } finally {
    for (const child of children) if (child.exitCode === null && child.connected) await once(child, 'exit');
  }
}

/** Every name has one UID, of which the reverse row says the same; every number taken has its reverse row. */
async function inspect(storage: Storage, names: number): Promise<{ taken: number; leaked: number }> {
  const forward = new Map<string, string>();
  for (let i = 0; i < names; i++) {
    const id = await cell(storage, b(raceName(i)), 'id', 'metrics');
    expect(id).toMatch(/^[0-9a-f]{6}$/);
    expect(await cell(storage, uid(id!), 'name', 'metrics')).toBe(b(raceName(i)).toString('hex'));
    forward.set(id!, raceName(i));
  }
  expect(forward.size).toBe(names);
  const taken = Number(BigInt(`0x${await cell(storage, uid('00'), 'id', 'metrics')}`));
  let reverse = 0;
  for await (const rows of storage.scan(UID_TABLE, { start: Buffer.alloc(0), stop: Buffer.alloc(0), family: b('name') }))
    for (const row of rows) if (row.get(b('name'), b('metrics')) !== null) reverse++;
  expect(reverse).toBe(taken);
  return { taken, leaked: reverse - forward.size };
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
