import type { Matcher } from './matcher';

/** A search as it is understood. */
export type SearchNode = EverythingNode | LeafNode | BooleanNode;

export interface EverythingNode {
  readonly kind: 'everything';
}

/** A condition on the values of a field. */
export interface LeafNode {
  readonly kind: 'leaf';
  /** Null: of any field. */
  readonly field: string | null;
  readonly matcher: Matcher;
}

/** All of `must`, none of `mustNot`, and of `should` one at least where there is no `must`. */
export interface BooleanNode {
  readonly kind: 'boolean';
  readonly must: readonly SearchNode[];
  readonly should: readonly SearchNode[];
  readonly mustNot: readonly SearchNode[];
}
