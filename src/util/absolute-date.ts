import { IllegalArgumentError } from './errors';
import { TimeZone } from './time-zone';

/** A lenient reader of `yyyy/MM/dd` and longer, as java.text.SimpleDateFormat is. */
class LenientReader {
  private at = 0;
  constructor(private readonly text: string) {}

  /** A number after optional blanks; a minus is part of it. null: there is none here. */
  number(): number | null {
    const match = /^[ \t]*(-?[0-9]+)/.exec(this.text.slice(this.at));
    if (match === null) return null;
    this.at += match[0].length;
    return Number(match[1]);
  }

  literal(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }
}

/**
 * An absolute date, its form chosen by its length: 10 `yyyy/MM/dd`, 16 `yyyy/MM/dd-HH:mm`, 19 `yyyy/MM/dd-HH:mm:ss`, a blank for the
 * hyphen. Fields roll over (`2013/13/45`), and what follows the last field inside the length is ignored, as in the original.
 * @param timeZone '' for the process's own
 * @returns milliseconds since the epoch
 * @throws IllegalArgumentError `Invalid absolute date: X`, `Invalid date: X. Unparseable date: "X"`, `Invalid timezone name: Z`
 */
export function parseAbsoluteDate(text: string, timeZone: string): number {
  const separators = { 10: '//', 16: '// :', 19: '// ::' }[text.length];
  if (separators === undefined) throw new IllegalArgumentError(`Invalid absolute date: ${text}`);
  const zone = timeZone === '' ? TimeZone.system() : TimeZone.of(timeZone);
  const blank = text.includes('-') ? '-' : ' ';
  const reader = new LenientReader(text);
  const fields: number[] = [];
  for (let i = 0; i <= separators.length; i++) {
    const value = i === 0 || reader.literal(separators[i - 1] === ' ' ? blank : separators[i - 1]) ? reader.number() : null;
    if (value === null) throw new IllegalArgumentError(`Invalid date: ${text}. Unparseable date: "${text}"`);
    fields.push(value);
  }
  const [year, month, day, hour = 0, minute = 0, second = 0] = fields;
  const local = new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000;
  return zone.toUtc(local);
}
