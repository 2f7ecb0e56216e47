import { ClientError } from '../../../../util/errors';
import { isFloating, isWhole, javaType, toBoolean, toDouble, type Constant } from './constants';
import type { ArithmeticOperator, BinaryOperator, BitOperator, ComparisonOperator, ExpressionNode } from './nodes';
import { arithmetic, bitwise, compare, comparisonHolds, ofDoubles, orderDoubles, unary } from './operators';

/** Values of the variables at one time, by their places. */
type Values = Float64Array;

/** A part of an expression with the type of its value as far as it is known before there are any: nearly all is doubles. */
type Code =
  | { readonly type: 'constant'; readonly value: Constant }
  | { readonly type: 'double'; readonly run: (values: Values) => number }
  | { readonly type: 'boolean'; readonly run: (values: Values) => boolean }
  | { readonly type: 'any'; readonly run: (values: Values) => Constant };

/** Works out the value of an expression at one time: true is 1 and false is 0. @throws ClientError 400 */
export type Evaluate = (values: Values) => number;

/**
 * Turns an expression into a function that works it out.
 * @param places where each variable stands among the values
 */
export function compileExpression(node: ExpressionNode, places: ReadonlyMap<string, number>, source: string): Evaluate {
  const code = compileNode(node, places);
  if (code.type === 'double') return code.run;
  const run = anyOf(code);
  return (values) => resultOf(run(values), source);
}

/** @throws ClientError 400 for a value that is neither a double nor true or false */
function resultOf(value: Constant, source: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null) throw new ClientError(400, 'Cannot invoke "Object.getClass()" because "output" is null');
  const message = `Expression returned a result of type: ${javaType(value)} for ExpressionIterator(expression="${source}")`;
  throw new ClientError(400, message, 'Write 0.0d for a double.');
}

function anyOf(code: Code): (values: Values) => Constant {
  if (code.type !== 'constant') return code.run;
  const { value } = code;
  return () => value;
}

function booleanOf(code: Code): (values: Values) => boolean {
  if (code.type === 'boolean') return code.run;
  if (code.type === 'double') {
    const { run } = code;
    return (values) => {
      const value = run(values);
      return value === value && value !== 0;
    };
  }
  const run = anyOf(code);
  return (values) => toBoolean(run(values));
}

/** Null where its value isn't known to be one that arithmetic with a double takes as it is. */
function doubleOf(code: Code): ((values: Values) => number) | null {
  switch (code.type) {
    case 'double':
      return code.run;
    case 'constant': {
      const double = toDouble(code.value);
      return () => double;
    }
    case 'boolean': {
      const { run } = code;
      return (values) => (run(values) ? 1 : 0);
    }
    default:
      return null;
  }
}

function compileNode(node: ExpressionNode, places: ReadonlyMap<string, number>): Code {
  switch (node.kind) {
    case 'constant':
      return { type: 'constant', value: node.value };
    case 'variable': {
      const place = places.get(node.name) ?? 0;
      return { type: 'double', run: (values) => values[place] };
    }
    case 'unary': {
      const operand = compileNode(node.operand, places);
      const { operator } = node;
      // What fails must not do so before it is needed.
      if (operand.type === 'constant' && operand.value !== null) return { type: 'constant', value: unary(operator, operand.value) };
      if (operator === '!') {
        const run = booleanOf(operand);
        return { type: 'boolean', run: (values) => !run(values) };
      }
      if (operator === '-' && operand.type === 'double') return { type: 'double', run: (values) => -operand.run(values) };
      const run = anyOf(operand);
      return { type: 'any', run: (values) => unary(operator, run(values)) };
    }
    case 'binary':
      return compileBinary(node.operator, compileNode(node.left, places), compileNode(node.right, places));
    case 'condition':
      return compileCondition(compileNode(node.test, places), compileNode(node.then, places), compileNode(node.otherwise, places));
  }
}

function compileBinary(operator: BinaryOperator, left: Code, right: Code): Code {
  switch (operator) {
    case '&&':
    case '||': {
      const [a, b] = [booleanOf(left), booleanOf(right)];
      return { type: 'boolean', run: operator === '&&' ? (values) => a(values) && b(values) : (values) => a(values) || b(values) };
    }
    case '?:':
      return compileCondition(left, left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileArithmetic(operator, left, right);
    case '&':
    case '|':
    case '^':
      return compileBits(operator, left, right);
    default:
      return compileComparison(operator, left, right);
  }
}

const floats = (code: Code): boolean => code.type === 'double' || (code.type === 'constant' && isFloating(code.value));

function compileArithmetic(operator: ArithmeticOperator, left: Code, right: Code): Code {
  const [a, b] = [doubleOf(left), doubleOf(right)];
  if ((floats(left) || floats(right)) && a !== null && b !== null) {
    if (left.type === 'constant' && right.type === 'constant') {
      return { type: 'constant', value: arithmetic(operator, left.value, right.value) };
    }
    switch (operator) {
      case '+':
        return { type: 'double', run: (values) => a(values) + b(values) };
      case '-':
        return { type: 'double', run: (values) => a(values) - b(values) };
      case '*':
        return { type: 'double', run: (values) => a(values) * b(values) };
      default:
        return { type: 'double', run: (values) => ofDoubles(operator, a(values), b(values)) };
    }
  }
  const exact = left.type === 'constant' && right.type === 'constant' && ![left.value, right.value].some((v) => typeof v === 'boolean');
  if (exact) return { type: 'constant', value: arithmetic(operator, left.value, right.value) };
  const [x, y] = [anyOf(left), anyOf(right)];
  return { type: 'any', run: (values) => arithmetic(operator, x(values), y(values)) };
}

function compileBits(operator: BitOperator, left: Code, right: Code): Code {
  if (left.type === 'constant' && right.type === 'constant') return { type: 'constant', value: bitwise(operator, left.value, right.value) };
  const [a, b] = [anyOf(left), anyOf(right)];
  return { type: 'any', run: (values) => bitwise(operator, a(values), b(values)) };
}

/** Whether it is compared with a double as a double. */
function comparesAsDouble(code: Code): boolean {
  if (code.type !== 'constant') return code.type === 'double';
  return isFloating(code.value) || isWhole(code.value);
}

function compileComparison(operator: ComparisonOperator, left: Code, right: Code): Code {
  const [a, b] = [doubleOf(left), doubleOf(right)];
  const double = left.type === 'double' || right.type === 'double';
  if (double && comparesAsDouble(left) && comparesAsDouble(right) && a !== null && b !== null) {
    return { type: 'boolean', run: (values) => comparisonHolds(operator, orderDoubles(a(values), b(values))) };
  }
  const [x, y] = [anyOf(left), anyOf(right)];
  return { type: 'boolean', run: (values) => compare(operator, x(values), y(values)) };
}

function compileCondition(test: Code, then: Code, otherwise: Code): Code {
  const condition = booleanOf(test);
  if (then.type === 'double' && otherwise.type === 'double') {
    return { type: 'double', run: (values) => (condition(values) ? then.run(values) : otherwise.run(values)) };
  }
  const [a, b] = [anyOf(then), anyOf(otherwise)];
  return { type: 'any', run: (values) => (condition(values) ? a(values) : b(values)) };
}
