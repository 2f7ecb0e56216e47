import { NoSuchRuleError, NoSuchTreeError } from '../../../meta';
import { ClientError, IllegalStateError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import { forClient } from '../metadata-errors';
import type { HttpCall } from '../types';

/** What every part of the API of trees says to a verb that it doesn't have. */
export const unsupported = (): ClientError => new ClientError(400, 'Unsupported HTTP request method');

/** Turns what the client did wrong into its answer. */
export async function client<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await forClient(work);
  } catch (e) {
    if (e instanceof IllegalStateError) throw new ClientError(400, e.message, e.message, { cause: e });
    if (e instanceof NoSuchTreeError || e instanceof NoSuchRuleError) throw new ClientError(404, e.message, null, { cause: e });
    throw e;
  }
}

/** The number in `treeid`; 0 when there is no such parameter. @throws ClientError 400 */
export function treeIdParam(call: HttpCall): number {
  return call.hasParam('treeid') ? treeIdOf(call.param('treeid') ?? '') : 0;
}

/** @throws ClientError 400 */
export function treeIdOf(text: string): number {
  const id = parseInt32(text);
  if (id === null) throw new ClientError(400, "Unable to parse 'tree' value", `For input string: "${text}"`);
  return id;
}

/** @throws ClientError 400 when it is missing, or no number */
export function requiredNumber(call: HttpCall, name: string): number {
  return numberOf(name, call.requiredParam(name));
}

/** @throws ClientError 400 */
export function numberOf(name: string, text: string): number {
  const number = parseInt32(text);
  if (number === null) throw new ClientError(400, `Unable to parse the '${name}' parameter`, `For input string: "${text}"`);
  return number;
}
