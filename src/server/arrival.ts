import { setTimeout as sleep } from 'node:timers/promises';
import { turns } from '../util/turns';

/** For bytes that a client has handed to its system and that are on their way: a busy machine takes its time with them. */
const ON_THE_WAY_MS = 50;

/** Resolves when what clients had sent before the call has been read from sockets that are being read, as far as one can tell. */
export async function arrival(ms = ON_THE_WAY_MS): Promise<void> {
  await sleep(ms);
  await turns(2);
}
