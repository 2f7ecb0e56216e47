import { JsonSyntaxError, parseJsonTree, type JsonNode } from '../../util/json-tree';
import { ClientError } from '../../util/errors';

const SHOWN = 500;

/** Where a text stands, as the original's JSON library (Jackson 2.9) says it. @param at offset from 0 */
function location(source: string, at: number): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  const cut = source.length > SHOWN ? `[truncated ${source.length - SHOWN} chars]` : '';
  return `[Source: (String)"${source.slice(0, SHOWN)}"${cut}; line: ${line}, column: ${column}]`;
}

function unparsable(details: string, cause?: unknown): ClientError {
  return new ClientError(400, 'Unable to parse the given JSON', details, { cause });
}

const TOKEN: Readonly<Record<JsonNode['kind'], string>> = {
  object: 'START_OBJECT',
  array: 'START_ARRAY',
  string: 'VALUE_STRING',
  number: 'VALUE_NUMBER',
  boolean: 'VALUE_BOOLEAN',
  null: 'VALUE_NULL',
};

/**
 * A value inside a JSON body together with the path to it, bound to the original's types with Jackson's coercions:
 * numbers and booleans become strings, numeric strings become numbers, null becomes 0 or false.
 */
export class JsonValue {
  private constructor(
    private readonly source: string,
    readonly node: JsonNode,
    private readonly path: string,
  ) {}

  /**
   * @returns null for an empty text and for a literal `null`
   * @throws ClientError 400 when it is not JSON
   */
  static parse(source: string): JsonValue | null {
    try {
      const node = parseJsonTree(source);
      return node === null || node.kind === 'null' ? null : new JsonValue(source, node, '');
    } catch (e) {
      if (!(e instanceof JsonSyntaxError)) throw e;
      throw unparsable(`com.fasterxml.jackson.core.JsonParseException: ${e.message}\n at ${location(source, e.at)}`, e);
    }
  }

  /** @param at offset of the place to name; the start of the value unless given */
  fail(exception: string, problem: string, at = this.node.at): ClientError {
    const chain = this.path === '' ? '' : ` (through reference chain: ${this.path})`;
    return unparsable(`com.fasterxml.jackson.databind.${exception}: ${problem}\n at ${location(this.source, at)}${chain}`);
  }

  private mismatch(type: string): ClientError {
    return this.fail('exc.MismatchedInputException', `Cannot deserialize instance of \`${type}\` out of ${TOKEN[this.node.kind]} token`);
  }

  private notThe(type: string, problem: string): ClientError {
    const text = this.node.kind === 'string' ? this.node.text : '';
    return this.fail('exc.InvalidFormatException', `Cannot deserialize value of type \`${type}\` from String "${text}": ${problem}`);
  }

  get isNull(): boolean {
    return this.node.kind === 'null';
  }

  /** @param type the class that has these members, as the path names it */
  members(type: string): { key: string; value: JsonValue }[] {
    const { node } = this;
    if (node.kind === 'string') {
      throw this.fail(
        'exc.MismatchedInputException',
        `Cannot construct instance of \`${type}\` (although at least one Creator exists): no String-argument constructor/factory method to deserialize from String value ('${node.text}')`,
      );
    }
    if (node.kind !== 'object') throw this.mismatch(type);
    const base = this.path === '' ? '' : `${this.path}->`;
    return node.members.map(({ key, value }) => ({ key, value: new JsonValue(this.source, value, `${base}${type}["${key}"]`) }));
  }

  /** Elements, or null for null. */
  items(): JsonValue[] | null {
    const { node } = this;
    if (node.kind === 'null') return null;
    if (node.kind !== 'array') throw this.mismatch('java.util.ArrayList');
    return node.items.map((item, i) => new JsonValue(this.source, item, `${this.path}->java.util.ArrayList[${i}]`));
  }

  string(): string | null {
    const { node } = this;
    if (node.kind === 'string' || node.kind === 'number') return node.text;
    if (node.kind === 'boolean') return String(node.value);
    if (node.kind === 'null') return null;
    throw this.mismatch('java.lang.String');
  }

  boolean(): boolean {
    const { node } = this;
    if (node.kind === 'boolean') return node.value;
    if (node.kind === 'null') return false;
    if (node.kind === 'number' && /^-?[0-9]+$/.test(node.text)) return node.text !== '0';
    if (node.kind !== 'string') throw this.mismatch('boolean');
    const text = node.text.trim();
    if (text === 'true' || text === 'True') return true;
    if (text === 'false' || text === 'False' || text === '' || text === 'null') return false;
    throw this.notThe('boolean', 'only "true" or "false" recognized');
  }

  long(): bigint {
    const { node } = this;
    if (node.kind === 'null') return 0n;
    if (node.kind !== 'number' && node.kind !== 'string') throw this.mismatch('long');
    const text = node.text.trim();
    if (text === '' || text === 'null') return 0n;
    if (!/^[+-]?[0-9]+$/.test(text)) {
      if (node.kind === 'string') throw this.notThe('long', 'not a valid Long value');
      const n = Number(text);
      if (Number.isFinite(n) && Math.abs(n) < 2 ** 63) return BigInt(Math.trunc(n));
      throw this.outOfRange(text);
    }
    const n = BigInt(text);
    if (BigInt.asIntN(64, n) !== n) throw node.kind === 'string' ? this.notThe('long', 'not a valid Long value') : this.outOfRange(text);
    return n;
  }

  private outOfRange(text: string): ClientError {
    return this.fail('JsonMappingException', `Numeric value (${text}) out of range of long (-9223372036854775808 - 9223372036854775807)`);
  }

  float(): number {
    const { node } = this;
    if (node.kind !== 'number' && node.kind !== 'string') throw this.mismatch('java.lang.Float');
    const text = node.text.trim();
    const n = Number(text);
    if (text === '' || (Number.isNaN(n) && text !== 'NaN')) throw this.notThe('java.lang.Float', 'not a valid Float value');
    return n;
  }
}
