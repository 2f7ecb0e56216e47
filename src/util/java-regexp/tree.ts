import type { CodePointSet } from './code-point-set';

/** Conditions on a place between two characters that a program can ask for. */
export type Anchor =
  | 'input-start'
  | 'input-end'
  | 'last-line-end'
  | 'last-unix-line-end'
  | 'line-start'
  | 'unix-line-start'
  | 'line-end'
  | 'unix-line-end'
  | 'word-boundary'
  | 'unicode-word-boundary';

/** A pattern as it is understood: what it is written with (flags, escapes, quotes, and groups unless they are wanted) is gone. */
export type PatternNode =
  | { readonly kind: 'characters'; readonly set: CodePointSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number; readonly greedy: boolean }
  /** A group that captures, by its number from 1. */
  | { readonly kind: 'group'; readonly group: number; readonly item: PatternNode }
  | { readonly kind: 'anchor'; readonly anchor: Anchor; readonly negated: boolean }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negated: boolean; readonly item: PatternNode };

export const EMPTY: PatternNode = { kind: 'sequence', items: [] };

export function sequence(...items: readonly PatternNode[]): PatternNode {
  return items.length === 1 ? items[0] : { kind: 'sequence', items };
}

export function choice(...options: readonly PatternNode[]): PatternNode {
  return options.length === 1 ? options[0] : { kind: 'choice', options };
}

export function notAhead(item: PatternNode): PatternNode {
  return { kind: 'look', ahead: true, negated: true, item };
}

/** How many characters a node matches, when that is always the same number; null when it isn't. */
export function fixedWidth(node: PatternNode): number | null {
  switch (node.kind) {
    case 'characters':
      return 1;
    case 'anchor':
    case 'look':
      return 0;
    case 'group':
      return fixedWidth(node.item);
    case 'sequence':
      return node.items.reduce<number | null>((sum, item) => {
        const width = sum === null ? null : fixedWidth(item);
        return sum === null || width === null ? null : sum + width;
      }, 0);
    case 'choice': {
      const first = fixedWidth(node.options[0]);
      return node.options.every((option) => fixedWidth(option) === first) ? first : null;
    }
    case 'repeat': {
      const width = fixedWidth(node.item);
      if (width === 0 || node.max === 0) return 0;
      return width !== null && node.min === node.max ? width * node.min : null;
    }
  }
}

/** Whether a node can match without a character. */
export function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'characters':
      return false;
    case 'anchor':
    case 'look':
      return true;
    case 'group':
      return canBeEmpty(node.item);
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'choice':
      return node.options.some(canBeEmpty);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.item);
  }
}

/** Whether there is a group that captures in a node. */
export function captures(node: PatternNode): boolean {
  switch (node.kind) {
    case 'group':
      return true;
    case 'sequence':
      return node.items.some(captures);
    case 'choice':
      return node.options.some(captures);
    case 'repeat':
    case 'look':
      return captures(node.item);
    default:
      return false;
  }
}
