import { branchJson, placeSeries, shownLeaves, tsMetaJson, type Leaf, type NamedLeaf, type Place, type Tree } from '../../../meta';
import { hexToUid, javaJsonString } from '../../../schema';
import { NoSuchUniqueId } from '../../../uid';
import { ClientError } from '../../../util/errors';
import { hashMapOrderInSlices } from '../../../util/java-hash-order';
import { TimeSlice } from '../../../util/time-slice';
import { gatherAnswer } from '../answer-allowance';
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

  async json(slice: TimeSlice): Promise<string> {
    return branchJson({ treeId: this.treeId, path: [] }, (await shownLeaves(this.leaves, slice)).map(unnamed), this.branches);
  }
}

/** What came of one series; null metadata: there are none, and it has no branch. */
interface Outcome {
  readonly meta: string | null;
  readonly messages: string;
}

const outcome = (meta: string | null, messages: readonly string[]): Outcome => ({
  meta,
  messages: messages.map(javaJsonString).join(','),
});

/** What the rules of a tree do with a series, and why. @throws ClientError */
async function tested(call: HttpCall, tree: Tree, tsuid: string, root: TestedRoot, slice: TimeSlice): Promise<Outcome> {
  try {
    const meta = await call.tsd.meta.tsMetas.get(hexToUid(tsuid));
    if (meta === null) return outcome(null, ['Unable to locate TSUID meta data']);
    if (tree.rules.length === 0) throw new ClientError(400, 'Missing tree rules');
    slice.restart();
    const place = await placeSeries(tree, meta, slice);
    root.add(place);
    return outcome(tsMetaJson(meta), place.messages);
  } catch (e) {
    if (!(e instanceof NoSuchUniqueId)) throw e;
    return outcome(null, [`TSUID was missing a UID name: ${e.message}`]);
  }
}

/** What came of all series, by TSUIDs. */
interface Tested {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly inOrder: readonly string[];
  /** The branches that all have grown together. */
  readonly grown: string;
}

/** @throws ClientError */
async function testAll(call: HttpCall, tree: Tree, tsuids: readonly string[], account: (bytes: number) => void): Promise<Tested> {
  const root = new TestedRoot(tree.treeId);
  const outcomes = new Map<string, Outcome>();
  const slice = new TimeSlice(call.signal);
  for (const tsuid of tsuids) {
    if (slice.isOver()) await slice.next();
    const found = await client(() => tested(call, tree, tsuid, root, slice));
    account(tsuid.length + (found.meta?.length ?? 0) + found.messages.length);
    outcomes.set(tsuid, found);
  }
  const grown = await root.json(slice);
  account(grown.length);
  return { outcomes, grown, inOrder: await hashMapOrderInSlices(outcomes, slice) };
}

/** In parts: every series shows the branches of all. */
async function* testedJson({ outcomes, inOrder, grown }: Tested, signal: AbortSignal): AsyncGenerator<string> {
  const slice = new TimeSlice(signal);
  let part = '{';
  for (const tsuid of inOrder) {
    const { meta = null, messages = '' } = outcomes.get(tsuid) ?? {};
    yield `${part}${javaJsonString(tsuid)}:{"meta":${meta},"messages":[${messages}],"branch":${meta === null ? 'null}' : ''}`;
    if (meta !== null) yield grown;
    part = meta === null ? ',' : '},';
    if (slice.isOver()) await slice.next();
  }
  yield part === ',' ? '}' : '}}';
}

/** `/api/tree/test`: where the rules of a tree would put series, without storing anything. Mirrors TreeRpc.handleTest. */
export async function test(call: HttpCall): Promise<void> {
  const series = readTreeSeries(call);
  const tree = await client(() => call.tsd.meta.trees.get(series.treeId));
  const tsuids = series.tsuids();
  if (tsuids === null || tsuids.length === 0) throw new ClientError(400, 'Missing or empty TSUID list');
  const method = call.effectiveMethod();
  if (method !== 'GET' && method !== 'POST' && method !== 'PUT') throw unsupported();
  const all = await gatherAnswer(call, (account) => testAll(call, tree, tsuids, account));
  return call.sendJsonParts(200, testedJson(all, call.signal), 'strict');
}
