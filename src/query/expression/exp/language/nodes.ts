import type { Constant } from './constants';

export type UnaryOperator = '-' | '!' | '~';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type BitOperator = '&' | '|' | '^';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | BitOperator | '&&' | '||' | '?:';

/** A parsed expression. */
export type ExpressionNode =
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: ExpressionNode }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: ExpressionNode; readonly right: ExpressionNode }
  | { readonly kind: 'condition'; readonly test: ExpressionNode; readonly then: ExpressionNode; readonly otherwise: ExpressionNode };
