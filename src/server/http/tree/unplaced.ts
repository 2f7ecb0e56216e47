import type { UnplacedKind } from '../../../meta';
import { hexToUid, javaJsonString } from '../../../schema';
import { hashMapOrder } from '../../../util/java-hash-order';
import type { HttpCall, HttpHandler } from '../types';
import { readTreeSeries } from './series-body';
import { client, unsupported } from './support';

/** `/api/tree/collisions` and `/api/tree/notmatched`: series that a tree could not place. Mirrors TreeRpc.handleCollisionNotMatched. */
export const unplaced =
  (kind: UnplacedKind): HttpHandler =>
  async (call: HttpCall) => {
    const { trees } = call.tsd.meta;
    const series = readTreeSeries(call);
    await client(() => trees.get(series.treeId));
    const method = call.effectiveMethod();
    if (method !== 'GET' && method !== 'POST' && method !== 'PUT') throw unsupported();
    const tsuids = series.tsuids();
    const found = await client(() => trees.unplaced(series.treeId, kind, tsuids && tsuids.map((tsuid) => hexToUid(tsuid))));
    const members = hashMapOrder(found.keys()).map((tsuid) => `"${tsuid}":${javaJsonString(found.get(tsuid) ?? '')}`);
    call.sendJson(200, `{${members.join(',')}}`);
  };
