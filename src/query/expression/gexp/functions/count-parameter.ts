import { ClientError } from '../../../../util/errors';

const LARGEST_INT = 2 ** 31 - 1;

/** A count that a function is given. @returns null when the text isn't made of digits alone @throws ClientError 400 beyond 32 bits */
export function parseCount(text: string): number | null {
  if (!/^[0-9]+$/.test(text)) return null;
  const count = Number(text);
  if (count > LARGEST_INT) throw new ClientError(400, 'Invalid parameter, must be an integer');
  return count;
}
