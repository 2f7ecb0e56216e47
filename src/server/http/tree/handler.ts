import { ClientError } from '../../../util/errors';
import type { HttpHandler } from '../types';
import { branch } from './branch';
import { definition } from './definition';
import { rule, rules } from './rules';
import { test } from './test';
import { unplaced } from './unplaced';

const PARTS: ReadonlyMap<string, HttpHandler> = new Map([
  ['', definition],
  ['branch', branch],
  ['rule', rule],
  ['rules', rules],
  ['test', test],
  ['collisions', unplaced('collisions')],
  ['notmatched', unplaced('notMatched')],
]);

/** `/api/tree/...`. Mirrors TreeRpc. */
export const tree: HttpHandler = (call) => {
  const part = PARTS.get(call.path[1]?.toLowerCase() ?? '');
  if (part === undefined) throw new ClientError(404, 'This endpoint is not supported');
  return part(call);
};
