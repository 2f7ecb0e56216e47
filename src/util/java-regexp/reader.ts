import { PatternSyntaxError, UnsupportedPatternError } from './errors';
import { NO_FLAGS, type Flags } from './flags';
import { LINE_TERMINATORS } from './predefined';

/** What stands at the end of a pattern: no character. */
export const PATTERN_END = -1;

/** Groups and classes may not be nested deeper. */
const MAX_DEPTH = 200;

/** Ends of ranges in all classes together. */
const MAX_CLASS_WORK = 300_000;

const isSpace = (c: number): boolean => c === 0x20 || (c >= 0x09 && c <= 0x0d);

/** A place in a pattern, the flags that hold there, and how mistakes are told. */
export class Reader {
  pos = 0;
  flags: Flags = NO_FLAGS;
  private spent = 0;
  /** The first form that can't be matched here. Told at the end: a mistake that Java finds goes first. */
  private refused: string | null = null;

  /**
   * @param text the pattern with its quotes written as escapes
   * @param pattern as the client gave it
   */
  constructor(
    readonly text: string,
    private readonly pattern: string,
  ) {}

  /** The character at the place, without moving. */
  peek(): number {
    return this.text.codePointAt(this.pos) ?? PATTERN_END;
  }

  /** The next character that counts: under `(?x)` white space and comments are passed over. */
  look(): number {
    if (this.flags.x) this.skipIgnored();
    return this.peek();
  }

  /** Takes the character at the place; `PATTERN_END` moves on, too, as the reader of the original does. */
  take(): number {
    const c = this.peek();
    this.pos += c > 0xffff ? 2 : 1;
    return c;
  }

  /** Takes the next character when it is this one. */
  accept(char: string): boolean {
    if (this.look() !== char.charCodeAt(0)) return false;
    this.pos++;
    return true;
  }

  private skipIgnored(): void {
    for (;;) {
      const c = this.peek();
      if (isSpace(c)) this.pos++;
      else if (c === 0x23) this.skipComment();
      else return;
    }
  }

  /** Up to the end of the line, which is a character of the pattern when it is none of ASCII's. */
  private skipComment(): void {
    for (;;) {
      const c = this.peek();
      if (c === PATTERN_END || c === 0x0a || (!this.flags.d && LINE_TERMINATORS.has(c))) return;
      this.take();
    }
  }

  /** @param at where the mistake is; where the reader is unless told */
  fail(description: string, at = this.pos): never {
    const { text } = this;
    // Java counts characters of the pattern, not UTF-16 units.
    const pairs = text.slice(0, at + 1).match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0;
    throw new PatternSyntaxError(description, this.pattern, at - pairs);
  }

  /** @throws UnsupportedPatternError */
  checkDepth(depth: number): void {
    if (depth > MAX_DEPTH)
      throw new UnsupportedPatternError(`Groups nested more than ${MAX_DEPTH} deep are not supported in a regular expression`);
  }

  /**
   * Counts the work that classes make: a few characters may name hundreds of ranges.
   * @throws UnsupportedPatternError
   */
  spend(work: number): void {
    this.spent += work;
    if (this.spent > MAX_CLASS_WORK)
      throw new UnsupportedPatternError('The character classes of a regular expression are larger than allowed');
  }

  /** Notes that the pattern holds a form that is not supported; reading goes on. */
  refuse(what: string): void {
    this.refused ??= what;
  }

  /** @throws UnsupportedPatternError */
  finish(): void {
    if (this.refused !== null) throw new UnsupportedPatternError(`${this.refused} not supported in a regular expression\n${this.pattern}`);
  }
}
