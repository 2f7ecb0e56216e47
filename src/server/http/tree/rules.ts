import { list, readBody } from '../../../json';
import { checkedLevel, checkedRegex, RuleDraft, ruleJson, ruleType, TREE_RULE } from '../../../meta';
import { ClientError, IllegalArgumentError } from '../../../util/errors';
import { nullPointer } from '../json-body';
import type { HttpCall } from '../types';
import { client, numberOf, requiredNumber, treeIdOf, treeIdParam, unsupported } from './support';

const RULES = list(TREE_RULE);
const TEXTS = {
  description: 'description',
  notes: 'notes',
  field: 'field',
  customField: 'custom_field',
  separator: 'separator',
  displayFormat: 'display_format',
} as const;

/** A value of a parameter. @throws ClientError 400 for one that can't be */
function checked<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (e) {
    if (!(e instanceof IllegalArgumentError)) throw e;
    throw new ClientError(400, `Unable to parse the '${name}' parameter`, e.message, { cause: e });
  }
}

/** @throws ClientError 400 */
function fromParams(call: HttpCall): RuleDraft {
  const draft = new RuleDraft();
  const { fields } = draft;
  draft.treeId = treeIdOf(call.requiredParam('treeid'));
  const given = (name: string, set: (text: string) => void): void => {
    const text = call.param(name);
    if (text !== null) set(text);
  };
  for (const [field, name] of Object.entries(TEXTS)) given(name, (text) => fields.set(field as keyof typeof TEXTS, text));
  given('type', (text) =>
    fields.set(
      'type',
      checked('type', () => ruleType(text)),
    ),
  );
  given('regex', (text) =>
    fields.set(
      'regex',
      checked('regex', () => checkedRegex(text)),
    ),
  );
  given('regex_group_idx', (text) => fields.set('regexGroupIdx', numberOf('regex_group_idx', text)));
  const level = requiredNumber(call, 'level');
  fields.set(
    'level',
    checked('level', () => checkedLevel(level)),
  );
  fields.set('order', requiredNumber(call, 'order'));
  return draft;
}

/** @throws ClientError */
function readRule(call: HttpCall): RuleDraft {
  if (call.body.length === 0) return fromParams(call);
  const draft = readBody(call.bodyText(), TREE_RULE, call.tsd.settings.body.json);
  if (draft === null) throw nullPointer();
  return draft;
}

/** `/api/tree/rule`: one rule, read, written or removed. Mirrors TreeRpc.handleRule. */
export async function rule(call: HttpCall): Promise<void> {
  const { trees } = call.tsd.meta;
  // What is sent is looked at before the verb is, and so is its tree.
  const draft = readRule(call);
  await client(() => trees.get(draft.treeId));
  const method = call.effectiveMethod();
  switch (method) {
    case 'GET':
      return call.sendJson(200, ruleJson(await client(() => trees.rule(draft))));
    case 'DELETE':
      await client(() => trees.deleteRule(draft));
      return call.sendEmpty(204);
    case 'POST':
    case 'PUT': {
      const saved = await client(() => trees.saveRule(draft, method === 'PUT'));
      return saved === null ? call.sendEmpty(304) : call.sendJson(200, ruleJson(saved));
    }
    default:
      throw unsupported();
  }
}

/** Rules of one tree. @throws ClientError */
function readRules(call: HttpCall): RuleDraft[] {
  const drafts = readBody(call.bodyText(), RULES, call.tsd.settings.body.json) ?? [];
  if (drafts.length === 0) throw new ClientError(400, 'Missing tree rules');
  return drafts.map((draft) => {
    if (draft === null) throw nullPointer();
    if (draft.treeId !== drafts[0]?.treeId) throw new ClientError(400, 'All rules must belong to the same tree');
    return draft;
  });
}

/** `/api/tree/rules`: the rules of a tree, written or removed together. Mirrors TreeRpc.handleRules. */
export async function rules(call: HttpCall): Promise<void> {
  const { trees } = call.tsd.meta;
  const drafts = call.body.length > 0 ? readRules(call) : [];
  const treeId = drafts.length > 0 ? drafts[0].treeId : treeIdParam(call);
  await client(() => trees.get(treeId));
  const method = call.effectiveMethod();
  if (method !== 'POST' && method !== 'PUT' && method !== 'DELETE') throw unsupported();
  if (method === 'DELETE') {
    await client(() => trees.deleteRules(treeId));
  } else {
    if (drafts.length === 0) throw new ClientError(400, 'Missing tree rules');
    await client(() => trees.saveRules(drafts, method === 'PUT'));
  }
  call.sendEmpty(204);
}
