import { ClientError } from '../util/errors';
import { isIdentifierStart } from './characters';
import { JsonError, showPlace, type JsonFault, type JsonPlace } from './errors';
import { readInfinity, readNumber, readWord } from './numbers';
import { SOURCE_END, JsonSource } from './source';
import { readString } from './strings';

/** Names of tokens as messages show them. */
export type JsonToken =
  | 'START_OBJECT'
  | 'END_OBJECT'
  | 'START_ARRAY'
  | 'END_ARRAY'
  | 'FIELD_NAME'
  | 'VALUE_STRING'
  | 'VALUE_NUMBER_INT'
  | 'VALUE_NUMBER_FLOAT'
  | 'VALUE_TRUE'
  | 'VALUE_FALSE'
  | 'VALUE_NULL';

/** How much of a body is read before it is refused. */
export interface JsonLimits {
  /** Objects and arrays inside of each other. */
  readonly depth: number;
  /** Values, those inside of others included; beyond them ClientError 413, whatever is wrong with the body. */
  readonly values: number;
  /** Elements or members of one list or object; beyond them the same. */
  readonly elements: number;
}

export const JSON_LIMITS: JsonLimits = { depth: 1000, values: 200_000, elements: 20_000 };

const tooMany = (what: string, limit: number): ClientError =>
  new ClientError(413, 'Request body too large', `The body of the request has more than the limit of ${limit} ${what}`);

/** The object or array that is being read. */
interface Scope {
  readonly name: 'root' | 'Object' | 'Array';
  readonly start: JsonPlace;
  /** Elements so far. After the first one a comma comes before the next. */
  elements: number;
}

const ODD_VALUE = "expected a valid value (number, String, array, object, 'true', 'false' or 'null')";
const ENDLESS_STRING = ': was expecting closing quote for a string value';

/**
 * Reads a body token by token, so that work can be done between any two of them and nothing of the body is held twice. Accepts what Jackson
 * 2.9 accepts the way that the original sets it up (`NaN` and the infinities are numbers; text behind the first value is not looked at), and
 * words and places errors as it does: a string is looked at when somebody wants it or reads on. Mirrors ReaderBasedJsonParser.
 */
export class JsonReader {
  /** What was read last; null: nothing yet, or there is nothing more. */
  token: JsonToken | null = null;
  private readonly source: JsonSource;
  private readonly scopes: Scope[] = [{ name: 'root', start: { line: 1, column: 0 }, elements: 0 }];
  /** The value behind the field name last read: Jackson reads both at once. */
  private ahead: JsonToken | null = null;
  private field = '';
  private scalar = '';
  /** The string last met is still to be read. */
  private unread = false;
  private values = 0;
  private tokenPlace: JsonPlace = { line: 1, column: 0 };
  private namePlace = this.tokenPlace;

  constructor(
    text: string,
    private readonly limits: JsonLimits = JSON_LIMITS,
  ) {
    this.source = new JsonSource(text);
  }

  /** The next token. @throws JsonError */
  next(): JsonToken | null {
    if (this.token === 'FIELD_NAME') return this.valueOfField();
    const c = this.nextCharacter();
    if (c === SOURCE_END) return (this.token = null);
    if (this.closes(c)) return this.token;
    const next = this.afterComma(c);
    if (this.scope.name !== 'Object') {
      this.tokenPlace = this.lastPlace();
      return (this.token = this.opened(this.value(next, true)));
    }
    this.fieldName(next, true);
    return this.token;
  }

  /** Reads on to a field name. @returns null, and the token is whatever came instead. @throws JsonError */
  nextField(): string | null {
    if (this.token === 'FIELD_NAME' || this.scope.name !== 'Object') {
      this.next();
      return null;
    }
    const c = this.nextCharacter();
    if (c === SOURCE_END || this.closes(c)) {
      if (c === SOURCE_END) this.token = null;
      return null;
    }
    this.fieldName(this.afterComma(c), false);
    return this.field;
  }

  /** Steps over the value that begins with the current token. @throws JsonError */
  skip(): void {
    if (this.token !== 'START_OBJECT' && this.token !== 'START_ARRAY') return;
    const depth = this.scopes.length;
    while (this.scopes.length >= depth) this.next();
  }

  /** The name last read. */
  get name(): string {
    return this.field;
  }

  /** The text of a string or a number, or the word, as sent. @throws JsonError for a string that is not right */
  text(): string {
    if (this.unread) {
      this.unread = false;
      this.scalar = readString(this.source, 'string value', ENDLESS_STRING);
    }
    return this.scalar;
  }

  /** Where the current token begins. */
  get place(): JsonPlace {
    return this.token === 'FIELD_NAME' ? this.namePlace : this.tokenPlace;
  }

  /** Something is wrong with the current token. @param behind not its beginning is meant, but where reading stands */
  error(fault: JsonFault, message: string, behind = false): JsonError {
    return new JsonError(this.source.text, fault, message, behind ? this.source.here : this.place);
  }

  /** An error of what reads a value by itself, and does not say where it stands. */
  placelessError(message: string): JsonError {
    return new JsonError(this.source.text, 'mapping', message, null);
  }

  private get scope(): Scope {
    return this.scopes[this.scopes.length - 1];
  }

  private lastPlace(): JsonPlace {
    return this.source.placeOf(this.source.at - 1);
  }

  private nextCharacter(): number {
    if (this.unread) this.text();
    const c = this.source.afterSpace();
    if (c !== SOURCE_END || this.scopes.length === 1) return c;
    const { name, start } = this.scope;
    throw this.source.ended(`: expected close marker for ${name} (start marker at ${showPlace(this.source.text, start)})`);
  }

  private closes(c: number): boolean {
    if (c !== 0x5d && c !== 0x7d) return false;
    this.tokenPlace = this.lastPlace();
    const { name, start } = this.scope;
    const [closed, other] = c === 0x5d ? (['Array', '}'] as const) : (['Object', ']'] as const);
    if (name !== closed) {
      const problem = `Unexpected close marker '${String.fromCharCode(c)}': expected '${other}'`;
      throw this.source.error('syntax', `${problem} (for ${name} starting at ${showPlace(this.source.text, start)})`);
    }
    this.scopes.pop();
    this.token = c === 0x5d ? 'END_ARRAY' : 'END_OBJECT';
    return true;
  }

  private afterComma(c: number): number {
    const { scope } = this;
    if (scope.elements++ === 0 || scope.name === 'root') return c;
    if (c !== 0x2c) throw this.source.unexpected(c, `was expecting comma to separate ${scope.name} entries`);
    const next = this.source.afterSpace();
    if (next === SOURCE_END) throw this.source.error('syntax', `Unexpected end-of-input within/between ${scope.name} entries`);
    if (scope.elements > this.limits.elements) throw tooMany('elements in one list', this.limits.elements);
    return next;
  }

  /** @param c the character just read @param plain the token was asked for, not a name */
  private fieldName(c: number, plain: boolean): void {
    const { source } = this;
    this.namePlace = this.lastPlace();
    if (c !== 0x22) throw source.unexpected(c, 'was expecting double-quote to start field name');
    this.field = readString(source, 'name', ' in field name');
    this.token = 'FIELD_NAME';
    const colon = source.afterSpace();
    if (colon === SOURCE_END) throw source.ended(' within/between Object entries');
    if (colon !== 0x3a) throw source.unexpected(colon, 'was expecting a colon to separate field name and value');
    const first = source.afterSpace();
    if (first === SOURCE_END) throw source.ended(' within/between Object entries');
    this.tokenPlace = this.lastPlace();
    this.ahead = this.value(first, plain);
  }

  private valueOfField(): JsonToken | null {
    this.token = this.ahead;
    this.ahead = null;
    return this.token === null ? null : this.opened(this.token);
  }

  /** A value has begun: of an object or array this is the scope from here on. */
  private opened(token: JsonToken): JsonToken {
    if (token !== 'START_OBJECT' && token !== 'START_ARRAY') return token;
    if (this.scopes.length > this.limits.depth) throw this.source.error('syntax', `Document nesting depth exceeds ${this.limits.depth}`);
    this.scopes.push({ name: token === 'START_OBJECT' ? 'Object' : 'Array', start: this.tokenPlace, elements: 0 });
    return token;
  }

  private value(c: number, plain: boolean): JsonToken {
    if (++this.values > this.limits.values) throw tooMany('values', this.limits.values);
    switch (c) {
      case 0x22:
        this.unread = true;
        return 'VALUE_STRING';
      case 0x7b:
        return 'START_OBJECT';
      case 0x5b:
        return 'START_ARRAY';
      case 0x74:
        return this.word('true', 'VALUE_TRUE');
      case 0x66:
        return this.word('false', 'VALUE_FALSE');
      case 0x6e:
        return this.word('null', 'VALUE_NULL');
      case 0x7d:
        if (plain) throw this.source.unexpected(c, 'expected a value');
        break;
      default:
        if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.number();
    }
    return this.oddValue(c);
  }

  private word(word: string, token: JsonToken): JsonToken {
    readWord(this.source, word, 1);
    this.scalar = word;
    return token;
  }

  private number(): JsonToken {
    const { text, whole } = readNumber(this.source, this.scope.name === 'root');
    this.scalar = text;
    return whole ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  }

  private oddValue(c: number): JsonToken {
    const { source } = this;
    if (c === 0x4e) return this.word('NaN', 'VALUE_NUMBER_FLOAT');
    if (c === 0x49) return this.word('Infinity', 'VALUE_NUMBER_FLOAT');
    if (c === 0x2b) {
      if (source.atEnd) {
        source.missMore();
        throw source.ended(' in a value');
      }
      this.scalar = readInfinity(source, source.text.charCodeAt(source.at++), '+').text;
      return 'VALUE_NUMBER_FLOAT';
    }
    const character = String.fromCharCode(c);
    if (isIdentifierStart(character)) throw source.unknownWord(character, "('true', 'false' or 'null')");
    throw source.unexpected(c, ODD_VALUE);
  }
}
