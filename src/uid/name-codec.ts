import { IllegalArgumentError } from '../util/errors';

/** How names stand in the UID table. */
export type NameCharset = 'ISO-8859-1' | 'UTF-8';

/** A name as the UID table has it. */
export interface StoredName {
  name: string;
  /** False: the bytes aren't text of the charset (they are from before it was changed), and the name is only for showing. */
  exact: boolean;
}

/** The longest row key that HBase takes. */
export const MAX_NAME_BYTES = 32_767;

/**
 * Names to bytes and back, without loss: a name that the charset can't hold is refused. (2.4.1 stores `?` for it, so that different names
 * share one UID.)
 */
export class NameCodec {
  /** What Node calls the charset. */
  readonly encoding: 'utf8' | 'latin1';

  constructor(readonly charset: NameCharset = 'ISO-8859-1') {
    this.encoding = charset === 'UTF-8' ? 'utf8' : 'latin1';
  }

  /** @throws IllegalArgumentError for any spelling but those of the two charsets */
  static of(charset: string | null): NameCodec {
    const name = (charset ?? '').trim().toUpperCase();
    if (name === '' || name === 'ISO-8859-1' || name === 'LATIN1') return new NameCodec('ISO-8859-1');
    if (name === 'UTF-8' || name === 'UTF8') return new NameCodec('UTF-8');
    throw new IllegalArgumentError(`Unsupported tsd.core.uid.charset: ${charset}`);
  }

  /** The first character that can't be stored; null: all can. */
  firstLost(name: string): string | null {
    if (this.charset === 'UTF-8') return /\p{Surrogate}/u.exec(name)?.[0] ?? null;
    for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 0xff) return String.fromCodePoint(name.codePointAt(i)!);
    return null;
  }

  /** Bytes of the name. */
  length(name: string): number {
    return this.charset === 'UTF-8' ? Buffer.byteLength(name) : name.length;
  }

  /** The name's bytes; null for a name that can't be stored: they would not give it back, or are too many for a row key. */
  encode(name: string): Buffer | null {
    if (name.length > MAX_NAME_BYTES || this.firstLost(name) !== null) return null;
    const bytes = Buffer.from(name, this.encoding);
    return bytes.length > MAX_NAME_BYTES ? null : bytes;
  }

  decode(bytes: Buffer): StoredName {
    if (this.charset === 'ISO-8859-1') return { name: bytes.toString('latin1'), exact: true };
    const name = bytes.toString('utf8');
    return Buffer.from(name, 'utf8').equals(bytes) ? { name, exact: true } : { name: bytes.toString('latin1'), exact: false };
  }
}
