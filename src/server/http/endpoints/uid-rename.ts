import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { readStringMap } from '../json-body';
import type { HttpCall } from '../types';
import { kindOfType } from './uid-type';

const FIELDS = ['metric', 'tagk', 'tagv', 'name'] as const;

/** What the URI says. A key of tags counts before a value of them, unlike in a body. */
function fromParams(call: HttpCall): Map<string, string | null> {
  const values = FIELDS.map((field) => [field, call.param(field)] as const);
  const fields = new Map(values.filter(([, value]) => value !== null && value !== ''));
  if (fields.has('tagk')) fields.delete('tagv');
  return fields;
}

/** `/api/uid/rename`: another name for a UID. Mirrors UniqueIdRpc.handleRename. */
export async function renameUid(call: HttpCall): Promise<void> {
  if (call.method !== 'GET' && call.method !== 'POST') {
    throw new ClientError(405, 'Method not allowed', `The HTTP method[${call.method}] is not permitted for this endpoint`);
  }
  const fields = call.method === 'POST' ? readStringMap(call) : fromParams(call);
  const newName = fields.get('name') ?? null;
  // of several types the last in the order of a HashMap counts
  const type =
    hashMapOrder(fields.keys())
      .filter((key) => key !== 'name')
      .pop() ?? null;
  const oldName = type === null ? null : (fields.get(type) ?? null);
  if (type === null || oldName === null || newName === null) throw new ClientError(400, 'Missing necessary values to rename UID');
  try {
    await rename(call, type, oldName, newName);
  } catch (error) {
    if (!(error instanceof IllegalArgumentError)) throw error;
    return call.sendJson(400, `{"result":"false","error":${JSON.stringify(error.message)}}`);
  }
  call.sendJson(200, '{"result":"true"}');
}

/** @throws IllegalArgumentError. Mirrors TSDB.renameUid. */
async function rename({ tsd }: HttpCall, type: string, oldName: string, newName: string): Promise<void> {
  tsd.uids.validator.validate(type, oldName);
  tsd.uids.validator.validate(type, newName);
  await tsd.uids.rename(kindOfType(type), oldName, newName);
}
