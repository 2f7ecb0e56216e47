import { LAST_TREE, treeKey } from '../../../meta';
import { hexToUid, uidToHex } from '../../../schema';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { gatherAnswer } from '../answer-allowance';
import type { HttpCall } from '../types';
import { client, treeIdParam, unsupported } from './support';

/** Characters of the shortest id of a branch, that of a root. */
const SHORTEST = 4;

/** The row of the branch that is asked for; without `branch` the root of `treeid`. @throws ClientError 400 */
function keyOf(call: HttpCall): Promise<Buffer> {
  return client(() => {
    const id = treeIdParam(call);
    const text = call.param('branch') ?? '';
    if (text !== '') {
      if (text.length < SHORTEST) throw new IllegalArgumentError('Branch ID was too short');
      return hexToUid(text);
    }
    if (id < 1) throw new ClientError(400, 'Missing or invalid branch and tree IDs');
    if (id > LAST_TREE) throw new IllegalArgumentError('Missing or invalid tree ID');
    return treeKey(id);
  });
}

/** `/api/tree/branch`: a branch with what is directly below. Mirrors TreeRpc.handleBranch. */
export async function branch(call: HttpCall): Promise<void> {
  if (call.effectiveMethod() !== 'GET') throw unsupported();
  const key = await keyOf(call);
  const { branches } = call.tsd.meta;
  const shown = await gatherAnswer(call, (account) => branches.show(key, call.signal, account));
  if (shown === null) throw new ClientError(404, `Unable to locate branch '${uidToHex(key)}' for tree '${key.readUInt16BE()}'`);
  return call.sendJsonParts(200, branches.json(shown, call.signal), 'strict');
}
