import { ClientError } from '../../util/errors';
import { Semaphore } from '../../util/semaphore';
import type { HttpCall } from './types';

/** What an answer that is gathered before it is sent may hold. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Long answers are gathered two at a time; the others wait. */
const gathering = new Semaphore(2);

/**
 * Gathers what is needed for an answer that can get long.
 * @param gather is given what it tells of the bytes that it holds
 * @throws ClientError 413 for one that is too long, 503 when there is no room for it
 */
export function gatherAnswer<T>({ memory, signal }: HttpCall, gather: (account: (bytes: number) => void) => Promise<T>): Promise<T> {
  let held = 0;
  const account = (bytes: number): void => {
    held += bytes;
    if (held > MOST_BYTES) throw new ClientError(413, 'The answer is too large', `It takes more than the ${MOST_BYTES} bytes allowed`);
    memory.add(bytes);
  };
  return gathering.run(signal, () => gather(account));
}
