import {
  parseNumberFormat,
  parseTimeFormat,
  SERIES_STYLES,
  SMOOTHINGS,
  type ChartDescription,
  type SeriesStyle,
  type Smoothing,
  type ValueAxis,
} from '../../../chart';
import { ClientError } from '../../../util/errors';

// Each parameter of a graph has a closed grammar: what is not in it is refused with the original's text for it, and what is in it becomes a
// value. Nothing of a text reaches a file name, a file or another program; it is only ever drawn, by this program.

type Size = ChartDescription['size'];
type Range = Pick<ValueAxis, 'min' | 'max'>;

export const DEFAULT_SIZE: Size = { width: 1024, height: 768 };
const LEAST_PIXELS = 100;
/** A picture of both takes 16 MB while it is painted. */
const MOST_PIXELS = 4096;
const JAVA_SHORT = 32_767;
const JAVA_INT = 0x7fff_ffff;
const MAX_TEXT = 200;

const DECIMAL = '[-+]?(?:\\d{1,40}(?:\\.\\d{0,40})?|\\.\\d{1,40})(?:[eE][-+]?\\d{1,3})?';
const RANGE = new RegExp(`^\\[\\s?(${DECIMAL})?\\s?:\\s?(${DECIMAL})?\\s?\\]$`);
/** Letters and digits of any script, and marks that mean nothing to shells, plotting programs or browsers. */
const PLAIN_TEXT = /^[\p{L}\p{M}\p{N} _.,:/()[\]+\-=%@°€£¥]+$/u;
const COLOR = /^x([0-9a-fA-F]{6})$/;

const invalid = (name: string, rule: string): ClientError => new ClientError(400, `'${name}' was invalid. ${rule}`);
const mustSatisfy = (name: string, pattern: string): ClientError => invalid(name, `Must satisfy the pattern ${pattern}`);

/** `WIDTHxHEIGHT`; empty: the default. @throws ClientError 400 */
export function parseSize(name: string, text: string): Size {
  if (text === '') return DEFAULT_SIZE;
  const found = /^([0-9]+)x([0-9]+)$/.exec(text);
  if (found === null) throw mustSatisfy(name, '^\\d+x\\d+$');
  const [width, height] = found.slice(1).map((digits) => pixels(name, text, digits));
  if (width < LEAST_PIXELS || height < LEAST_PIXELS) throw new ClientError(400, `Parameter ${name} too short: ${text}`);
  if (width > MOST_PIXELS || height > MOST_PIXELS)
    throw new ClientError(400, `Invalid ${name} parameter: ${text}: at most ${MOST_PIXELS}x${MOST_PIXELS}`);
  return { width, height };
}

function pixels(name: string, size: string, digits: string): number {
  const number = Number(digits);
  const shown = digits.slice(0, 40);
  if (number > JAVA_INT) throw new ClientError(400, `Can't parse ${name} '${size.slice(0, 80)}': For input string: "${shown}"`);
  if (number > JAVA_SHORT) throw new ClientError(400, `Can't parse ${name} '${size}': Value out of range. Value:"${digits}" Radix:10`);
  return number;
}

/** `[min:max]`, each a decimal number or left out. @throws ClientError 400 */
export function parseRange(name: string, text: string): Range {
  const found = RANGE.exec(text);
  const [min, max] = (found ?? []).slice(1, 3).map((number: string | undefined) => (number === undefined ? null : Number(number)));
  const finite = (number: number | null): boolean => number === null || Number.isFinite(number);
  if (found === null || !finite(min) || !finite(max) || (min !== null && min === max)) {
    throw invalid(name, 'Must be in the format [min:max].');
  }
  return { min, max };
}

/** A title or a label. @throws ClientError 400 */
export function parseText(name: string, text: string): string {
  if (text.length > MAX_TEXT || !PLAIN_TEXT.test(text)) throw mustSatisfy(name, '[a-zA-z0-9 \\-_]');
  return text;
}

/** @throws ClientError 400 unless it is a format of numbers */
export function parseNumberLabels(name: string, text: string): string {
  if (parseNumberFormat(text) === null) throw mustSatisfy(name, '(%[a-zA-Z])+[:\\/]?\\s?');
  return text;
}

/** @throws ClientError 400 unless it is a format of times */
export function parseTimeLabels(name: string, text: string): string {
  if (parseTimeFormat(text) === null) throw mustSatisfy(name, '(%[a-zA-Z])+[:\\/]?\\s?');
  return text;
}

/** `xRRGGBB`. @returns `#rrggbb` @throws ClientError 400 */
export function parseColor(name: string, text: string): string {
  const found = COLOR.exec(text);
  if (found === null) throw invalid(name, "Must be a hex value e.g. 'xFFFFFF'");
  return `#${found[1].toLowerCase()}`;
}

/** The original's words, and `lines` and `stacked`. @throws ClientError 400 */
export function parseStyle(name: string, text: string): SeriesStyle {
  const word = text === 'linespoints' ? 'linespoint' : text;
  const style = SERIES_STYLES.find((known) => known === word);
  if (style === undefined) throw mustSatisfy(name, '(linespoint|points|circles|dots)');
  return style;
}

/** @throws ClientError 400 */
export function parseSmoothing(name: string, text: string): Smoothing {
  const words = SMOOTHINGS.filter((word) => word !== 'none');
  const smoothing = words.find((known) => known === text);
  if (smoothing === undefined) throw mustSatisfy(name, words.join('|'));
  return smoothing;
}

/** Parameters that count by their presence; a value means nothing, and looks like it. @throws ClientError 400 */
export function parseFlag(name: string, text: string): true {
  if (!/^[\w.-]{0,64}$/.test(text)) throw invalid(name, 'It takes no value.');
  return true;
}
