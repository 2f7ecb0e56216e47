import { IllegalArgumentError } from '../util/errors';

/** A `\u` escape that isn't followed by four hex digits. Java's text. */
export class MalformedEscapeError extends IllegalArgumentError {
  constructor() {
    super('Malformed \\uxxxx encoding.');
    this.name = 'MalformedEscapeError';
  }
}

const BLANKS = new Set([' ', '\t', '\f']);
const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/**
 * Reads Java's *properties* syntax: ISO-8859-1, whole-line comments, `=`, `:` or blanks as separator, continuation lines,
 * escapes; trailing blanks belong to the value; the last of two equal keys wins. Mirrors java.util.Properties.load.
 *
 * @throws MalformedEscapeError
 */
export function parseProperties(bytes: Buffer): Map<string, string> {
  const out = new Map<string, string>();
  for (const line of logicalLines(bytes.toString('latin1'))) {
    let end = 0;
    while (end < line.length && !BLANKS.has(line[end]) && line[end] !== '=' && line[end] !== ':') end += line[end] === '\\' ? 2 : 1;
    end = Math.min(end, line.length);
    let from = end;
    while (from < line.length && BLANKS.has(line[from])) from++;
    if (line[from] === '=' || line[from] === ':') from++;
    while (from < line.length && BLANKS.has(line[from])) from++;
    out.set(unescape(line.slice(0, end)), unescape(line.slice(from)));
  }
  return out;
}

/** Natural lines without comments and blank lines, joined where one ends in an odd number of backslashes. */
function* logicalLines(text: string): Generator<string> {
  let joined: string | null = null;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line: string = natural.replace(/^[ \t\f]+/, '');
    if (joined === null && (line === '' || line[0] === '#' || line[0] === '!')) continue;
    const whole: string = (joined ?? '') + line;
    if (/\\*$/.exec(line)![0].length % 2 === 1) {
      joined = whole.slice(0, -1);
    } else {
      joined = null;
      yield whole;
    }
  }
  if (joined !== null) yield joined;
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') {
      out += text[i];
      continue;
    }
    const c = text[++i];
    if (c === undefined) break;
    if (c === 'u') {
      const hex = text.slice(i + 1, i + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new MalformedEscapeError();
      out += String.fromCharCode(parseInt(hex, 16));
      i += 4;
    } else {
      out += ESCAPES[c] ?? c;
    }
  }
  return out;
}
