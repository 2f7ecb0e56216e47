import type { UnplacedKind } from '../../../meta';
import { hexToUid, javaJsonString } from '../../../schema';
import { hashMapOrderInSlices } from '../../../util/java-hash-order';
import { TimeSlice } from '../../../util/time-slice';
import { gatherAnswer } from '../answer-allowance';
import type { HttpCall, HttpHandler } from '../types';
import { readTreeSeries } from './series-body';
import { client, unsupported } from './support';

/** Series in one part of an answer. */
const AT_ONCE = 512;

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
    const found = await gatherAnswer(call, (account) =>
      client(() => {
        const wanted = tsuids && tsuids.map((tsuid) => hexToUid(tsuid));
        return trees.unplaced(series.treeId, kind, wanted, account, call.signal);
      }),
    );
    return call.sendJsonParts(200, unplacedJson(found, call.signal), 'strict');
  };

async function* unplacedJson(found: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<string> {
  const slice = new TimeSlice(signal);
  const inOrder = await hashMapOrderInSlices(found, slice);
  let part = '{';
  for (let at = 0; at < inOrder.length; at += AT_ONCE) {
    const members = inOrder.slice(at, at + AT_ONCE).map((tsuid) => `"${tsuid}":${javaJsonString(found.get(tsuid) ?? '')}`);
    yield part + members.join(',');
    part = ',';
    if (slice.isOver()) await slice.next();
  }
  yield inOrder.length === 0 ? '{}' : '}';
}
