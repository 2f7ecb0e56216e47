import { parseNumberFormat, parseTimeFormat } from '../../../src/chart/format';
import { parseRange } from '../state/range';

// What the page can tell before it asks. All else is the TSD's to refuse, in its words.

/** Characters of metrics and tags: letters of any script, digits and `-_./`. */
export const isName = (text: string): boolean => /^[\p{L}\p{N}\-_./]+$/u.test(text);
/** `10m`, `500ms`, `1dc`, `0all`. */
export const isInterval = (text: string): boolean => /^(?:[1-9][0-9]*(?:ms|[smhdwny])c?|[0-9]*allc?)$/.test(text);
export const isRange = (text: string): boolean => text === '' || parseRange(text) !== null;
export const isNumberFormat = (text: string): boolean => text === '' || parseNumberFormat(text) !== null;
export const isTimeFormat = (text: string): boolean => text === '' || parseTimeFormat(text) !== null;
/** `WIDTHxHEIGHT`, each 100 or more. */
export const isSize = (text: string): boolean => text === '' || parseSize(text) !== null;

export function parseSize(text: string): { width: number; height: number } | null {
  const found = /^([0-9]{3,5})x([0-9]{3,5})$/.exec(text);
  return found && { width: Number(found[1]), height: Number(found[2]) };
}
