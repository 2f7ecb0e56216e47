import { ClientError } from '../../util/errors';

/**
 * A body that is not JSON, or not of the shape that points have. That is all this scanner has to say: putFault finds the original's words.
 */
export class PutJsonError extends Error {
  constructor(at: number) {
    super(`Unexpected byte at offset ${at}`);
    this.name = 'PutJsonError';
  }
}

/** Bytes that one element of a body may have: a point has some hundreds. */
const MAX_ELEMENT = 1024 * 1024;

/** How a scanned text is to be read. */
export const PLAIN = 1;
/** Escapes or bytes above 0x7f: decode it. */
export const ENCODED = 2;

/** Objects and arrays in fields that nobody reads may be nested so deep. */
const MAX_DEPTH = 1000;
const LITERALS = ['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity', '+Infinity', '-INF', '+INF'].map((text) => Buffer.from(text));
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** Bytes that end a number or a literal. */
const ENDS = new Uint8Array(256);
for (const c of ' \t\r\n,]}:"[{') ENDS[c.charCodeAt(0)] = 1;

/** Where a number without an exponent ends, which is what nearly all values are; -1: none begins here. */
export function numberEnd(b: Buffer, from: number, end: number): number {
  let p = b[from] === 0x2d ? from + 1 : from;
  const first = p;
  while (p < end && b[p] >= 0x30 && b[p] <= 0x39) p++;
  if (p === first || (b[first] === 0x30 && p > first + 1)) return -1;
  if (p === end || b[p] !== 0x2e) return p;
  const fraction = ++p;
  while (p < end && b[p] >= 0x30 && b[p] <= 0x39) p++;
  return p > fraction ? p : -1;
}

/**
 * Walks over JSON in bytes: strings and scalars as offsets, nothing is decoded. As tolerant as the original's Jackson: `NaN` and the infinities
 * are numbers; comments, single quotes and trailing commas are errors.
 */
export class JsonScanner {
  /** The scalar last met: inside its quotes if it was a string. */
  from = 0;
  to = 0;
  kind = PLAIN;
  quoted = false;
  /** Where reading ends: with the body, or with what one element may be long. */
  end: number;

  constructor(
    readonly body: Buffer,
    public at = 0,
  ) {
    this.end = Math.min(body.length, at + MAX_ELEMENT);
  }

  /** An element begins: from here on it may be so and so long. */
  startElement(): void {
    this.end = Math.min(this.body.length, this.at + MAX_ELEMENT);
  }

  /** What is wrong with the byte at an offset: behind the end of what an element may be, its length. */
  fail(at = this.at): PutJsonError | ClientError {
    if (at < this.end || this.end === this.body.length) return new PutJsonError(at);
    return new ClientError(413, 'Request body too large', `A data point takes more than the limit of ${MAX_ELEMENT} bytes`);
  }

  /** The next byte that is no blank; not taken. @throws PutJsonError at the end */
  peek(): number {
    const { body, end } = this;
    for (let p = this.at; p < end; p++) {
      const c = body[p];
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) {
        this.at = p;
        return c;
      }
    }
    this.at = end;
    throw this.fail();
  }

  /** Takes the byte if it is the next one. */
  accept(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  expect(byte: number): void {
    if (!this.accept(byte)) throw this.fail();
  }

  /** A string; the next byte is its quote. */
  string(): void {
    const { body, end } = this;
    const from = ++this.at;
    let kind = PLAIN;
    for (let p = from; p < end; p++) {
      const c = body[p];
      if (c === 0x22) {
        this.from = from;
        this.to = p;
        this.kind = kind;
        this.quoted = true;
        this.at = p + 1;
        return;
      }
      if (c < 0x20) throw this.fail(p);
      if (c === 0x5c) {
        kind = ENCODED;
        p = this.escape(p + 1);
      } else if (c > 0x7f) kind = ENCODED;
    }
    throw this.fail(end);
  }

  /** Checks an escape. @param p of the character behind the backslash @returns the last position of the escape */
  private escape(p: number): number {
    const c = this.body[p];
    if (c === 0x75) {
      for (let i = p + 1; i <= p + 4; i++) {
        const h = this.body[i] ?? 0;
        if (!((h >= 0x30 && h <= 0x39) || (h >= 0x41 && h <= 0x46) || (h >= 0x61 && h <= 0x66))) throw this.fail(i);
      }
      return p + 4;
    }
    if (c === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(c))) throw this.fail(p);
    return p;
  }

  /** A number or a literal. */
  scalar(): void {
    const { body, end } = this;
    const from = this.at;
    let p = from;
    let plain = true;
    for (; p < end && ENDS[body[p]] === 0; p++) {
      const c = body[p];
      if (c < 0x30 || c > 0x39) plain = false;
    }
    // Digits alone, without a zero in front, need no closer look.
    if (p === from || !plain || (body[from] === 0x30 && p > from + 1)) if (numberEnd(body, from, p) !== p) this.checkScalar(from, p);
    this.from = from;
    this.to = p;
    this.kind = PLAIN;
    this.quoted = false;
    this.at = p;
  }

  private checkScalar(from: number, to: number): void {
    const { body } = this;
    const text = body.toString('latin1', from, to);
    if (NUMBER.test(text) || LITERALS.some((literal) => literal.length === to - from && body.subarray(from, to).equals(literal))) return;
    throw this.fail(from);
  }

  /** The scalar last met is the literal `null`. */
  isNull(): boolean {
    return !this.quoted && this.to - this.from === 4 && this.body[this.from] === 0x6e;
  }

  /** Steps over any value. */
  skip(): void {
    let depth = 0;
    // Which of the open ones are objects, the innermost last.
    const objects: boolean[] = [];
    for (;;) {
      const c = this.peek();
      if (c === 0x7b || c === 0x5b) {
        if (++depth > MAX_DEPTH) throw this.fail();
        objects.push(c === 0x7b);
        this.at++;
        if (!this.accept(c === 0x7b ? 0x7d : 0x5d)) {
          if (c === 0x7b) this.fieldName();
          continue;
        }
        objects.pop();
        depth--;
      } else if (c === 0x22) this.string();
      else this.scalar();
      // A value has ended; so may have what it stands in.
      for (;;) {
        if (depth === 0) return;
        const inObject = objects[depth - 1];
        if (this.accept(0x2c)) {
          if (inObject) this.fieldName();
          break;
        }
        this.expect(inObject ? 0x7d : 0x5d);
        objects.pop();
        depth--;
      }
    }
  }

  /** A field's name and the colon behind it. */
  fieldName(): void {
    if (this.peek() !== 0x22) throw this.fail();
    this.string();
    const { from, to, kind } = this;
    this.expect(0x3a);
    this.from = from;
    this.to = to;
    this.kind = kind;
  }

  /** The text between two offsets as a client meant it. */
  text(from: number, to: number, kind: number): string {
    if (kind === PLAIN) return this.body.toString('latin1', from, to);
    return JSON.parse(`"${this.body.toString('utf8', from, to)}"`) as string;
  }
}
