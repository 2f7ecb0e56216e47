import { HASH_PRIME, HASH_SEED } from '../../write';
import * as numbers from './put-places';
import { numberEnd, PLAIN as PLAIN_TEXT, type JsonScanner } from './put-scanner';
import * as shapes from './put-shape';

/** Digits of a timestamp that a number holds exactly. */
export const EXACT_DIGITS = 15;

/** Constants of other modules, held here: an import is looked up at every use. */
const SEED = HASH_SEED;
const PRIME = HASH_PRIME;
const PLAIN = PLAIN_TEXT;
const {
  STRIDE,
  METRIC,
  VALUE,
  TSUID,
  FIRST_TAG,
  TAGS,
  FORM,
  FORM_BEFORE,
  METRIC_HASH,
  TAG_STRIDE,
  TAG_KEY,
  TAG_VALUE,
  KEY_HASH,
  VALUE_HASH,
} = numbers;
const { METRIC_PART, NUMBER_PART, TAG_PART, TIME_PART } = shapes;

/** Bytes that stand for themselves in a string. */
const IN_STRING = new Uint8Array(256).fill(1, 0x20, 0x80);
IN_STRING[0x22] = 0;
IN_STRING[0x5c] = 0;

/** Reads a point that is written like the one before. @returns false: it is not, or there is no room for it: nothing was read */
export function readAlike(shape: shapes.PutShape, scanner: JsonScanner, places: numbers.PutPlaces): boolean {
  const { body } = scanner;
  const { index, tags } = places;
  const at = places.size * STRIDE;
  const { partCount, tagCount } = shape;
  if (at + STRIDE > index.length || (places.tagCount + tagCount) * TAG_STRIDE > tags.length) return false;
  scanner.peek();
  const { end } = scanner;
  let p = scanner.at;
  let tag = 0;
  for (let part = 0; ; part++) {
    const linkTo = shape.linkTo[part];
    let link = shape.linkFrom[part];
    if (p + linkTo - link > end) return false;
    while (link < linkTo) if (body[p++] !== body[link++]) return false;
    if (part === partCount) break;
    const kind = shape.parts[part];
    const from = p;
    if (kind === TIME_PART) {
      let time = 0;
      for (; p < end && body[p] >= 0x30 && body[p] <= 0x39; p++) time = time * 10 + body[p] - 0x30;
      if (p === from || p - from > EXACT_DIGITS || (body[from] === 0x30 && p > from + 1)) return false;
      places.times[places.size] = time;
      continue;
    }
    let hash = SEED;
    if (kind === NUMBER_PART) p = numberEnd(body, from, end);
    else for (let c = 0; p < end && IN_STRING[(c = body[p])] === 1; p++) hash = Math.imul(hash ^ c, PRIME);
    if (p < 0) return false;
    if (kind === TAG_PART) {
      const place = (places.tagCount + tag) * TAG_STRIDE;
      tags[place + TAG_KEY] = shape.keys[3 * tag];
      tags[place + TAG_KEY + 1] = shape.keys[3 * tag + 1];
      tags[place + TAG_KEY + 2] = PLAIN;
      tags[place + TAG_VALUE] = from;
      tags[place + TAG_VALUE + 1] = p;
      tags[place + TAG_VALUE + 2] = PLAIN;
      tags[place + KEY_HASH] = shape.keys[3 * tag + 2];
      tags[place + VALUE_HASH] = hash;
      tag++;
      continue;
    }
    const place = kind === METRIC_PART ? at + METRIC : at + VALUE;
    index[place] = from;
    index[place + 1] = p;
    index[place + 2] = PLAIN;
    if (kind === METRIC_PART) index[at + METRIC_HASH] = hash;
  }
  index[at + TSUID + 2] = 0;
  index[at + FIRST_TAG] = places.tagCount;
  index[at + TAGS] = tagCount;
  index[at + FORM] = FORM_BEFORE;
  places.tagCount += tagCount;
  places.size++;
  scanner.at = p;
  return true;
}
