import { NumberFormatError } from '../util/errors';
import { javaDoubleToString } from '../util/java-double';
import { javaTrim, parseJavaDouble, parseJavaFloat } from '../util/java-number-text';
import type { JsonError } from './errors';
import type { JsonReader } from './reader';

/** Makes a value out of the token that a reader stands at, and leaves it at the value's last token. @throws JsonError */
export type Bind<T> = (json: JsonReader) => T;

const LONG_RANGE = '(-9223372036854775808 - 9223372036854775807)';
/** Characters of the longest long. */
const LONG_DIGITS = 20;
const INT_RANGE = '(-2147483648 - 2147483647)';
const INT = { type: 'int', primitive: 'int', name: 'Integer', bits: 32, range: INT_RANGE } as const;
const LONG = { type: 'long', primitive: 'long', name: 'Long', bits: 64, range: LONG_RANGE } as const;
const INT_OBJECT = { ...INT, type: 'java.lang.Integer' } as const;
const LONG_OBJECT = { ...LONG, type: 'java.lang.Long' } as const;
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
      const value = wholeOfNumber(text, LONG);
      if (value === null) return `no suitable creator method found to deserialize from Number value (${text})`;
      return none(fits(value, 32) ? 'int/Int' : 'long/Long', `Number value (${value})`);
    }
    case 'VALUE_NUMBER_FLOAT':
      return none('double/Double', `Number value (${javaDoubleToString(Number(plainNumber(text)))})`);
    default:
      return none('boolean/Boolean', `boolean value (${text})`);
  }
}

/** A text of JSON's as JavaScript's numbers have it. */
const plainNumber = (text: string): string => text.replace('INF', 'Infinity');

export function notThe(json: JsonReader, type: string, text: string, problem: string): JsonError {
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
      const text = javaTrim(json.text());
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

/** A `Long`: as a long, but null stays null. */
export const longOrNull: Bind<bigint | null> = (json) => (json.token === 'VALUE_NULL' ? null : wholeNumber(json, LONG_OBJECT));

/** An `Integer`: as an int, but null stays null. */
export const intOrNull: Bind<number | null> = (json) => (json.token === 'VALUE_NULL' ? null : Number(wholeNumber(json, INT_OBJECT)));

type WholeType = typeof INT | typeof LONG | typeof INT_OBJECT | typeof LONG_OBJECT;

function wholeNumber(json: JsonReader, type: WholeType): bigint {
  switch (json.token) {
    case 'VALUE_NULL':
      return 0n;
    case 'VALUE_NUMBER_INT':
    case 'VALUE_NUMBER_FLOAT': {
      const text = json.text();
      const value = wholeOfNumber(text, type);
      if (value !== null) return value;
      // A whole number that a long holds has no range in the message.
      const plain = json.token === 'VALUE_NUMBER_INT' && type.bits === 32 && wholeOfNumber(text, LONG) !== null;
      throw json.error('syntax', `Numeric value (${text}) out of range of ${type.primitive}${plain ? '' : ` ${type.range}`}`, true);
    }
    case 'VALUE_STRING': {
      const text = javaTrim(json.text());
      const value = wholeOfText(text, type);
      if (value !== null) return value;
      const overflow = type.bits === 32 && wholeOfText(text, LONG) !== null;
      const problem = overflow
        ? `Overflow: numeric value (${text}) out of range of Integer ${type.range}`
        : `not a valid ${type.name} value`;
      throw notThe(json, type.type, text, problem);
    }
    default:
      throw mismatch(json, type.type);
  }
}

/** What a number of JSON's is as a long: fractions are cut off. Null: a long can't hold it. */
export const longOfNumber = (text: string): bigint | null => wholeOfNumber(text, LONG);

/** What a text is as a long; blanks around it are gone already. Null: it is none. */
export const longOfText = (text: string): bigint | null => wholeOfText(text, LONG);

function wholeOfNumber(text: string, { bits }: WholeType): bigint | null {
  if (/^-?[0-9]+$/.test(text)) return wholeOfDigits(text, bits);
  const value = Number(plainNumber(text));
  if (Number.isNaN(value)) return 0n;
  const limit = 2 ** (bits - 1);
  // A double can't hold the largest long; the next one that it can is taken for it.
  if (bits === 32 ? value < -limit || value > limit - 1 : Math.abs(value) > limit) return null;
  return value === limit ? BigInt(limit) - 1n : BigInt(Math.trunc(value));
}

function wholeOfText(text: string, { bits }: WholeType): bigint | null {
  if (isNothing(text)) return 0n;
  const digits = text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
  if (!/^[-+]?[0-9]+$/.test(digits)) return null;
  return wholeOfDigits(digits.replace(/^([-+]?)0+(?=[0-9])/, '$1').replace('+', ''), bits);
}

/** @param digits without zeros in front; there may be any number of them */
function wholeOfDigits(digits: string, bits: number): bigint | null {
  if (digits.length > LONG_DIGITS) return null;
  const value = BigInt(digits);
  return fits(value, bits) ? value : null;
}

const fits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

/** Java takes the digits of every script. They come in runs of ten. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/**
 * A number with a fraction; null for null and blank strings.
 * @param type as messages name it
 * @param kind what a text must be a valid one of
 */
function fraction(type: string, kind: 'Float' | 'Double', read: (text: string) => number): Bind<number | null> {
  return (json) => {
    switch (json.token) {
      case 'VALUE_NULL':
        return null;
      case 'VALUE_NUMBER_INT':
      case 'VALUE_NUMBER_FLOAT':
        return read(plainNumber(json.text()));
      case 'VALUE_STRING': {
        const text = javaTrim(json.text());
        if (isNothing(text)) return null;
        try {
          return read(/^-?INF$/.test(text) ? plainNumber(text) : text);
        } catch (error) {
          if (!(error instanceof NumberFormatError)) throw error;
          throw notThe(json, type, text, `not a valid ${kind} value`);
        }
      }
      default:
        throw mismatch(json, type);
    }
  };
}

/** A `Float`: null and blank strings are null. */
export const float = fraction('java.lang.Float', 'Float', parseJavaFloat);

const floatOrNull = fraction('float', 'Float', parseJavaFloat);
const doubleOrNull = fraction('double', 'Double', parseJavaDouble);

/** A `float`: null and blank strings are 0. */
export const primitiveFloat: Bind<number> = (json) => floatOrNull(json) ?? 0;

/** A `double`: null and blank strings are 0. */
export const double: Bind<number> = (json) => doubleOrNull(json) ?? 0;
