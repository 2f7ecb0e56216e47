/** A word, one of `( ) { } , : =`, or the end of the text. */
export type GexpToken =
  { readonly kind: 'word'; readonly text: string } | { readonly kind: '(' | ')' | '{' | '}' | ',' | ':' | '=' | 'end' };

const BLANK = /[ \t\r\n]*/y;
const WORD = /\*|[-a-zA-Z0-9_#/$@|.'[\]]+/y;
const SIGNS = '(){},:=';

/** A character that no token begins with. */
export class IllegalCharacter extends Error {
  /** @param at offset from 0 */
  constructor(
    readonly character: string,
    readonly at: number,
  ) {
    super(`Illegal character '${character}' at position ${at + 1}`);
    this.name = 'IllegalCharacter';
  }
}

/** Cuts the text of a function call into tokens, one when it is asked for: what stands behind the outermost call is never looked at. */
export class GexpLexer {
  private at = 0;
  private ahead: GexpToken | null = null;

  constructor(private readonly text: string) {}

  /** The next token, which stays the next. @throws IllegalCharacter */
  peek(): GexpToken {
    return (this.ahead ??= this.read());
  }

  /** @throws IllegalCharacter */
  next(): GexpToken {
    const token = this.peek();
    this.ahead = null;
    return token;
  }

  private read(): GexpToken {
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
    if (this.at >= this.text.length) return { kind: 'end' };
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text);
    if (word) {
      this.at = WORD.lastIndex;
      return { kind: 'word', text: word[0] };
    }
    const sign = this.text[this.at];
    if (!SIGNS.includes(sign)) throw new IllegalCharacter(sign, this.at);
    this.at++;
    return { kind: sign as '(' };
  }
}
