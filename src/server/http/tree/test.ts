import { branchJson, placeSeries, tsMetaJson, type Place, type Tree } from '../../../meta';
import { hexToUid, javaJsonString } from '../../../schema';
import { NoSuchUniqueId } from '../../../uid';
import { ClientError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { TimeSlice } from '../../../util/time-slice';
import type { HttpCall } from '../types';
import { readTreeSeries } from './series-body';
import { client, unsupported } from './support';

/** The branches from the root to the leaf, nested; nobody has stored them. */
function nested(treeId: number, { leaf, refused }: Place): string {
  if (leaf === null || refused) return branchJson({ treeId, path: [] }, [], []);
  let json: string | null = null;
  for (let depth = leaf.branch.length; depth >= 0; depth--) {
    const leaves = json === null ? [{ ...leaf.leaf, metric: '', tags: null }] : [];
    json = branchJson({ treeId, path: leaf.branch.slice(0, depth) }, leaves, json === null ? [] : [json]);
  }
  return json ?? '';
}

/** What the rules of a tree do with a series, and why. */
async function tested(call: HttpCall, tree: Tree, tsuid: string): Promise<string> {
  const told = (meta: string, messages: readonly string[], branch: string): string =>
    `{"meta":${meta},"messages":[${messages.map(javaJsonString).join(',')}],"branch":${branch}}`;
  try {
    const meta = await call.tsd.meta.tsMetas.get(hexToUid(tsuid));
    if (meta === null) return told('null', ['Unable to locate TSUID meta data'], 'null');
    const place = placeSeries(tree, meta);
    return told(tsMetaJson(meta), place.messages, nested(tree.treeId, place));
  } catch (e) {
    if (!(e instanceof NoSuchUniqueId)) throw e;
    return told('null', [`TSUID was missing a UID name: ${e.message}`], 'null');
  }
}

/** `/api/tree/test`: where the rules of a tree would put series, without storing anything. Mirrors TreeRpc.handleTest. */
export async function test(call: HttpCall): Promise<void> {
  const method = call.effectiveMethod();
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT') throw unsupported();
  const { treeId, tsuids } = readTreeSeries(call);
  if (tsuids === null || tsuids.length === 0) throw new ClientError(400, 'Missing or empty TSUID list');
  const tree = await client(() => call.tsd.meta.trees.get(treeId));
  if (tree.rules.length === 0) throw new ClientError(400, 'Missing tree rules');
  const members: string[] = [];
  const slice = new TimeSlice(call.signal);
  for (const tsuid of hashMapOrder(tsuids)) {
    if (slice.isOver()) await slice.next();
    members.push(`${javaJsonString(tsuid)}:${await client(() => tested(call, tree, tsuid))}`);
  }
  call.sendJson(200, `{${members.join(',')}}`);
}
