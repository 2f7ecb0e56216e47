import type { HttpCall } from '../types';
import { tsMeta } from './ts-meta';
import { assignUids } from './uid-assign';
import { uidMeta } from './uid-meta';
import { renameUid } from './uid-rename';
import { ClientError } from '../../../util/errors';

/** `/api/uid/...`. Mirrors UniqueIdRpc. */
export async function uid(call: HttpCall): Promise<void> {
  switch (call.path[1]?.toLowerCase()) {
    case 'assign':
      return assignUids(call);
    case 'rename':
      return renameUid(call);
    case 'uidmeta':
      return uidMeta(call);
    case 'tsmeta':
      return tsMeta(call);
    default:
      throw new ClientError(501, 'Other UID endpoints have not been implemented yet');
  }
}
