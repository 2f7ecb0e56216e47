import type { TimeSlice } from '../../util/time-slice';
import type { TsMeta } from '../ts-meta';
import type { UidMeta } from '../uid-meta';
import type { BranchPath, Leaf } from './branch';
import { nameOfRule, type TreeRule } from './rule';
import { RulePattern } from './rule-pattern';
import { PlacingBudget, TooMuchForATreeError } from './placing-budget';
import { levelsOf, type Tree } from './tree';

/** Where the rules of a tree put a series. */
export interface Place {
  /** Null: nowhere. */
  readonly leaf: { readonly branch: BranchPath; readonly leaf: Leaf } | null;
  /** A level of the tree has no name for the series, and the tree is strict. */
  readonly refused: boolean;
  /** Why nobody can say where it belongs: its names, or the work of the rules, are beyond what is allowed. Null: one can. */
  readonly excess: string | null;
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
 * @param slice gives others their turn between two rules
 * @throws IllegalArgumentError for a separator that is no regular expression
 */
export async function placeSeries(tree: Tree, meta: TsMeta, slice: TimeSlice): Promise<Place> {
  const budget = new PlacingBudget();
  const messages: string[] = [];
  const say = (message: string): void => {
    budget.say(message);
    messages.push(message);
  };
  try {
    const names: (string | null)[] = [];
    for (const [, rules] of levelsOf(tree.rules)) await new Level(rules, meta, budget, slice, say).addNames(names);
    const last = names.findLastIndex((name) => name !== null);
    const leaf = last < 0 ? null : grown(names.slice(0, last + 1), tree.treeId, meta.tsuid, say);
    const refused = tree.strictMatch && names.includes(null);
    if (refused) say(`TSUID failed to match one or more rule levels, will not add: ${meta.tsuid}`);
    return { leaf, refused, excess: null, messages };
  } catch (error) {
    if (!(error instanceof TooMuchForATreeError)) throw error;
    return { leaf: null, refused: true, excess: error.message, messages: [...messages, `Not placed: ${error.message}`] };
  }
}

/** Names from the root to the leaf; null where a level gave none, but for the leaf. */
function grown(
  names: readonly (string | null)[],
  treeId: number,
  tsuid: string,
  say: (message: string) => void,
): NonNullable<Place['leaf']> {
  const displayName = names[names.length - 1] as string;
  const above = names.slice(0, -1);
  // What the original calls depth: the root's rules are 1.
  let depth = names.length + 1;
  while (above.length > 0 && above[above.length - 1] === null) {
    say(`Depth [${depth--}] Parent branch was empty, rolling back`);
    above.pop();
  }
  const root = `ID: [${treeId.toString(16).toUpperCase().padStart(4, '0')}] Name: [ROOT]`;
  const parent = above.length === 0 ? root : `Name: [${above[above.length - 1]}]`;
  say(`Depth [${depth}] Adding leaf [name: ${displayName} tsuid: ${tsuid}] to parent branch [${parent}]`);
  const path: string[] = [];
  let current = above.pop() ?? null;
  for (depth--; current !== null && above.length > 0; depth--) {
    const next: string | null = above.pop() ?? null;
    if (next === null) {
      say(`Depth [${depth}] Skipping a non-matched branch, returning: Name: [${current}]`);
    } else if (next === current) {
      say(`Depth [${depth}] Current was the same as previous`);
    } else {
      say(`Depth [${depth}] Adding branch: Name: [${current}] to parent: Name: [${next}]`);
      path.push(current);
      current = next;
    }
  }
  if (current !== null) path.push(current);
  return { branch: path.reverse(), leaf: { displayName, tsuid } };
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
  /** Pieces that a separator has made, and how many of them are used, by the rule that made them. */
  private pieces: { readonly rule: TreeRule; readonly all: readonly string[]; used: number } | null = null;

  constructor(
    private readonly rules: readonly TreeRule[],
    private readonly meta: TsMeta,
    private readonly budget: PlacingBudget,
    private readonly slice: TimeSlice,
    private readonly say: (message: string) => void,
  ) {}

  /** One at least. */
  async addNames(names: (string | null)[]): Promise<void> {
    do {
      const name = await this.next();
      this.budget.name(name);
      names.push(name);
    } while (this.pieces !== null && this.pieces.used < this.pieces.all.length);
  }

  /** The first name that a rule gives, in their order. */
  private async next(): Promise<string | null> {
    for (const rule of this.rules) {
      if (this.slice.isOver()) await this.slice.next();
      this.say(`Processing rule: ${nameOfRule(rule)}`);
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
        this.say(`${tagv === undefined ? 'No match on' : 'Matched'} tagv [${field}] for rule: ${nameOfRule(rule)}`);
        return tagv === undefined ? null : this.custom(rule, tagv);
      }
      case null:
        return null;
    }
  }

  /** Where the tag of the rule is. */
  private tagk(rule: TreeRule): number {
    const at = this.meta.tags.findIndex(({ kind, name }) => kind === 'tagk' && name === rule.field);
    this.say(`${at < 0 ? 'No match on' : 'Matched'} tagk [${rule.field}] for rule: ${nameOfRule(rule)}`);
    return at;
  }

  private custom(rule: TreeRule, { custom }: UidMeta): Found | null {
    const value = custom?.get(rule.customField ?? '') ?? null;
    this.say(`${value === null ? 'No match on' : 'Matched'} custom tag [${rule.customField}] for rule: ${nameOfRule(rule)}`);
    return value === null ? null : { value, tagName: rule.customField };
  }

  private name(rule: TreeRule, found: Found): string | null {
    if (rule.regex) return this.group(rule, rule.regex, found);
    if (rule.separator) return this.piece(rule, found);
    return this.shown(rule, found, found.value);
  }

  private group(rule: TreeRule, regex: string, found: Found): string | null {
    const pattern = patternOf(rule, regex);
    const match = this.budget.charge((steps) => pattern.find(found.value, steps));
    if (match === null) return null;
    const group = rule.regexGroupIdx + 1;
    if (group > pattern.groups) {
      this.say(`Regex group index [${rule.regexGroupIdx}] for rule ${nameOfRule(rule)} was out of bounds [${pattern.groups}]`);
      return null;
    }
    const extracted = match[group];
    if (extracted) return this.shown(rule, found, extracted);
    this.say(`Extracted value for rule ${nameOfRule(rule)} was null or empty`);
    return null;
  }

  private piece(rule: TreeRule, found: Found): string | null {
    if (this.pieces !== null && this.pieces.rule !== rule) return null;
    if (this.pieces === null) {
      const pattern = patternOf(rule, rule.separator ?? '');
      const all = this.budget.charge((steps) => pattern.split(found.value, steps));
      if (all.length === 0) {
        this.say(`Separator did not match, created an empty list on rule: ${nameOfRule(rule)}`);
        return null;
      }
      this.pieces = { rule, all, used: 0 };
    }
    const piece = this.pieces.all[this.pieces.used++] ?? '';
    return piece === '' ? null : this.shown(rule, found, piece);
  }

  private shown(rule: TreeRule, { value: whole, tagName }: Found, value: string): string {
    const format = rule.displayFormat ?? '';
    if (format === '') return value;
    if (format.includes('{tag_name}') && tagName === null)
      this.say(`Display rule ${nameOfRule(rule)} was of the wrong type to match on {tag_name}`);
    const texts = { '{ovalue}': whole, '{value}': value, '{tsuid}': this.meta.tsuid, '{tag_name}': tagName ?? '' };
    return Object.entries(texts).reduce((name, [place, text]) => this.budget.replaced(name, place, text), format);
  }
}
