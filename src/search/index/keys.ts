import { isMilliseconds, toMilliseconds } from '../../schema';
import { UID_KINDS, type UidKind } from '../../uid';

/**
 * Rows of the index, by their first byte; a row is a key and mostly nothing else.
 *
 *   N kind UID              a name: JSON, see names.ts
 *   W kind term 0 UID       a term of a name: the whole name, and each of its words
 *   E kind UID              a name of which more is known than that it is there
 *   S TSUID                 a series: when it was created (8 bytes), behind that what else is known of it as JSON
 *   V tagv-UID TSUID        the series of a tag value
 *   D TSUID                 a series of which more is known than that it is there
 *   A time unit TSUID       an annotation: JSON; time in milliseconds (8 bytes), the unit of the start time that clients use (1 byte)
 *   M name                  what the index knows about itself
 */
const SPACES = { name: 'N', term: 'W', describedName: 'E', series: 'S', ofValue: 'V', describedSeries: 'D', note: 'A', own: 'M' } as const;
export type Space = keyof typeof SPACES;

/** Bytes of a term; of longer ones the beginning, with a mark. */
const MAX_TERM_BYTES = 240;
const CUT = Buffer.of(1);
const END = Buffer.of(0);

const first: Readonly<Record<Space, Buffer>> = Object.fromEntries(
  Object.entries(SPACES).map(([space, letter]) => [space, Buffer.from(letter)]),
) as Record<Space, Buffer>;

export function keyOf(space: Space, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([first[space], ...parts]);
}

const KINDS: Readonly<Record<UidKind, Buffer>> = { metrics: Buffer.of(0), tagk: Buffer.of(1), tagv: Buffer.of(2) };

export const kindByte = (kind: UidKind): Buffer => KINDS[kind];
export const kindOfByte = (byte: number): UidKind => UID_KINDS[byte];

/** A term as it stands in keys, without its end. @param term lower case */
export function termBytes(term: string): Buffer {
  const bytes = Buffer.from(term.replaceAll('\0', '\u0001'));
  return bytes.length <= MAX_TERM_BYTES ? bytes : Buffer.concat([bytes.subarray(0, MAX_TERM_BYTES), CUT]);
}

/** Whether a term stands in keys with its beginning only. */
export const isCut = (term: Buffer): boolean => term.length > MAX_TERM_BYTES;

export const termKey = (kind: UidKind, term: string, uid: Buffer): Buffer => keyOf('term', kindByte(kind), termBytes(term), END, uid);

/** What the keys of all names with exactly this term begin with. */
export const termPrefix = (kind: UidKind, term: string): Buffer => keyOf('term', kindByte(kind), termBytes(term), END);

/** What an annotation is told from others by: its cell. */
export interface NoteKey {
  /** Upper-case hexadecimal; empty: of no series. */
  readonly tsuid: string;
  /** Seconds or milliseconds, as the client sends it. */
  readonly startTime: number;
}

/** A start time in milliseconds can name the cell of one in seconds, see annotationColumn: both are one annotation then. */
export function noteKey({ tsuid, startTime }: NoteKey): Buffer {
  const ms = toMilliseconds(startTime);
  const folds = ms % 1000 === 0 && ms % 1_000_000 !== 0;
  const time = Buffer.alloc(9);
  time.writeBigUInt64BE(BigInt(ms));
  time[8] = isMilliseconds(startTime) && !folds ? 1 : 0;
  return keyOf('note', time, Buffer.from(tsuid, 'hex'));
}

export function noteOfKey(key: Buffer): NoteKey {
  const ms = Number(key.readBigUInt64BE(1));
  return { tsuid: key.subarray(10).toString('hex').toUpperCase(), startTime: key[9] === 0 ? ms / 1000 : ms };
}
