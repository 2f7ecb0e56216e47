import { describeCharacter, isIdentifierPart } from './characters';
import { JsonError, LONG_TEXT, type JsonFault, type JsonPlace } from './errors';

/** Jackson reads longer texts in pieces of so many characters. */
const PIECE = 4000;
/** Characters of a word that a message shows. */
const WORD_SHOWN = 256;

export const SOURCE_END = -1;

/**
 * The text of a body and where reading stands in it: white space, lines, and the errors of single characters, with places as Jackson counts
 * them. Mirrors what ReaderBasedJsonParser does below the level of tokens.
 */
export class JsonSource {
  /** Offset of the next character. */
  at = 0;
  line = 1;
  /** Offset of the line's first character. */
  lineStart = 0;
  private readonly lastPiece: number;

  constructor(readonly text: string) {
    this.lastPiece = text.length > LONG_TEXT ? ((text.length - 1) % PIECE) + 1 : text.length;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The place behind the character last read. */
  get here(): JsonPlace {
    return this.placeOf(this.at);
  }

  /** The place of a character of the line being read. */
  placeOf(at: number): JsonPlace {
    return { line: this.line, column: at - this.lineStart + 1 };
  }

  /** Asked for more at the end. Jackson counts its last piece once more whenever it finds that there is none, and columns show it. */
  missMore(): void {
    this.lineStart -= this.lastPiece;
  }

  error(fault: JsonFault, message: string): JsonError {
    return new JsonError(this.text, fault, message, this.here);
  }

  /** @param code of the character just read */
  unexpected(code: number, expecting: string): JsonError {
    return this.error('syntax', `Unexpected character (${describeCharacter(code)}): ${expecting}`);
  }

  /** @param where what was being read, with whatever stands between that and `Unexpected end-of-input` */
  ended(where: string): JsonError {
    return this.error('end', `Unexpected end-of-input${where}`);
  }

  unquoted(code: number, where: string): JsonError {
    const problem = `Illegal unquoted character (${describeCharacter(code)})`;
    return this.error('syntax', `${problem}: has to be escaped using backslash to be included in ${where}`);
  }

  /** A word that means nothing; the rest of it is read for the message. @param start of the word, as far as it was read */
  unknownWord(start: string, expecting: string): JsonError {
    let word = start;
    for (;;) {
      if (this.atEnd) {
        this.missMore();
        break;
      }
      const character = this.text[this.at];
      if (!isIdentifierPart(character)) break;
      this.at++;
      word += character;
      if (word.length >= WORD_SHOWN) {
        word += '...';
        break;
      }
    }
    return this.error('syntax', `Unrecognized token '${word}': was expecting ${expecting}`);
  }

  /** Reads white space and the character behind it. @returns its code, or SOURCE_END. @throws JsonError for a control character or a comment */
  afterSpace(): number {
    const { text } = this;
    const end = text.length;
    while (this.at < end) {
      const c = text.charCodeAt(this.at++);
      if (c > 0x20) {
        if (c === 0x2f) throw this.unexpected(c, COMMENT);
        return c;
      }
      if (c !== 0x20) this.lineBreakOrTab(c);
    }
    this.missMore();
    return SOURCE_END;
  }

  private lineBreakOrTab(c: number): void {
    if (c === 0x0d && this.text.charCodeAt(this.at) === 0x0a) this.at++;
    if (c === 0x0a || c === 0x0d) {
      this.line++;
      this.lineStart = this.at;
    } else if (c !== 0x09) {
      const problem = `Illegal character (${describeCharacter(c)})`;
      throw this.error('syntax', `${problem}: only regular white space (\\r, \\n, \\t) is allowed between tokens`);
    }
  }
}

const COMMENT = "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
