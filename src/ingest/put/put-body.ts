import { narrow } from '../../schema';
import { longOfNumber, longOfText } from '../../json';
import { ClientError } from '../../util/errors';
import { HASH_PRIME, HASH_SEED, hashName, type PointBuilder } from '../../write';
import { givePlaces, takePlaces } from './put-places';
import { ENCODED, JsonScanner, numberEnd, PLAIN } from './put-scanner';
import { METRIC_PART, NUMBER_PART, PutShape, TAG_PART, TEXT_PART, TIME_PART } from './put-shape';
import type { SentPoint } from './sent-point';

/** Places of a point's texts in the index: offset, end and kind each; kind 0: absent or null. */
const STRIDE = 13;
export const METRIC = 0;
export const VALUE = 3;
const TSUID = 6;
/** First tag, tags (-1: absent or null), and what is known of the element as a whole. */
const FIRST_TAG = 9;
const TAGS = 10;
const FORM = 11;
/** The element is null; it has the fields and the names of tags of the last one before it that is not null, in their order. */
const NULL_FORM = 1;
const FORM_BEFORE = 2;
/** The hash of a metric that is plain. */
export const METRIC_HASH = 12;
/** Offset, end and kind of a tag's key, and of its value, and their hashes where they are plain. */
const TAG_STRIDE = 8;
export const KEY_HASH = 6;
export const VALUE_HASH = 7;
/** A point is hardly shorter; the arrays grow when it is. */
const LEAST_BYTES = 64;
const MOST_FIRST_BYTES = 64 * 1024;
const FIELDS = ['metric', 'timestamp', 'value', 'tags', 'tsuid'].map((name) => Buffer.from(name));
const METRIC_FIELD = 0;
const TIMESTAMP_FIELD = 1;
const VALUE_FIELD = 2;
const TAGS_FIELD = 3;
const TSUID_FIELD = 4;
/** Digits of a timestamp that a number holds exactly. */
const EXACT_DIGITS = 15;
/** Constants of another module, held here: an import is looked up at every use. */
const SEED = HASH_SEED;
const PRIME = HASH_PRIME;

/** Bytes that stand for themselves in a string. */
const IN_STRING = new Uint8Array(256).fill(1, 0x20, 0x80);
IN_STRING[0x22] = 0;
IN_STRING[0x5c] = 0;

export const tooManyPoints = (limit: number): ClientError =>
  new ClientError(413, 'Request body too large', `The body of the request has more than the limit of ${limit} data points`);

/**
 * The points of a body as offsets into it: the whole body is read before anything is stored, since one bad element spoils the batch.
 * Fields that points don't have are stepped over; of a field given twice the last counts.
 */
export class PutBody {
  private readonly scanner: JsonScanner;
  private readonly shape = new PutShape();
  private index: Int32Array;
  private tags: Int32Array;
  private tagCount = 0;
  private times: Float64Array;
  /** Timestamps that a number can't hold. */
  private readonly longTimes = new Map<number, bigint>();
  private readonly isArray: boolean;
  private ended = false;
  /** Texts of other fields, by point, in the order of the fields. */
  private readonly extras = new Map<number, (string | null)[]>();
  size = 0;

  /**
   * @param start offset of the first byte that is no blank: `{` or `[`
   * @param extraFields texts that are read beside those of data points; others are stepped over
   * @param most points
   */
  constructor(
    readonly body: Buffer,
    start: number,
    private readonly extraFields: readonly string[] = [],
    private readonly most = Infinity,
  ) {
    const points = 1 + Math.ceil(Math.min(body.length, MOST_FIRST_BYTES) / LEAST_BYTES);
    const { index, tags, times } = takePlaces(points * STRIDE, points * 2 * TAG_STRIDE, points);
    this.index = index;
    this.tags = tags;
    this.times = times;
    this.scanner = new JsonScanner(body, start);
    this.isArray = this.scanner.accept(0x5b);
    if (this.isArray && this.scanner.accept(0x5d)) this.ended = true;
  }

  /** Nobody looks at the points any more. */
  release(): void {
    this.size = 0;
    givePlaces({ index: this.index, tags: this.tags, times: this.times });
  }

  /**
   * Reads on, some points or some bytes of them. What follows the first whole value is not looked at.
   * @returns false: all are read
   * @throws PutJsonError; ClientError 413 for too many points, or a point that is too long
   */
  read(points: number, bytes = Infinity): boolean {
    const scanner = this.scanner;
    const stop = scanner.at + bytes;
    for (let i = 0; i < points && scanner.at < stop && !this.ended; i++) {
      if (this.size === this.most) throw tooManyPoints(this.most);
      scanner.startElement();
      if (!this.shape.known || !this.sameShape()) this.point();
      if (!this.isArray) this.ended = true;
      else if (!scanner.accept(0x2c)) {
        scanner.expect(0x5d);
        this.ended = true;
      }
    }
    return !this.ended;
  }

  private point(): void {
    const scanner = this.scanner;
    if ((this.size + 1) * STRIDE > this.index.length) this.grow();
    const at = this.size * STRIDE;
    this.index.fill(0, at, at + STRIDE);
    this.index[at + FIRST_TAG] = this.tagCount;
    this.index[at + TAGS] = -1;
    this.times[this.size] = 0;
    const c = scanner.peek();
    if (c !== 0x7b) {
      if (c === 0x5b || c === 0x22) throw scanner.fail();
      scanner.scalar();
      if (!scanner.isNull()) throw scanner.fail();
      this.index[at + FORM] = NULL_FORM;
    } else {
      this.shape.begin(scanner.at++);
      if (!scanner.accept(0x7d)) this.fields(at);
      this.shape.end(scanner.at);
    }
    this.size++;
  }

  /** Reads a point that is written like the one before. @returns false: it is not, or there is no room for it: nothing was read */
  private sameShape(): boolean {
    const { scanner, shape, body, index, tags } = this;
    const at = this.size * STRIDE;
    const { partCount, tagCount } = shape;
    if (at + STRIDE > index.length || (this.tagCount + tagCount) * TAG_STRIDE > tags.length) return false;
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
        this.times[this.size] = time;
        continue;
      }
      let hash = SEED;
      if (kind === NUMBER_PART) p = numberEnd(body, from, end);
      else for (let c = 0; p < end && IN_STRING[(c = body[p])] === 1; p++) hash = Math.imul(hash ^ c, PRIME);
      if (p < 0) return false;
      if (kind === TAG_PART) {
        const place = (this.tagCount + tag) * TAG_STRIDE;
        tags[place] = shape.keys[3 * tag];
        tags[place + 1] = shape.keys[3 * tag + 1];
        tags[place + 2] = PLAIN;
        tags[place + 3] = from;
        tags[place + 4] = p;
        tags[place + 5] = PLAIN;
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
    index[at + FIRST_TAG] = this.tagCount;
    index[at + TAGS] = tagCount;
    index[at + FORM] = FORM_BEFORE;
    this.tagCount += tagCount;
    this.size++;
    scanner.at = p;
    return true;
  }

  private fields(at: number): void {
    const scanner = this.scanner;
    do {
      scanner.fieldName();
      switch (this.fieldOf()) {
        case METRIC_FIELD:
          this.text(at + METRIC);
          this.noteMetric(at);
          break;
        case TIMESTAMP_FIELD:
          this.timestamp();
          break;
        case VALUE_FIELD:
          this.text(at + VALUE);
          this.noteValue();
          break;
        case TAGS_FIELD:
          this.tagMap(at);
          break;
        case TSUID_FIELD:
          this.text(at + TSUID);
          this.shape.refuse();
          break;
        default:
          if (this.extraFields.length > 0) this.shape.refuse();
          if (this.extraFields.length === 0 || !this.extraField()) scanner.skip();
      }
    } while (scanner.accept(0x2c));
    scanner.expect(0x7d);
  }

  /** Which field the name last met is; -1: none that points have. */
  private fieldOf(): number {
    const { from, to, kind } = this.scanner;
    if (kind === ENCODED) return FIELDS.findIndex((name) => name.toString() === this.scanner.text(from, to, kind));
    const { body } = this;
    for (let field = 0; field < FIELDS.length; field++) {
      const name = FIELDS[field];
      if (name.length !== to - from) continue;
      let i = 0;
      while (i < name.length && name[i] === body[from + i]) i++;
      if (i === name.length) return field;
    }
    return -1;
  }

  /** @returns false: the name last met is none of those either */
  private extraField(): boolean {
    const { scanner } = this;
    const field = this.extraFields.indexOf(scanner.text(scanner.from, scanner.to, scanner.kind));
    if (field < 0) return false;
    this.scalar();
    const texts = this.extras.get(this.size) ?? this.extraFields.map(() => null);
    texts[field] = scanner.isNull() ? null : scanner.text(scanner.from, scanner.to, scanner.kind);
    this.extras.set(this.size, texts);
    return true;
  }

  /** A string field; numbers and booleans are as good. */
  private text(place: number): void {
    const scanner = this.scanner;
    this.scalar();
    this.index[place] = scanner.from;
    this.index[place + 1] = scanner.to;
    this.index[place + 2] = scanner.isNull() ? 0 : scanner.kind;
  }

  private noteMetric(at: number): void {
    const { from, to, kind, quoted } = this.scanner;
    if (kind === PLAIN) this.index[at + METRIC_HASH] = hashName(this.body, from, to);
    this.shape.part(METRIC_PART, from, to, quoted && kind === PLAIN);
  }

  private noteValue(): void {
    const { from, to, kind, quoted } = this.scanner;
    if (quoted) this.shape.part(TEXT_PART, from, to, kind === PLAIN);
    else this.shape.part(NUMBER_PART, from, to, numberEnd(this.body, from, to) === to);
  }

  private scalar(): void {
    const scanner = this.scanner;
    const c = scanner.peek();
    if (c === 0x22) scanner.string();
    else if (c === 0x7b || c === 0x5b) throw scanner.fail();
    else scanner.scalar();
  }

  private timestamp(): void {
    const scanner = this.scanner;
    this.scalar();
    const { body } = this;
    const { from, to } = scanner;
    this.longTimes.delete(this.size);
    let time = 0;
    if (to - from <= EXACT_DIGITS && scanner.kind !== ENCODED) {
      let p = from;
      for (; p < to && body[p] >= 0x30 && body[p] <= 0x39; p++) time = time * 10 + body[p] - 0x30;
      if (p === to) {
        this.times[this.size] = time;
        this.shape.part(TIME_PART, from, to, !scanner.quoted);
        return;
      }
    }
    this.shape.refuse();
    const exact = narrow(this.oddTimestamp(scanner.text(from, to, scanner.kind), scanner.quoted));
    this.times[this.size] = Number(exact);
    if (typeof exact === 'bigint') this.longTimes.set(this.size, exact);
  }

  /** As the binding makes a long of it: null and blank strings are 0, fractions are cut off. */
  private oddTimestamp(text: string, quoted: boolean): bigint {
    const value = quoted ? longOfText(text.trim()) : text === 'null' ? 0n : /^[tf]/.test(text) ? null : longOfNumber(text);
    if (value === null) throw this.scanner.fail();
    return value;
  }

  private tagMap(at: number): void {
    const scanner = this.scanner;
    const c = scanner.peek();
    // Of tags that are given twice the last count.
    if (this.shape.tagCount > 0) this.shape.refuse();
    this.index[at + FIRST_TAG] = this.tagCount;
    if (c !== 0x7b) {
      if (c === 0x5b || c === 0x22) throw scanner.fail();
      scanner.scalar();
      if (!scanner.isNull()) throw scanner.fail();
      this.index[at + TAGS] = -1;
      this.shape.refuse();
      return;
    }
    scanner.at++;
    if (!scanner.accept(0x7d)) {
      do {
        this.tag();
      } while (scanner.accept(0x2c));
      scanner.expect(0x7d);
    }
    this.index[at + TAGS] = this.tagCount - this.index[at + FIRST_TAG];
  }

  private tag(): void {
    const scanner = this.scanner;
    if ((this.tagCount + 1) * TAG_STRIDE > this.tags.length) {
      const grown = new Int32Array(this.tags.length * 2);
      grown.set(this.tags);
      this.tags = grown;
    }
    const place = this.tagCount * TAG_STRIDE;
    const { tags } = this;
    scanner.fieldName();
    tags[place] = scanner.from;
    tags[place + 1] = scanner.to;
    tags[place + 2] = scanner.kind;
    const hash = scanner.kind === PLAIN ? hashName(this.body, scanner.from, scanner.to) : 0;
    tags[place + KEY_HASH] = hash;
    this.shape.tag(scanner.from, scanner.to, hash);
    this.scalar();
    const plain = scanner.kind === PLAIN;
    tags[place + 3] = scanner.from;
    tags[place + 4] = scanner.to;
    tags[place + 5] = scanner.isNull() ? 0 : scanner.kind;
    if (plain) tags[place + VALUE_HASH] = hashName(this.body, scanner.from, scanner.to);
    this.shape.part(TAG_PART, scanner.from, scanner.to, plain && scanner.quoted && tags[place + 2] === PLAIN);
    this.tagCount++;
  }

  private grow(): void {
    const index = new Int32Array(this.index.length * 2);
    index.set(this.index);
    this.index = index;
    const times = new Float64Array(this.times.length * 2);
    times.set(this.times);
    this.times = times;
  }

  /** A number of the point's index; see the places above. */
  place(point: number, place: number): number {
    return this.index[point * STRIDE + place];
  }

  timestampOf(point: number): number {
    return this.times[point];
  }

  /** -1: the point has no tags. */
  tagsOf(point: number): number {
    return this.index[point * STRIDE + TAGS];
  }

  /** Whether a point's tags have the names of those of the point before, nulls aside, in the same order; all texts of both are plain then. */
  isLikeBefore(point: number): boolean {
    return this.index[point * STRIDE + FORM] === FORM_BEFORE;
  }

  /** A number of a tag's: see TAG_STRIDE. */
  tagPlace(point: number, tag: number, place: number): number {
    return this.tags[(this.index[point * STRIDE + FIRST_TAG] + tag) * TAG_STRIDE + place];
  }

  /** Tells a builder which values the tags of some points have. */
  expectValues(builder: PointBuilder, from: number, to: number): void {
    const first = this.index[from * STRIDE + FIRST_TAG];
    const end = to === this.size ? this.tagCount : this.index[to * STRIDE + FIRST_TAG];
    builder.expectValues(this.tags, first * TAG_STRIDE + VALUE_HASH, end * TAG_STRIDE, TAG_STRIDE);
  }

  /** The point with its texts; null for an element that is null. */
  pointAt(point: number): SentPoint | null {
    const at = point * STRIDE;
    if (this.index[at + FORM] === NULL_FORM) return null;
    const count = this.tagsOf(point);
    let tags: Map<string, string | null> | null = null;
    if (count >= 0) {
      tags = new Map();
      for (let i = 0; i < count; i++) {
        const place = (this.index[at + FIRST_TAG] + i) * TAG_STRIDE;
        tags.set(this.decoded(this.tags, place) as string, this.decoded(this.tags, place + 3));
      }
    }
    return {
      metric: this.decoded(this.index, at + METRIC),
      timestamp: this.longTimes.get(point) ?? this.times[point],
      value: this.decoded(this.index, at + VALUE),
      tags,
      tsuid: this.decoded(this.index, at + TSUID),
    };
  }

  /** The text of an extra field; null: absent or null. @param field its position in the list of extra fields */
  extraAt(point: number, field: number): string | null {
    return this.extras.get(point)?.[field] ?? null;
  }

  private decoded(places: Int32Array, place: number): string | null {
    const kind = places[place + 2];
    return kind === 0 ? null : this.scanner.text(places[place], places[place + 1], kind);
  }
}
