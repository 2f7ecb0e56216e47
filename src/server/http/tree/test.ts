import { branchJson, placeSeries, shownLeaves, tsMetaJson, type Leaf, type NamedLeaf, type Place, type Tree } from '../../../meta';
import { hexToUid, javaJsonString } from '../../../schema';
import { NoSuchUniqueId } from '../../../uid';
import { ClientError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import { TimeSlice } from '../../../util/time-slice';
import type { HttpCall } from '../types';
import { readTreeSeries } from './series-body';
import { client, unsupported } from './support';

/** The branches from one to the leaf, nested; nobody has stored them. */
function nested(treeId: number, { branch, leaf }: NonNullable<Place['leaf']>, from: number): string {
  let json: string | null = null;
  for (let depth = branch.length; depth >= from; depth--)
    json = branchJson({ treeId, path: branch.slice(0, depth) }, json === null ? [unnamed(leaf)] : [], json === null ? null : [json]);
  return json ?? '';
}

const unnamed = (leaf: Leaf): NamedLeaf => ({ ...leaf, metric: '', tags: null });

/**
 * The root that all series of a request share, as in the original: leaves of its own gather, even those that a strict tree refuses, and below it is
 * what the last series has grown.
 */
class TestedRoot {
  private readonly leaves = new Map<string, Leaf>();
  private branches: string[] | null = null;

  constructor(private readonly treeId: number) {}

  add(place: Place): void {
    this.branches &&= [];
    const { leaf, refused } = place;
    if (leaf === null) return;
    const { displayName } = leaf.leaf;
    if (leaf.branch.length > 0) {
      if (!refused) this.branches = [nested(this.treeId, leaf, 1)];
    } else if (!this.leaves.has(displayName)) this.leaves.set(displayName, leaf.leaf);
  }

  json(): string {
    return branchJson({ treeId: this.treeId, path: [] }, shownLeaves([...this.leaves.values()]).map(unnamed), this.branches);
  }
}

/** What came of one series; null metadata: there are none, and it has no branch. */
interface Outcome {
  readonly meta: string | null;
  readonly messages: readonly string[];
}

/** What the rules of a tree do with a series, and why. @throws ClientError */
async function tested(call: HttpCall, tree: Tree, tsuid: string, root: TestedRoot): Promise<Outcome> {
  try {
    const meta = await call.tsd.meta.tsMetas.get(hexToUid(tsuid));
    if (meta === null) return { meta: null, messages: ['Unable to locate TSUID meta data'] };
    if (tree.rules.length === 0) throw new ClientError(400, 'Missing tree rules');
    const place = placeSeries(tree, meta);
    root.add(place);
    return { meta: tsMetaJson(meta), messages: place.messages };
  } catch (e) {
    if (!(e instanceof NoSuchUniqueId)) throw e;
    return { meta: null, messages: [`TSUID was missing a UID name: ${e.message}`] };
  }
}

/** `/api/tree/test`: where the rules of a tree would put series, without storing anything. Mirrors TreeRpc.handleTest. */
export async function test(call: HttpCall): Promise<void> {
  const series = readTreeSeries(call);
  const tree = await client(() => call.tsd.meta.trees.get(series.treeId));
  const tsuids = series.tsuids();
  if (tsuids === null || tsuids.length === 0) throw new ClientError(400, 'Missing or empty TSUID list');
  const method = call.effectiveMethod();
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT') throw unsupported();
  const root = new TestedRoot(tree.treeId);
  const outcomes = new Map<string, Outcome>();
  const slice = new TimeSlice(call.signal);
  for (const tsuid of tsuids) {
    if (slice.isOver()) await slice.next();
    outcomes.set(tsuid, await client(() => tested(call, tree, tsuid, root)));
  }
  const grown = root.json();
  const members = hashMapOrder(outcomes.keys()).map((tsuid) => {
    const { meta = null, messages = [] } = outcomes.get(tsuid) ?? {};
    const told = `"meta":${meta},"messages":[${messages.map(javaJsonString).join(',')}],"branch":${meta && grown}`;
    return `${javaJsonString(tsuid)}:{${told}}`;
  });
  call.sendJson(200, `{${members.join(',')}}`);
}
