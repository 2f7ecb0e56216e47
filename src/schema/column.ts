import { isMsByte } from './qualifier';

/**
 * What a column of a data row holds, by its qualifier:
 *   `seconds`, `milliseconds`: one point; `compacted`: several (or a malformed single one, which reading it reports);
 *   `annotation`, `append`, `histogram`: as they say; `unknown`: an odd length with another first byte, or no qualifier at all.
 */
export type ColumnKind = 'seconds' | 'milliseconds' | 'compacted' | 'annotation' | 'append' | 'histogram' | 'unknown';

/** First byte of the qualifiers that have an odd length. */
export const ANNOTATION_PREFIX = 0x01;
export const APPEND_PREFIX = 0x05;
export const HISTOGRAM_PREFIX = 0x06;

/**
 * The kind of the column whose qualifier stands at `at`. The length's parity comes before the first byte: second
 * qualifiers of offsets 16 to 31 s start with 01, 80 to 95 s with 05, 96 to 111 s with 06.
 */
export function columnKindAt(bytes: Uint8Array, at: number, length: number): ColumnKind {
  if ((length & 1) === 0) {
    if (length === 2) return isMsByte(bytes[at]) ? 'compacted' : 'seconds';
    if (length === 4) return isMsByte(bytes[at]) ? 'milliseconds' : 'compacted';
    return length === 0 ? 'unknown' : 'compacted';
  }
  switch (bytes[at]) {
    case ANNOTATION_PREFIX:
      return 'annotation';
    case APPEND_PREFIX:
      return 'append';
    case HISTOGRAM_PREFIX:
      return 'histogram';
    default:
      return 'unknown';
  }
}

/** See columnKindAt. */
export function columnKind(qualifier: Uint8Array): ColumnKind {
  return columnKindAt(qualifier, 0, qualifier.length);
}
