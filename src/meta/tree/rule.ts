import { bean, Changes, deserializer, int, readJson, string, type Bind, type JsonReader } from '../../json';
import { javaJsonText } from '../../schema';
import { ClientError, IllegalArgumentError } from '../../util/errors';
import { RulePattern } from './rule-pattern';

/** Bytes of a tree with its rules: it is read as a whole. */
const MOST_TREE_BYTES = 1024 * 1024;
/** Characters of all its patterns: they are compiled when it is read. */
const MOST_REGEX_CHARACTERS = 32_768;

const TYPES = ['METRIC', 'METRIC_CUSTOM', 'TAGK', 'TAGK_CUSTOM', 'TAGV_CUSTOM'] as const;

/** What a rule looks at: the metric's name, the value of a tag, or a custom field of the metadata of metric, tagk or tagv. */
export type RuleType = (typeof TYPES)[number];

/** What a client may say of a rule. Null is what a client has sent as null, and means nothing, too. */
export interface RuleFields {
  type: RuleType | null;
  /** Tag key or tag value that the rule is for. */
  field: string | null;
  /** With a group whose text is taken; empty: the whole value is. Null is refused when the rule is stored. */
  regex: string | null;
  /** A regular expression; the pieces between its matches become a level each. */
  separator: string | null;
  description: string | null;
  notes: string | null;
  /** Levels come one after the other, lowest first; within a level the first rule in order that gives a name counts. */
  level: number;
  order: number;
  customField: string | null;
  /** Which group of the regex, from 0. */
  regexGroupIdx: number;
  /** With `{ovalue}`, `{value}`, `{tsuid}` and `{tag_name}` in it; empty: the value itself. */
  displayFormat: string | null;
}

/** A rule of a tree. Mirrors TreeRule. */
export interface TreeRule extends RuleFields {
  readonly treeId: number;
}

const defaults = (): RuleFields => ({
  type: null,
  field: '',
  regex: '',
  separator: '',
  description: '',
  notes: '',
  level: 0,
  order: 0,
  customField: '',
  regexGroupIdx: 0,
  displayFormat: '',
});

/** A rule while it is read. */
export class RuleDraft {
  treeId = 0;
  readonly fields = new Changes<RuleFields>(defaults());
}

/** @throws IllegalArgumentError. Mirrors TreeRule.stringToType */
export function ruleType(text: string): RuleType {
  if (text === '') throw new IllegalArgumentError('Rule type was empty');
  const type = TYPES.find((name) => name === text.toUpperCase());
  if (type === undefined) throw new IllegalArgumentError('Unrecognized rule type');
  return type;
}

/** @throws IllegalArgumentError for a pattern that is none */
export function checkedRegex<T extends string | null>(text: T): T {
  if (text) new RulePattern(text);
  return text;
}

const regexes = new WeakMap<JsonReader, number>();

/** The same in a body, whose patterns are read in one go. @throws ClientError 413 for too much of them */
function regexOf(json: JsonReader): string | null {
  const text = string(json);
  const characters = (regexes.get(json) ?? 0) + (text?.length ?? 0);
  if (characters > MOST_REGEX_CHARACTERS) throw tooManyRegexes();
  regexes.set(json, characters);
  return checkedRegex(text);
}

const tooManyRegexes = (): ClientError =>
  new ClientError(413, 'Too many regular expressions', `Those of all rules may have up to ${MOST_REGEX_CHARACTERS} characters`);

const tooLarge = (): ClientError => new ClientError(413, 'Tree too large', `A tree and its rules may take up to ${MOST_TREE_BYTES} bytes`);

/** @param definition bytes of what a tree is beside its rules @throws ClientError 413 for a tree that is too large */
export function checkTreeSize(definition: number, rules: Iterable<TreeRule>): void {
  let bytes = definition;
  let characters = 0;
  if (bytes > MOST_TREE_BYTES) throw tooLarge();
  for (const rule of rules) {
    bytes += ruleJson(rule).length;
    characters += rule.regex?.length ?? 0;
    if (bytes > MOST_TREE_BYTES) throw tooLarge();
    if (characters > MOST_REGEX_CHARACTERS) throw tooManyRegexes();
  }
}

/** @throws IllegalArgumentError */
export function checkedLevel(level: number): number {
  if (level < 0) throw new IllegalArgumentError('Negative levels are not allowed');
  return level;
}

const TYPE: Bind<RuleType | null> = deserializer((json) => (json.token === 'VALUE_NULL' ? null : ruleType(json.text())));

const TREE_RULE_BEAN = bean<RuleDraft>({
  type: 'net.opentsdb.tree.TreeRule',
  unknown: 'ignored',
  create: () => new RuleDraft(),
  setters: {
    type: (rule, json) => rule.fields.set('type', TYPE(json)),
    field: (rule, json) => rule.fields.set('field', string(json)),
    regex: (rule, json) => rule.fields.set('regex', regexOf(json)),
    separator: (rule, json) => rule.fields.set('separator', string(json)),
    description: (rule, json) => rule.fields.set('description', string(json)),
    notes: (rule, json) => rule.fields.set('notes', string(json)),
    level: (rule, json) => rule.fields.set('level', checkedLevel(int(json))),
    order: (rule, json) => rule.fields.set('order', int(json)),
    treeId: (rule, json) => (rule.treeId = int(json)),
    customField: (rule, json) => rule.fields.set('customField', string(json)),
    regexGroupIdx: (rule, json) => rule.fields.set('regexGroupIdx', int(json)),
    displayFormat: (rule, json) => rule.fields.set('displayFormat', string(json)),
  },
});

/** Mirrors TreeRule as a bean. A number alone is the tree's. */
export const TREE_RULE: Bind<RuleDraft | null> = (json) => {
  if (json.token !== 'VALUE_NUMBER_INT') return TREE_RULE_BEAN(json);
  const draft = new RuleDraft();
  draft.treeId = int(json);
  return draft;
};

/**
 * What an edit makes of a stored rule: fields that it leaves out keep their stored values, or get their defaults with `replace`.
 * @throws IllegalArgumentError for a rule that can't be. Mirrors TreeRule.copyChanges and validateRule
 */
export function mergedRule({ treeId, fields }: RuleDraft, stored: TreeRule | null, replace: boolean): TreeRule {
  const merged: TreeRule = { ...fields.values, treeId };
  if (stored !== null && !replace) {
    const kept = Object.fromEntries(Object.entries(stored).filter(([name]) => !fields.has(name as keyof RuleFields)));
    Object.assign(merged, kept, { treeId });
  }
  validate(merged);
  return merged;
}

function validate({ type, field, customField, regex, regexGroupIdx, order }: TreeRule): void {
  if (order < 0) throw new IllegalArgumentError('Invalid rule order');
  if (type === null) throw new IllegalArgumentError('Missing rule type');
  if (type !== 'METRIC' && !field) throw new IllegalArgumentError(`Missing field name required for ${type} rule`);
  if (type.endsWith('_CUSTOM') && !customField) throw new IllegalArgumentError(`Missing custom field name required for ${type} rule`);
  if (regex === null) throw new IllegalArgumentError('The regex of a rule is null');
  if (regexGroupIdx < 0) throw new IllegalArgumentError('Invalid regex group index. Cannot be less than 0');
}

/** As the API shows it, and as it is stored. */
export function ruleJson(rule: TreeRule): string {
  const { type, field, regex, separator, description, notes, level, order, treeId, customField, regexGroupIdx, displayFormat } = rule;
  const what = `"type":${javaJsonText(type)},"field":${javaJsonText(field)},"regex":${javaJsonText(regex)},"separator":${javaJsonText(separator)}`;
  const texts = `"description":${javaJsonText(description)},"notes":${javaJsonText(notes)},"level":${level},"order":${order}`;
  const rest = `"customField":${javaJsonText(customField)},"regexGroupIdx":${regexGroupIdx},"displayFormat":${javaJsonText(displayFormat)}`;
  return `{${what},${texts},"treeId":${treeId},${rest}}`;
}

/** @param treeId of the row that it is in @throws JsonError for a cell that is no such JSON */
export function decodeRule(treeId: number, cell: Buffer): TreeRule {
  const { fields } = readJson(cell.toString('utf8'), TREE_RULE) ?? new RuleDraft();
  return { ...fields.values, treeId };
}

/** As messages name it: `[1:0:2:METRIC]`. */
export const nameOfRule = ({ treeId, level, order, type }: Pick<TreeRule, 'treeId' | 'level' | 'order' | 'type'>): string =>
  `[${treeId}:${level}:${order}:${type ?? 'null'}]`;
