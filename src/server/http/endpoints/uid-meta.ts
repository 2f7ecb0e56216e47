import { UID_META, UidMetaDraft, uidMetaJson } from '../../../meta';
import { readBody } from '../../../json';
import { hexToUid } from '../../../schema';
import { kindOf } from '../../../uid';
import { nullPointer } from '../json-body';
import { forClient } from '../metadata-errors';
import { methodNotAllowed, type HttpCall } from '../types';

const UNKNOWN = { unknown: 'Could not find the requested UID' };

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

/** `/api/uid/uidmeta`: what is known of a name, read, written or removed. Mirrors UniqueIdRpc.handleUIDMeta. */
export async function uidMeta(call: HttpCall): Promise<void> {
  const { uidMetas } = call.tsd.meta;
  const method = call.effectiveMethod();
  switch (method) {
    case 'GET': {
      const uid = call.requiredParam('uid');
      const kind = kindOf(call.requiredParam('type'));
      return call.sendJson(200, uidMetaJson(await forClient(async () => uidMetas.get(kind, hexToUid(uid)), UNKNOWN)));
    }
    case 'POST':
    case 'PUT': {
      const meta = await forClient(async () => uidMetas.save(readDraft(call), method === 'PUT'), UNKNOWN);
      return meta === null ? call.sendEmpty(304) : call.sendJson(200, uidMetaJson(meta));
    }
    case 'DELETE': {
      const draft = readDraft(call);
      await forClient(() => uidMetas.delete(draft), { message: 'Unable to delete UIDMeta information' });
      return call.sendEmpty(204);
    }
    default:
      throw methodNotAllowed(call.method);
  }
}
