import { MetaConflictError, UID_META, UidMetaDraft, uidMetaJson } from '../../../meta';
import { readBody } from '../../../json';
import { hexToUid } from '../../../schema';
import { kindOf, NoSuchUniqueId } from '../../../uid';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import { methodNotAllowed, type HttpCall } from '../types';

function fromParams(call: HttpCall): UidMetaDraft {
  const draft = new UidMetaDraft();
  draft.uid = call.requiredParam('uid');
  draft.kind = kindOf(call.requiredParam('type'));
  const fields = { displayName: 'display_name', description: 'description', notes: 'notes' } as const;
  for (const [field, param] of Object.entries(fields)) draft.fields.set(field as keyof typeof fields, call.param(param) ?? '');
  return draft;
}

/** @throws ClientError */
function readDraft(call: HttpCall): UidMetaDraft {
  if (call.body.length === 0) return fromParams(call);
  const draft = readBody(call.bodyText(), UID_META, call.tsd.settings.body.json);
  if (draft === null) throw nullPointer();
  return draft;
}

/** Turns what the client did wrong into its answer. @param message instead of the error's own, which then becomes the details */
async function client<T>(work: () => Promise<T>, message: string | null = null): Promise<T> {
  try {
    return await work();
  } catch (e) {
    if (e instanceof IllegalArgumentError) throw new ClientError(400, message ?? e.message, e.message, { cause: e });
    if (e instanceof NoSuchUniqueId) throw new ClientError(404, 'Could not find the requested UID', e.message, { cause: e });
    if (e instanceof MetaConflictError)
      throw new ClientError(500, e.message, 'This may be caused by another process modifying storage data', { cause: e });
    throw e;
  }
}

/** `/api/uid/uidmeta`: what is known of a name, read, written or removed. Mirrors UniqueIdRpc.handleUIDMeta. */
export async function uidMeta(call: HttpCall): Promise<void> {
  const { uidMetas } = call.tsd.meta;
  const method = call.effectiveMethod();
  switch (method) {
    case 'GET': {
      const uid = call.requiredParam('uid');
      const kind = kindOf(call.requiredParam('type'));
      return call.sendJson(200, uidMetaJson(await client(async () => uidMetas.get(kind, hexToUid(uid)))));
    }
    case 'POST':
    case 'PUT': {
      const meta = await client(async () => uidMetas.save(readDraft(call), method === 'PUT'));
      return meta === null ? call.sendEmpty(304) : call.sendJson(200, uidMetaJson(meta));
    }
    case 'DELETE': {
      const draft = readDraft(call);
      await client(() => uidMetas.delete(draft), 'Unable to delete UIDMeta information');
      return call.sendEmpty(204);
    }
    default:
      throw methodNotAllowed(call.method);
  }
}
