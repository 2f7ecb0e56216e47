import type { Constant } from './constants';

export type UnaryOperator = '-' | '!' | '~';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type BitOperator = '&' | '|' | '^';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | BitOperator | '&&' | '||' | '?:';

/** A parsed expression. */
export type Node =
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'condition'; readonly test: Node; readonly then: Node; readonly otherwise: Node };
