import { IllegalArgumentError } from '../util/errors';
import { MAX_NAME_BYTES, type NameCodec } from './name-codec';

const [LEGAL, ILLEGAL] = [1, 2];
const LETTER = /^\p{L}$/u;
const isSurrogate = (codeUnit: number): boolean => codeUnit >= 0xd800 && codeUnit <= 0xdfff;

/** Characters of a long name that a message shows. */
const SHOWN = 100;

/** What is wrong with a name. @param what how the message calls it */
type Problem = (what: string) => IllegalArgumentError;

/**
 * Says which names metrics and tags may have: letters of any script within the BMP, ASCII digits, `-_./` and what the operator added.
 * Mirrors Tags.validateString.
 */
export class NameValidator {
  /** What is known of each UTF-16 code unit: nothing (0) until somebody asks, since to look at all of them takes some ten milliseconds. */
  private readonly known = new Uint8Array(0x10000);

  /** @param specials `tsd.core.tag.allow_specialchars`: characters, without separators */
  constructor(
    private readonly codec: NameCodec,
    specials: string | null = null,
  ) {
    const others = `0123456789-_./${specials ?? ''}`;
    for (let i = 0; i < others.length; i++) this.known[others.charCodeAt(i)] = LEGAL;
  }

  /** For parsers that check code units or Latin-1 bytes as they go. */
  isLegal(codeUnit: number): boolean {
    const known = this.known[codeUnit];
    return known === LEGAL || (known === 0 && this.classify(codeUnit));
  }

  private classify(codeUnit: number): boolean {
    const legal = !isSurrogate(codeUnit) && LETTER.test(String.fromCharCode(codeUnit));
    this.known[codeUnit] = legal ? LEGAL : ILLEGAL;
    return legal;
  }

  /** Whether `validate` has nothing to say against a name. */
  accepts(name: string): boolean {
    return this.problemOf(name) === null;
  }

  /**
   * @param what how the message calls it, e.g. `metric name`
   * @throws IllegalArgumentError `Invalid WHAT: null`, `Invalid WHAT: empty string`, `Invalid WHAT ("NAME"): illegal character: C`, and for names
   * that the charset of the UID table can't hold, `Invalid WHAT ("NAME"): character not in ISO-8859-1: C`; `row key too long: N bytes long ...`
   */
  validate(what: string, name: string | null | undefined): void {
    if (name === null || name === undefined) throw new IllegalArgumentError(`Invalid ${what}: null`);
    const problem = this.problemOf(name);
    if (problem !== null) throw problem(what);
  }

  private problemOf(name: string): Problem | null {
    if (name === '') return (what) => new IllegalArgumentError(`Invalid ${what}: empty string`);
    let ascii = true;
    for (let i = 0; i < name.length; i++) {
      const c = name.charCodeAt(i);
      if (!this.isLegal(c)) return (what) => new IllegalArgumentError(`Invalid ${what} ("${name}"): illegal character: ${name[i]}`);
      if (c > 0x7f) ascii = false;
    }
    const { codec } = this;
    const lost = ascii ? null : codec.firstLost(name);
    if (lost !== null) return (what) => unstorable(`${what} ("${name}")`, lost, codec);
    const bytes = ascii ? name.length : codec.length(name);
    return bytes > MAX_NAME_BYTES ? () => nameTooLong(bytes, name) : null;
  }
}

/** Mirrors the storage client of the original, as far as it shows the name. */
export function nameTooLong(bytes: number, name: string): IllegalArgumentError {
  return new IllegalArgumentError(`row key too long: ${bytes} bytes long "${name.slice(0, SHOWN)}..."`);
}

/** A name that would come back as another one. 2.4.1 stores it with `?` for the character. */
export function unstorable(what: string, character: string, codec: NameCodec): IllegalArgumentError {
  return new IllegalArgumentError(`Invalid ${what}: character not in ${codec.charset}: ${character}`);
}
