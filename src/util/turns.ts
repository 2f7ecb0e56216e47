import { setImmediate as turn } from 'node:timers/promises';

/**
 * Resolves after so many turns of the event loop. In each the system is asked for what has arrived: after two, whatever it had received for a
 * socket that is being read before the call has been read.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/**
 * Resolves when a server that listens has accepted what the system had accepted for it before: it takes one connection in a turn.
 * @param accepted how many it has taken so far
 * @param most connections that can have waited: others may come without end
 */
export async function acceptWaiting(accepted: () => number, most: number): Promise<void> {
  const end = accepted() + most;
  for (let before = -1; before < accepted() && accepted() < end;) {
    before = accepted();
    await turns(2);
  }
}
