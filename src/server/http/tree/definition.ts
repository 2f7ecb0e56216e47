import { TreeDraft, treeJson } from '../../../meta';
import { ClientError } from '../../../util/errors';
import { parseInt32 } from '../../../util/java-long';
import { readStringMap } from '../json-body';
import { gatherAnswer } from '../answer-allowance';
import type { HttpCall } from '../types';
import { client, treeIdParam, unsupported } from './support';

const isTrue = (text: string | null): boolean => text?.toLowerCase() === 'true';

/** What a client says of a tree, and whether a removal is of its definition, too. */
interface Wanted {
  readonly draft: TreeDraft;
  readonly definition: boolean;
}

/** Members in any case; all of them texts. A switch that is null is not given. @throws ClientError 400 */
function fromBody(call: HttpCall): Wanted {
  const draft = new TreeDraft();
  let definition = false;
  for (const [name, text] of readStringMap(call)) {
    switch (name.toLowerCase()) {
      case 'treeid': {
        const id = text === null ? 0 : parseInt32(text);
        if (id === null) throw new ClientError(400, "Unable to parse 'tree' value");
        draft.treeId = id;
        break;
      }
      case 'name':
        draft.fields.set('name', text ?? '');
        break;
      case 'description':
        draft.fields.set('description', text ?? '');
        break;
      case 'notes':
        draft.fields.set('notes', text ?? '');
        break;
      case 'enabled':
        if (text !== null) draft.setSwitch('enabled', isTrue(text));
        break;
      case 'strictmatch':
        if (text !== null) draft.setSwitch('strictMatch', isTrue(text));
        break;
      case 'storefailures':
        if (text !== null) draft.setSwitch('storeFailures', isTrue(text));
        break;
      case 'definition':
        definition = isTrue(text);
    }
  }
  return { draft, definition };
}

function fromParams(call: HttpCall): Wanted {
  const draft = new TreeDraft();
  draft.treeId = treeIdParam(call);
  draft.created = Math.floor(Date.now() / 1000);
  for (const name of ['name', 'description', 'notes'] as const) draft.fields.set(name, call.param(name) ?? '');
  const switches = { strictMatch: 'strict_match', enabled: 'enabled', storeFailures: 'store_failures' } as const;
  for (const [field, name] of Object.entries(switches))
    if (call.hasParam(name)) draft.setSwitch(field as keyof typeof switches, isTrue(call.param(name)));
  return { draft, definition: isTrue(call.param('definition')) };
}

/** All trees. */
async function list(call: HttpCall): Promise<void> {
  const all = await gatherAnswer(call, async (account) => {
    const texts: string[] = [];
    for await (const tree of call.tsd.meta.trees.each()) {
      const text = treeJson(tree);
      account(text.length);
      texts.push(text);
      call.signal.throwIfAborted();
    }
    return texts;
  });
  return call.sendJsonParts(200, listJson(all), 'strict');
}

async function* listJson(texts: readonly string[]): AsyncGenerator<string> {
  let part = '[';
  for (const text of texts) {
    yield part + text;
    part = ',';
  }
  yield texts.length === 0 ? '[]' : ']';
}

/** `/api/tree`: trees, one or all of them, made, changed or removed. Mirrors TreeRpc.handleTree. */
export async function definition(call: HttpCall): Promise<void> {
  const { trees } = call.tsd.meta;
  // What is sent is looked at before the verb is.
  const wanted = call.body.length > 0 ? fromBody(call) : fromParams(call);
  const { draft } = wanted;
  const method = call.effectiveMethod();
  if (method === 'GET') {
    if (draft.treeId !== 0) return call.sendJson(200, treeJson(await client(() => trees.get(draft.treeId))));
    return list(call);
  }
  if (method !== 'POST' && method !== 'PUT' && method !== 'DELETE') throw unsupported();
  if (method === 'DELETE') {
    await client(() => trees.delete(draft.treeId, wanted.definition));
    return call.sendEmpty(204);
  }
  const tree = await client(() => (draft.treeId < 1 ? trees.create(draft) : trees.save(draft, method === 'PUT')));
  return tree === null ? call.sendEmpty(304) : call.sendJson(200, treeJson(tree));
}
