import { syntaxError, type Position } from './syntax-error';

type TokenKind = 'number' | 'name' | 'text' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands in the text; words that are operators are names. */
  readonly image: string;
  readonly position: Position;
}

const BLANK = /(?:[ \t\r\n\f]+|##[^\r\n]*|\/\/[^\r\n]*|\/\*[^]*?\*\/)+/y;
const NUMBER = /[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?[fFdDbB]?|0[xX][0-9a-fA-F]+[lLhH]?|0[0-7]*[lLhH]?|[1-9][0-9]*[lLhH]?/y;
const NAME = /[a-zA-Z_$@][a-zA-Z0-9_$@]*/y;
const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const SIGN = /\?:|&&|\|\||==|!=|<=|>=|=~|!~|[-+*/%<>!?:;=&|^~(){}[\],.]/y;

/** Cuts an expression into tokens, one when it is asked for, by the rules of JEXL 2.1. */
export class Tokens {
  private readonly text: string;
  private at = 0;
  private line = 1;
  private lineStart = 0;
  private ahead: Token | null = null;
  private lastToken: Token | null = null;

  /** @param source blanks around it do not count */
  constructor(private readonly source: string) {
    this.text = source.trim();
  }

  /** The next token, which stays the next. @throws ClientError where there is none */
  peek(): Token {
    return (this.ahead ??= this.read());
  }

  /** @throws ClientError */
  next(): Token {
    this.lastToken = this.peek();
    this.ahead = null;
    return this.lastToken;
  }

  /** The token that was taken last. */
  get last(): Token {
    return this.lastToken ?? this.peek();
  }

  /** The next token if it is one of these signs or words, taken; else null. */
  accept(...images: readonly string[]): Token | null {
    const token = this.peek();
    if ((token.kind !== 'sign' && token.kind !== 'name') || !images.includes(token.image)) return null;
    return this.next();
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  private read(): Token {
    this.skip(this.match(BLANK) ?? '');
    const position = this.positionOf(this.at);
    if (this.at >= this.text.length) return { kind: 'end', image: '', position: this.positionOf(this.text.length - 1) };
    const kinds: readonly (readonly [TokenKind, RegExp])[] = [
      ['number', NUMBER],
      ['name', NAME],
      ['text', TEXT],
      ['sign', SIGN],
    ];
    for (const [kind, pattern] of kinds) {
      const image = this.match(pattern);
      if (image === null) continue;
      this.skip(image);
      return { kind, image, position };
    }
    throw syntaxError('tokenization', this.source, this.positionOf(this.whereItFails()));
  }

  /** A sign that begins a comment only when doubled is read past; a text without its end is read to the end. */
  private whereItFails(): number {
    const first = this.text[this.at];
    if (first === '#') return this.at + 1;
    return first === '"' || first === "'" ? this.text.length : this.at;
  }

  private skip(image: string): void {
    for (let i = 0; i < image.length; i++) {
      if (image[i] !== '\n') continue;
      this.line++;
      this.lineStart = this.at + i + 1;
    }
    this.at += image.length;
  }

  private positionOf(offset: number): Position {
    return { line: this.line, column: Math.max(offset - this.lineStart, 0) + 1 };
  }
}
