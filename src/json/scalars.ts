import { NumberFormatError } from '../util/errors';
import { javaDoubleToString } from '../util/java-double';
import { parseJavaFloat } from '../util/java-number-text';
import type { JsonError } from './errors';
import type { JsonReader } from './reader';

/** Makes a value out of the token that a reader stands at, and leaves it at the value's last token. @throws JsonError */
export type Bind<T> = (json: JsonReader) => T;

const LONG_RANGE = '(-9223372036854775808 - 9223372036854775807)';
const INT_RANGE = '(-2147483648 - 2147483647)';
const INT = { type: 'int', name: 'Integer', bits: 32, range: INT_RANGE } as const;
const LONG = { type: 'long', name: 'Long', bits: 64, range: LONG_RANGE } as const;
/** Characters of a value that a message shows at each end of it. */
const SHOWN = 500;

/** The token can't be a value of this class at all. */
export function mismatch(json: JsonReader, type: string): JsonError {
  return json.error('mismatch', `Cannot deserialize instance of \`${type}\` out of ${json.token} token`);
}

/** The class can't be made of a scalar. */
export function noCreator(json: JsonReader, type: string): JsonError {
  const cannot = `Cannot construct instance of \`${type}\` (although at least one Creator exists)`;
  return json.error('mismatch', `${cannot}: ${scalarFound(json)}`);
}

function scalarFound(json: JsonReader): string {
  const text = json.text();
  const none = (creator: string, from: string): string => `no ${creator}-argument constructor/factory method to deserialize from ${from}`;
  switch (json.token) {
    case 'VALUE_STRING':
      return none('String', `String value ('${text}')`);
    case 'VALUE_NUMBER_INT': {
      const value = BigInt(text);
      if (BigInt.asIntN(32, value) === value) return none('int/Int', `Number value (${value})`);
      if (BigInt.asIntN(64, value) === value) return none('long/Long', `Number value (${value})`);
      return `no suitable creator method found to deserialize from Number value (${value})`;
    }
    case 'VALUE_NUMBER_FLOAT':
      return none('double/Double', `Number value (${javaDoubleToString(Number(plainNumber(text)))})`);
    default:
      return none('boolean/Boolean', `boolean value (${text})`);
  }
}

/** A text of JSON's as JavaScript's numbers have it. */
const plainNumber = (text: string): string => text.replace('INF', 'Infinity');

function notThe(json: JsonReader, type: string, text: string, problem: string): JsonError {
  const shown = text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}]...[${text.slice(-SHOWN)}`;
  return json.error('format', `Cannot deserialize value of type \`${type}\` from String "${shown}": ${problem}`);
}

/** Numbers and booleans are as good as strings. */
export const string: Bind<string | null> = (json) => {
  switch (json.token) {
    case 'VALUE_NULL':
      return null;
    case 'VALUE_STRING':
    case 'VALUE_NUMBER_INT':
    case 'VALUE_NUMBER_FLOAT':
    case 'VALUE_TRUE':
    case 'VALUE_FALSE':
      return json.text();
    default:
      throw mismatch(json, 'java.lang.String');
  }
};

/** A `boolean`: null, blank strings and the number 0 are false. */
export const boolean: Bind<boolean> = (json) => {
  switch (json.token) {
    case 'VALUE_TRUE':
      return true;
    case 'VALUE_FALSE':
    case 'VALUE_NULL':
      return false;
    case 'VALUE_NUMBER_INT':
      return json.text() !== '0';
    case 'VALUE_STRING': {
      const text = json.text().trim();
      if (text === 'true' || text === 'True') return true;
      if (text === 'false' || text === 'False' || isNothing(text)) return false;
      throw notThe(json, 'boolean', text, 'only "true" or "false" recognized');
    }
    default:
      throw mismatch(json, 'boolean');
  }
};

const isNothing = (text: string): boolean => text === '' || text === 'null';

/** A `long`: null and blank strings are 0, fractions are cut off. */
export const long: Bind<bigint> = (json) => wholeNumber(json, LONG);

/** An `int`, read as a long is. */
export const int: Bind<number> = (json) => Number(wholeNumber(json, INT));

type WholeType = typeof INT | typeof LONG;

function wholeNumber(json: JsonReader, type: WholeType): bigint {
  switch (json.token) {
    case 'VALUE_NULL':
      return 0n;
    case 'VALUE_NUMBER_INT': {
      const text = json.text();
      const value = BigInt(text);
      if (fits(value, type.bits)) return value;
      // A number that a long holds has no range in the message.
      throw outOfRange(json, text, type.bits === 32 && fits(value, 64) ? type.type : `${type.type} ${type.range}`);
    }
    case 'VALUE_NUMBER_FLOAT': {
      const text = json.text();
      const value = Number(plainNumber(text));
      if (Number.isNaN(value)) return 0n;
      const limit = 2 ** (type.bits - 1);
      const beyond = type.bits === 32 ? value < -limit || value > limit - 1 : Math.abs(value) > limit;
      if (beyond) throw outOfRange(json, text, `${type.type} ${type.range}`);
      return value === limit ? BigInt(limit) - 1n : BigInt(Math.trunc(value));
    }
    case 'VALUE_STRING':
      return wholeText(json, json.text().trim(), type);
    default:
      throw mismatch(json, type.type);
  }
}

const fits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

function outOfRange(json: JsonReader, text: string, type: string): JsonError {
  return json.error('syntax', `Numeric value (${text}) out of range of ${type}`, true);
}

function wholeText(json: JsonReader, text: string, type: WholeType): bigint {
  if (isNothing(text)) return 0n;
  const digits = text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
  const value = /^[-+]?[0-9]+$/.test(digits) ? BigInt(digits.replace('+', '')) : null;
  if (value !== null && fits(value, type.bits)) return value;
  const overflow = value !== null && type.bits === 32 && fits(value, 64);
  const problem = overflow
    ? `Overflow: numeric value (${text}) out of range of Integer ${type.range}`
    : `not a valid ${type.name} value`;
  throw notThe(json, type.type, text, problem);
}

/** Java takes the digits of every script. They come in runs of ten. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/** A `Float`: null and blank strings are null. */
export const float: Bind<number | null> = (json) => {
  switch (json.token) {
    case 'VALUE_NULL':
      return null;
    case 'VALUE_NUMBER_INT':
    case 'VALUE_NUMBER_FLOAT':
      return parseJavaFloat(plainNumber(json.text()));
    case 'VALUE_STRING': {
      const text = json.text().trim();
      if (isNothing(text)) return null;
      try {
        return parseJavaFloat(/^-?INF$/.test(text) ? plainNumber(text) : text);
      } catch (error) {
        if (!(error instanceof NumberFormatError)) throw error;
        throw notThe(json, 'java.lang.Float', text, 'not a valid Float value');
      }
    }
    default:
      throw mismatch(json, 'java.lang.Float');
  }
};
