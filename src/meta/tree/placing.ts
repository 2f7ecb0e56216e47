import type { TsMeta } from '../ts-meta';
import type { UidMeta } from '../uid-meta';
import type { BranchPath, Leaf } from './branch';
import { nameOfRule, type TreeRule } from './rule';
import { RulePattern } from './rule-pattern';
import { levelsOf, type Tree } from './tree';

/** Where the rules of a tree put a series. */
export interface Place {
  /** Null: nowhere. */
  readonly leaf: { readonly branch: BranchPath; readonly leaf: Leaf } | null;
  /** A level of the tree has no name for the series, and the tree is strict. */
  readonly refused: boolean;
  /** How it came to that, in the original's words. */
  readonly messages: readonly string[];
}

/** What a rule looks at in a series, and what it calls the tag. */
interface Found {
  readonly value: string;
  readonly tagName: string | null;
}

/**
 * Where the rules of a tree put a series: every level gives a name, or several where its rule has a separator; the last one is the leaf's, those
 * before are branches. Levels without a name are left out, and a branch that is called as the one above is the same. Mirrors TreeBuilder.
 * @throws IllegalArgumentError for a separator that is no regular expression
 */
export function placeSeries(tree: Tree, meta: TsMeta): Place {
  const messages: string[] = [];
  const names: (string | null)[] = [];
  for (const [, rules] of levelsOf(tree.rules)) names.push(...new Level(rules, meta, messages).names());
  const last = names.findLastIndex((name) => name !== null);
  const leaf = last < 0 ? null : grown(names.slice(0, last + 1), tree.treeId, meta.tsuid, messages);
  const refused = tree.strictMatch && names.includes(null);
  if (refused) messages.push(`TSUID failed to match one or more rule levels, will not add: ${meta.tsuid}`);
  return { leaf, refused, messages };
}

/** Names from the root to the leaf; null where a level gave none, but for the leaf. */
function grown(names: readonly (string | null)[], treeId: number, tsuid: string, messages: string[]): NonNullable<Place['leaf']> {
  const displayName = names[names.length - 1] as string;
  const above = names.slice(0, -1);
  // What the original calls depth: the root's rules are 1.
  let depth = names.length + 1;
  while (above.length > 0 && above[above.length - 1] === null) {
    messages.push(`Depth [${depth--}] Parent branch was empty, rolling back`);
    above.pop();
  }
  const root = `ID: [${treeId.toString(16).toUpperCase().padStart(4, '0')}] Name: [ROOT]`;
  const parent = above.length === 0 ? root : `Name: [${above[above.length - 1]}]`;
  messages.push(`Depth [${depth}] Adding leaf [name: ${displayName} tsuid: ${tsuid}] to parent branch [${parent}]`);
  const path: string[] = [];
  let current = above.pop() ?? null;
  for (depth--; current !== null && above.length > 0; depth--) {
    const next: string | null = above.pop() ?? null;
    if (next === null) {
      messages.push(`Depth [${depth}] Skipping a non-matched branch, returning: Name: [${current}]`);
    } else if (next === current) {
      messages.push(`Depth [${depth}] Current was the same as previous`);
    } else {
      messages.push(`Depth [${depth}] Adding branch: Name: [${current}] to parent: Name: [${next}]`);
      path.unshift(current);
      current = next;
    }
  }
  if (current !== null) path.unshift(current);
  return { branch: path, leaf: { displayName, tsuid } };
}

const patterns = new WeakMap<TreeRule, RulePattern>();

/** The one pattern of a rule: its regex, or without one its separator. @throws IllegalArgumentError */
function patternOf(rule: TreeRule, text: string): RulePattern {
  const known = patterns.get(rule);
  if (known !== undefined) return known;
  const pattern = new RulePattern(text);
  patterns.set(rule, pattern);
  return pattern;
}

/** The rules of one level, asked for the names that they give a series. */
class Level {
  /** Pieces that a separator has made and that are still to be used, by the rule that made them. */
  private pieces: { readonly rule: TreeRule; readonly left: string[] } | null = null;

  constructor(
    private readonly rules: readonly TreeRule[],
    private readonly meta: TsMeta,
    private readonly messages: string[],
  ) {}

  /** One at least. */
  names(): (string | null)[] {
    const names: (string | null)[] = [];
    do names.push(this.next());
    while (this.pieces !== null && this.pieces.left.length > 0);
    return names;
  }

  /** The first name that a rule gives, in their order. */
  private next(): string | null {
    for (const rule of this.rules) {
      this.messages.push(`Processing rule: ${nameOfRule(rule)}`);
      const found = this.look(rule);
      const name = found === null || found.value === '' ? null : this.name(rule, found);
      if (name !== null) return name;
    }
    return null;
  }

  private look(rule: TreeRule): Found | null {
    const { type, field } = rule;
    const { metric, tags } = this.meta;
    switch (type) {
      case 'METRIC':
        return { value: metric.name, tagName: null };
      case 'METRIC_CUSTOM':
        return this.custom(rule, metric);
      case 'TAGK': {
        const at = this.tagk(rule);
        return at < 0 ? null : { value: tags[at + 1].name, tagName: field };
      }
      case 'TAGK_CUSTOM': {
        const at = this.tagk(rule);
        return at < 0 ? null : this.custom(rule, tags[at]);
      }
      case 'TAGV_CUSTOM': {
        const tagv = tags.find(({ kind, name }) => kind === 'tagv' && name === field);
        this.messages.push(`${tagv === undefined ? 'No match on' : 'Matched'} tagv [${field}] for rule: ${nameOfRule(rule)}`);
        return tagv === undefined ? null : this.custom(rule, tagv);
      }
      case null:
        return null;
    }
  }

  /** Where the tag of the rule is. */
  private tagk(rule: TreeRule): number {
    const at = this.meta.tags.findIndex(({ kind, name }) => kind === 'tagk' && name === rule.field);
    this.messages.push(`${at < 0 ? 'No match on' : 'Matched'} tagk [${rule.field}] for rule: ${nameOfRule(rule)}`);
    return at;
  }

  private custom(rule: TreeRule, { custom }: UidMeta): Found | null {
    const value = custom?.get(rule.customField ?? '') ?? null;
    this.messages.push(`${value === null ? 'No match on' : 'Matched'} custom tag [${rule.customField}] for rule: ${nameOfRule(rule)}`);
    return value === null ? null : { value, tagName: rule.customField };
  }

  private name(rule: TreeRule, found: Found): string | null {
    if (rule.regex) return this.group(rule, rule.regex, found);
    if (rule.separator) return this.piece(rule, found);
    return this.shown(rule, found, found.value);
  }

  private group(rule: TreeRule, regex: string, found: Found): string | null {
    const pattern = patternOf(rule, regex);
    const match = pattern.find(found.value);
    if (match === null) return null;
    const group = rule.regexGroupIdx + 1;
    if (group > pattern.groups) {
      this.messages.push(`Regex group index [${rule.regexGroupIdx}] for rule ${nameOfRule(rule)} was out of bounds [${pattern.groups}]`);
      return null;
    }
    const extracted = match[group];
    if (extracted) return this.shown(rule, found, extracted);
    this.messages.push(`Extracted value for rule ${nameOfRule(rule)} was null or empty`);
    return null;
  }

  private piece(rule: TreeRule, found: Found): string | null {
    if (this.pieces !== null && this.pieces.rule !== rule) return null;
    if (this.pieces === null) {
      const left = patternOf(rule, rule.separator ?? '').split(found.value);
      if (left.length === 0) {
        this.messages.push(`Separator did not match, created an empty list on rule: ${nameOfRule(rule)}`);
        return null;
      }
      this.pieces = { rule, left };
    }
    const piece = this.pieces.left.shift() ?? '';
    return piece === '' ? null : this.shown(rule, found, piece);
  }

  private shown(rule: TreeRule, { value: whole, tagName }: Found, value: string): string {
    const format = rule.displayFormat ?? '';
    if (format === '') return value;
    if (format.includes('{tag_name}') && tagName === null)
      this.messages.push(`Display rule ${nameOfRule(rule)} was of the wrong type to match on {tag_name}`);
    return format
      .replaceAll('{ovalue}', () => whole)
      .replaceAll('{value}', () => value)
      .replaceAll('{tsuid}', () => this.meta.tsuid)
      .replaceAll('{tag_name}', () => tagName ?? '');
  }
}
