import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** For bytes that a client has handed to its system and that are on their way: a busy machine takes its time with them. */
const ON_THE_WAY_MS = 50;

/**
 * Resolves after so many turns of the event loop. In each the system is asked for what has arrived: after two, whatever it had received for a
 * socket that is being read before the call has been read.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/** Resolves when what clients had sent before the call has been read from sockets that are being read, as far as one can tell. */
export async function arrival(ms = ON_THE_WAY_MS): Promise<void> {
  await sleep(ms);
  await turns(2);
}
