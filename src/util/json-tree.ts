/**
 * JSON with what JSON.parse loses: the order and repetition of keys, the exact text of numbers, and where things stand.
 * Lenient where the original's parser is: `NaN` and the infinities are numbers, and text after the first value is ignored.
 */
export type JsonNode =
  | { kind: 'object'; at: number; end: number; members: { key: string; value: JsonNode }[] }
  | { kind: 'array'; at: number; end: number; items: JsonNode[] }
  | { kind: 'string'; at: number; end: number; text: string }
  | { kind: 'number'; at: number; end: number; text: string }
  | { kind: 'boolean'; at: number; end: number; value: boolean }
  | { kind: 'null'; at: number; end: number };

/** Not JSON. `at` is the offset of the character after the one that is wrong. */
export class JsonSyntaxError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
    this.name = 'JsonSyntaxError';
  }
}

const MAX_DEPTH = 1000;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z0-9_$+-]+/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Parser {
  private at = 0;
  constructor(private readonly source: string) {}

  /** Null when there is nothing but white space. */
  document(): JsonNode | null {
    this.space();
    return this.at >= this.source.length ? null : this.value(0);
  }

  private space(): void {
    while (this.at < this.source.length && ' \t\r\n'.includes(this.source[this.at])) this.at++;
  }

  private unexpected(expecting: string): JsonSyntaxError {
    if (this.at >= this.source.length) return new JsonSyntaxError('Unexpected end-of-input', this.at + 1);
    const c = this.source[this.at];
    return new JsonSyntaxError(`Unexpected character ('${c}' (code ${c.charCodeAt(0)})): ${expecting}`, this.at + 1);
  }

  private value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new JsonSyntaxError(`Document nesting depth exceeds ${MAX_DEPTH}`, this.at);
    const c = this.source[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.array(depth);
    const at = this.at;
    if (c === '"') return { kind: 'string', text: this.string(), at, end: this.at };
    if (c === '-' ? !this.source.startsWith('-Infinity', at) : c >= '0' && c <= '9') return this.number();
    return this.word();
  }

  private object(depth: number): JsonNode {
    const at = this.at++;
    const members: { key: string; value: JsonNode }[] = [];
    this.space();
    if (this.source[this.at] === '}') return { kind: 'object', members, at, end: ++this.at };
    for (;;) {
      if (this.source[this.at] !== '"') throw this.unexpected('was expecting double-quote to start field name');
      const key = this.string();
      this.space();
      if (this.source[this.at] !== ':') throw this.unexpected('was expecting a colon to separate field name and value');
      this.at++;
      this.space();
      members.push({ key, value: this.value(depth + 1) });
      this.space();
      if (this.source[this.at] === '}') return { kind: 'object', members, at, end: ++this.at };
      if (this.source[this.at] !== ',') throw this.unexpected('was expecting comma to separate Object entries');
      this.at++;
      this.space();
    }
  }

  private array(depth: number): JsonNode {
    const at = this.at++;
    const items: JsonNode[] = [];
    this.space();
    if (this.source[this.at] === ']') return { kind: 'array', items, at, end: ++this.at };
    for (;;) {
      items.push(this.value(depth + 1));
      this.space();
      if (this.source[this.at] === ']') return { kind: 'array', items, at, end: ++this.at };
      if (this.source[this.at] !== ',') throw this.unexpected('was expecting comma to separate Array entries');
      this.at++;
      this.space();
    }
  }

  private string(): string {
    let text = '';
    let from = ++this.at;
    for (;;) {
      const c = this.source[this.at];
      if (c === undefined)
        throw new JsonSyntaxError('Unexpected end-of-input: was expecting closing quote for a string value', this.at + 1);
      if (c < ' ') {
        throw new JsonSyntaxError(
          `Illegal unquoted character ((CTRL-CHAR, code ${c.charCodeAt(0)})): has to be escaped using backslash to be included in string value`,
          this.at + 1,
        );
      }
      if (c === '"' || c === '\\') text += this.source.slice(from, this.at);
      this.at++;
      if (c === '"') return text;
      if (c === '\\') {
        text += this.escape();
        from = this.at;
      }
    }
  }

  private escape(): string {
    const c = this.source[this.at++];
    if (c === 'u') {
      const hex = this.source.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.unexpected('expected a hex-digit for character escape sequence');
      this.at += 4;
      return String.fromCharCode(parseInt(hex, 16));
    }
    const plain = ESCAPES[c];
    if (plain === undefined) {
      const shown = c === undefined ? 'end-of-input' : `'${c}' (code ${c.charCodeAt(0)})`;
      throw new JsonSyntaxError(`Unrecognized character escape ${shown}`, this.at);
    }
    return plain;
  }

  private number(): JsonNode {
    const at = this.at;
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(this.source);
    if (!match)
      throw new JsonSyntaxError(
        'Unexpected character in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value',
        at + 2,
      );
    this.at += match[0].length;
    if (/^-?0$/.test(match[0]) && /[0-9]/.test(this.source[this.at] ?? '')) {
      throw new JsonSyntaxError('Invalid numeric value: Leading zeroes not allowed', this.at);
    }
    return { kind: 'number', text: match[0], at, end: this.at };
  }

  private word(): JsonNode {
    const at = this.at;
    WORD.lastIndex = at;
    const word = WORD.exec(this.source)?.[0];
    if (word === undefined) throw this.unexpected("expected a valid value (number, String, array, object, 'true', 'false' or 'null')");
    this.at += word.length;
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', at, end: this.at };
    if (word === 'null') return { kind: 'null', at, end: this.at };
    if (/^(NaN|[+-]?Infinity|[+-]?INF)$/.test(word)) return { kind: 'number', text: word.replace('INF', 'Infinity'), at, end: this.at };
    // What begins like a keyword is told of all of them; at the end of the text the original counts its characters twice.
    const expected = /^[tfn]/.test(word) ? "'null', 'true', 'false' or NaN" : "('true', 'false' or 'null')";
    const place = this.at === this.source.length ? 2 * this.at : this.at;
    throw new JsonSyntaxError(`Unrecognized token '${word}': was expecting ${expected}`, place);
  }
}

/** @returns null for a text without any value @throws JsonSyntaxError */
export function parseJsonTree(source: string): JsonNode | null {
  return new Parser(source).document();
}
