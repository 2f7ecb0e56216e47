import { IllegalArgumentError } from '../util/errors';
import { MAX_NAME_BYTES, type NameCodec } from './name-codec';

/** One entry for each UTF-16 code unit: 1 where a name may contain it. */
function tableOf(specials: string): Uint8Array {
  const legal = new Uint8Array(0x10000);
  const letter = /^\p{L}$/u;
  for (let c = 0; c < 0x10000; c++) if (c < 0xd800 || c > 0xdfff) legal[c] = letter.test(String.fromCharCode(c)) ? 1 : 0;
  for (const c of '0123456789-_./') legal[c.charCodeAt(0)] = 1;
  for (let i = 0; i < specials.length; i++) legal[specials.charCodeAt(i)] = 1;
  return legal;
}

/** Characters of a long name that a message shows. */
const SHOWN = 100;

/** What is wrong with a name. @param what how the message calls it */
type Problem = (what: string) => IllegalArgumentError;

/** Built once: classifying 65,536 code units takes some ten milliseconds. */
let letters: Uint8Array | undefined;

/**
 * Says which names metrics and tags may have: letters of any script within the BMP, ASCII digits, `-_./` and what the operator added.
 * Mirrors Tags.validateString.
 */
export class NameValidator {
  private readonly legal: Uint8Array;

  /** @param specials `tsd.core.tag.allow_specialchars`: characters, without separators */
  constructor(
    private readonly codec: NameCodec,
    specials: string | null = null,
  ) {
    letters ??= tableOf('');
    this.legal = specials ? tableOf(specials) : letters;
  }

  /** For parsers that check code units or Latin-1 bytes as they go. */
  isLegal(codeUnit: number): boolean {
    return this.legal[codeUnit] === 1;
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
      if (this.legal[c] !== 1) return (what) => new IllegalArgumentError(`Invalid ${what} ("${name}"): illegal character: ${name[i]}`);
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
