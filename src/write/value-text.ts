import { encodeDouble, encodeFloat, encodeInteger, fitsInFloat, narrow, type EncodedValue } from '../schema';
import { parseLong } from '../util/java-long';
import { looksLikeInteger, parseJavaDouble, parseJavaFloat } from '../util/java-number-text';
import type { PointOrigin } from './types';

/** A value that was text: the number and its cell. */
export interface ReadValue extends EncodedValue {
  /** A bigint outside the safe integers. */
  number: number | bigint;
  isInteger: boolean;
}

/**
 * A value from its text, floats as wide as their source asks for: exact ones 4 bytes over telnet, always 8 over HTTP, always 4 in
 * an import. Mirrors PutDataPointRpc and TextImporter.
 * @throws NumberFormatError
 */
export function readValueText(text: string, source: PointOrigin): ReadValue {
  if (looksLikeInteger(text)) {
    const number = narrow(parseLong(text));
    return { number, isInteger: true, ...encodeInteger(number) };
  }
  if (source === 'import') {
    const number = parseJavaFloat(text);
    return { number, isInteger: false, ...encodeFloat(number) };
  }
  const number = parseJavaDouble(text);
  const encoded = source === 'telnet' && fitsInFloat(number) ? encodeFloat(number) : encodeDouble(number);
  return { number, isInteger: false, ...encoded };
}
