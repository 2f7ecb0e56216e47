import { ClientError } from '../../../../util/errors';
import { divide, remainder } from '../../arithmetic';
import { isFloating, isWhole, toBoolean, toDouble, toLong, whole, type Constant, type Whole } from './constants';
import { addDecimals, divideDecimals, multiplyDecimals, remainderOfDecimals, type Decimal } from './decimal';
import type { ArithmeticOperator, BitOperator, ComparisonOperator, UnaryOperator } from './nodes';

/** @throws ClientError 400 */
function noNumber(operator: ArithmeticOperator): ClientError {
  const sign = operator === '*' ? '*' : '+/-';
  return new ClientError(400, `${sign} error`, 'true and false can be calculated with only where the other operand is a double.');
}

/** Arithmetic of doubles: nothing is ever divided by zero, that gives 0. */
export function ofDoubles(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return divide(a, b);
    case '%':
      return remainder(a, b);
  }
}

function ofDecimals(operator: ArithmeticOperator, a: Decimal, b: Decimal): Decimal {
  switch (operator) {
    case '+':
      return addDecimals(a, b);
    case '-':
      return addDecimals(a, { unscaled: -b.unscaled, scale: b.scale });
    case '*':
      return multiplyDecimals(a, b);
    case '/':
      return divideDecimals(a, b);
    case '%':
      return remainderOfDecimals(a, b);
  }
}

/** A remainder is never negative. */
function ofWholes(operator: ArithmeticOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return ((a % b) + b) % b;
  }
}

const ZERO = whole(0n);

/** Null counts as 0; what isn't a number is null here. */
function exactly(constant: Constant): Whole | { type: 'BigDecimal'; value: Decimal } | null {
  if (constant === null) return ZERO;
  if (isWhole(constant)) return constant;
  return typeof constant === 'object' && constant.type === 'BigDecimal' ? { type: 'BigDecimal', value: constant.value } : null;
}

function asDecimal(number: NonNullable<ReturnType<typeof exactly>>): Decimal {
  return number.type === 'BigDecimal' ? number.value : { unscaled: number.value, scale: 0 };
}

/**
 * Arithmetic by the lenient rules of JEXL 2.1: in doubles when one operand is floating, else exactly; integers are divided as such.
 * Whatever can't be divided gives 0.
 * @throws ClientError 400
 */
export function arithmetic(operator: ArithmeticOperator, a: Constant, b: Constant): Constant {
  if (isFloating(a) || isFloating(b)) return ofDoubles(operator, toDouble(a), toDouble(b));
  const divides = operator === '/' || operator === '%';
  const [left, right] = [exactly(a), exactly(b)];
  if (left === null || right === null) {
    if (divides) return 0;
    throw noNumber(operator);
  }
  if (left.type === 'BigDecimal' || right.type === 'BigDecimal') {
    const [x, y] = [asDecimal(left), asDecimal(right)];
    return divides && y.unscaled === 0n ? 0 : { type: 'BigDecimal', value: ofDecimals(operator, x, y) };
  }
  if (divides && (right.value === 0n || (operator === '%' && right.value < 0n))) return 0;
  const result = whole(ofWholes(operator, left.value, right.value));
  if (left.type === 'BigInteger' || right.type === 'BigInteger') return { ...result, type: 'BigInteger' };
  return result.type === 'Integer' && (left.type === 'Long' || right.type === 'Long') ? { ...result, type: 'Long' } : result;
}

/** `-x`, `!x` and `~x`; the negative of true is false. @throws ClientError 400 */
export function unary(operator: UnaryOperator, operand: Constant): Constant {
  if (operator === '!') return !toBoolean(operand);
  if (operator === '~') return { type: 'Long', value: BigInt.asIntN(64, ~toLong(operand)) };
  if (operand === null) throw new ClientError(400, 'arithmetic error', 'null has no negative.');
  if (typeof operand === 'boolean') return !operand;
  if (typeof operand === 'number') return -operand;
  if (operand.type === 'BigDecimal') return { type: 'BigDecimal', value: { ...operand.value, unscaled: -operand.value.unscaled } };
  return operand.type === 'Float' ? { type: 'Float', value: -operand.value } : { ...operand, value: -operand.value };
}

export function bitwise(operator: BitOperator, a: Constant, b: Constant): Constant {
  const [x, y] = [toLong(a), toLong(b)];
  return { type: 'Long', value: operator === '&' ? x & y : operator === '|' ? x | y : x ^ y };
}

/** NaN equals NaN and is less than all else. */
export function orderDoubles(a: number, b: number): number {
  if (a !== a) return b !== b ? 0 : -1;
  if (b !== b) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a comparison holds, from the order of its operands: below, at or above 0. */
export function comparisonHolds(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function isBig(constant: Constant): boolean {
  return typeof constant === 'object' && constant !== null && constant.type.startsWith('Big');
}

/**
 * Null is equal to null alone, and neither less nor greater than anything; what is compared with true or false for equality becomes either.
 * @throws ClientError 400
 */
export function compare(operator: ComparisonOperator, a: Constant, b: Constant): boolean {
  const equality = operator === '==' || operator === '!=';
  if (a === null || b === null) {
    if (operator === '<' || operator === '>') return false;
    return a === b ? operator !== '!=' : operator === '!=';
  }
  if (equality && (typeof a === 'boolean' || typeof b === 'boolean'))
    return comparisonHolds(operator, toBoolean(a) === toBoolean(b) ? 0 : 1);
  if ((typeof a === 'boolean' && isBig(b)) || (typeof b === 'boolean' && isBig(a))) {
    throw new ClientError(400, `${operator} error`, 'true and false have no order among big numbers.');
  }
  const wholes = isWhole(a) && isWhole(b);
  return comparisonHolds(operator, wholes ? Number(a.value > b.value) - Number(a.value < b.value) : orderDoubles(toDouble(a), toDouble(b)));
}
