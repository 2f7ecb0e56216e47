import { DEFAULT_LEGEND, type Legend } from '../../../chart';
import { ClientError } from '../../../util/errors';

type Change = Partial<Legend>;

/** gnuplot's words for where a legend is and how it looks. */
const WORDS: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['default', DEFAULT_LEGEND],
  ['on', {}],
  ['inside', { place: 'inside' }],
  ['outside', { place: 'outside' }],
  ['lmargin', { place: 'outside', horizontal: 'left' }],
  ['rmargin', { place: 'outside', horizontal: 'right' }],
  ['tmargin', { place: 'outside', horizontal: 'center', vertical: 'top' }],
  ['bmargin', { place: 'outside', horizontal: 'center', vertical: 'bottom' }],
  ['above', { place: 'outside', horizontal: 'center', vertical: 'top' }],
  ['over', { place: 'outside', horizontal: 'center', vertical: 'top' }],
  ['below', { place: 'outside', horizontal: 'center', vertical: 'bottom' }],
  ['under', { place: 'outside', horizontal: 'center', vertical: 'bottom' }],
  ['left', { horizontal: 'left' }],
  ['right', { horizontal: 'right' }],
  ['top', { vertical: 'top' }],
  ['bottom', { vertical: 'bottom' }],
  ['vertical', { layout: 'vertical' }],
  ['horizontal', { layout: 'horizontal' }],
  ['box', { box: true }],
  ['nobox', { box: false }],
  ['reverse', { reverse: true }],
  ['noreverse', { reverse: false }],
  ['invert', { invert: true }],
  ['noinvert', { invert: false }],
  ['autotitle', {}],
  ['Left', {}],
  ['Right', {}],
]);
/** `center` is of the direction that nothing was said about; said twice, of both. */
const CENTER = 'center';
const MAX_LENGTH = 200;
const LEAST_PREFIX = 3;

/**
 * Where the legend is: words of gnuplot's `set key`, which may be cut short to three letters or one (`out`, `bot`, `horiz`, `t`).
 * @throws ClientError 400 for any other word
 */
export function parseLegend(name: string, text: string): Legend {
  let legend: Legend = { ...DEFAULT_LEGEND, box: false };
  const said = { horizontal: false, vertical: false };
  let centers = 0;
  const words = text.length > MAX_LENGTH ? [text] : text.split(' ').filter((word) => word !== '');
  for (const word of words) {
    const full = fullWord(word);
    if (full === null) {
      const known = [...WORDS.keys(), CENTER].join('|');
      throw new ClientError(400, `'${name}' was invalid. Must be words of ${known}`);
    }
    if (full === CENTER) centers++;
    const change = WORDS.get(full) ?? {};
    said.horizontal ||= change.horizontal !== undefined;
    said.vertical ||= change.vertical !== undefined;
    legend = { ...legend, ...change };
  }
  if (centers > 0 && !said.vertical) legend = { ...legend, vertical: 'center' };
  if (centers > 0 && !said.horizontal && (said.vertical || centers > 1)) legend = { ...legend, horizontal: 'center' };
  return legend;
}

function fullWord(word: string): string | null {
  if (WORDS.has(word) || word === CENTER) return word;
  if (word.length < LEAST_PREFIX && word.length !== 1) return null;
  const one: Readonly<Record<string, string>> = { l: 'left', r: 'right', t: 'top', b: 'bottom', c: CENTER };
  if (word.length === 1) return Object.hasOwn(one, word) ? one[word] : null;
  const longer = [...WORDS.keys(), CENTER].filter((known) => known.startsWith(word));
  return longer.length === 1 ? longer[0] : null;
}
