import { setImmediate as turn } from 'node:timers/promises';

/**
 * Resolves after so many turns of the event loop. In each the system is asked for what has arrived: after two, whatever it had received for a
 * socket that is being read before the call has been read.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}
