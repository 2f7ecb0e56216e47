import { longOfNumber, longOfText } from '../../json';
import { narrow } from '../../schema';
import { hashName } from '../../write';
import { EXACT_DIGITS } from './alike-point';
import { FIRST_TAG, KEY_HASH, METRIC, METRIC_HASH, TAG_KEY, TAG_VALUE, TAGS, TSUID, VALUE, VALUE_HASH, type PutPlaces } from './put-places';
import { ENCODED, numberEnd, PLAIN, type JsonScanner } from './put-scanner';
import { METRIC_PART, NUMBER_PART, TAG_PART, TEXT_PART, TIME_PART, type PutShape } from './put-shape';

const FIELDS = ['metric', 'timestamp', 'value', 'tags', 'tsuid'].map((name) => Buffer.from(name));
const METRIC_FIELD = 0;
const TIMESTAMP_FIELD = 1;
const VALUE_FIELD = 2;
const TAGS_FIELD = 3;
const TSUID_FIELD = 4;

/**
 * Reads the fields of a point one by one, and notes its shape for the next ones. Fields that points don't have are stepped over; of a field
 * given twice the last counts.
 */
export class PointFields {
  /** Timestamps that a number can't hold, by point. */
  readonly longTimes = new Map<number, bigint>();
  /** Texts of other fields, by point, in the order of the fields. */
  readonly extras = new Map<number, (string | null)[]>();

  /** @param extraFields texts that are read beside those of data points */
  constructor(
    private readonly scanner: JsonScanner,
    private readonly places: PutPlaces,
    private readonly shape: PutShape,
    private readonly extraFields: readonly string[],
  ) {}

  /** Reads on behind an opening brace, into the place of the next point. @param at where its numbers begin. @throws PutJsonError */
  read(at: number): void {
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
    const { body, from, to, kind } = this.scanner;
    if (kind === ENCODED) return FIELDS.findIndex((name) => name.toString() === this.scanner.text(from, to, kind));
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
    const texts = this.extras.get(this.places.size) ?? this.extraFields.map(() => null);
    texts[field] = scanner.isNull() ? null : scanner.text(scanner.from, scanner.to, scanner.kind);
    this.extras.set(this.places.size, texts);
    return true;
  }

  /** A string field; numbers and booleans are as good. */
  private text(place: number): void {
    const scanner = this.scanner;
    this.scalar();
    this.places.index[place] = scanner.from;
    this.places.index[place + 1] = scanner.to;
    this.places.index[place + 2] = scanner.isNull() ? 0 : scanner.kind;
  }

  private noteMetric(at: number): void {
    const { body, from, to, kind, quoted } = this.scanner;
    if (kind === PLAIN) this.places.index[at + METRIC_HASH] = hashName(body, from, to);
    this.shape.part(METRIC_PART, from, to, quoted && kind === PLAIN);
  }

  private noteValue(): void {
    const { body, from, to, kind, quoted } = this.scanner;
    if (quoted) this.shape.part(TEXT_PART, from, to, kind === PLAIN);
    else this.shape.part(NUMBER_PART, from, to, numberEnd(body, from, to) === to);
  }

  private scalar(): void {
    const scanner = this.scanner;
    const c = scanner.peek();
    if (c === 0x22) scanner.string();
    else if (c === 0x7b || c === 0x5b) throw scanner.fail();
    else scanner.scalar();
  }

  private timestamp(): void {
    const { scanner, places } = this;
    this.scalar();
    const { body, from, to } = scanner;
    this.longTimes.delete(places.size);
    let time = 0;
    if (to - from <= EXACT_DIGITS && scanner.kind !== ENCODED) {
      let p = from;
      for (; p < to && body[p] >= 0x30 && body[p] <= 0x39; p++) time = time * 10 + body[p] - 0x30;
      if (p === to) {
        places.times[places.size] = time;
        this.shape.part(TIME_PART, from, to, !scanner.quoted);
        return;
      }
    }
    this.shape.refuse();
    const exact = narrow(this.oddTimestamp(scanner.text(from, to, scanner.kind), scanner.quoted));
    places.times[places.size] = Number(exact);
    if (typeof exact === 'bigint') this.longTimes.set(places.size, exact);
  }

  /** As the binding makes a long of it: null and blank strings are 0, fractions are cut off. */
  private oddTimestamp(text: string, quoted: boolean): bigint {
    const value = quoted ? longOfText(text.trim()) : text === 'null' ? 0n : /^[tf]/.test(text) ? null : longOfNumber(text);
    if (value === null) throw this.scanner.fail();
    return value;
  }

  private tagMap(at: number): void {
    const { scanner, places } = this;
    const c = scanner.peek();
    // Of tags that are given twice the last count.
    if (this.shape.tagCount > 0) this.shape.refuse();
    places.index[at + FIRST_TAG] = places.tagCount;
    if (c !== 0x7b) {
      if (c === 0x5b || c === 0x22) throw scanner.fail();
      scanner.scalar();
      if (!scanner.isNull()) throw scanner.fail();
      places.index[at + TAGS] = -1;
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
    places.index[at + TAGS] = places.tagCount - places.index[at + FIRST_TAG];
  }

  private tag(): void {
    const { scanner, places } = this;
    const place = places.nextTag();
    const { tags } = places;
    scanner.fieldName();
    tags[place + TAG_KEY] = scanner.from;
    tags[place + TAG_KEY + 1] = scanner.to;
    tags[place + TAG_KEY + 2] = scanner.kind;
    const hash = scanner.kind === PLAIN ? hashName(scanner.body, scanner.from, scanner.to) : 0;
    tags[place + KEY_HASH] = hash;
    this.shape.tag(scanner.from, scanner.to, hash);
    this.scalar();
    const plain = scanner.kind === PLAIN;
    tags[place + TAG_VALUE] = scanner.from;
    tags[place + TAG_VALUE + 1] = scanner.to;
    tags[place + TAG_VALUE + 2] = scanner.isNull() ? 0 : scanner.kind;
    if (plain) tags[place + VALUE_HASH] = hashName(scanner.body, scanner.from, scanner.to);
    this.shape.part(TAG_PART, scanner.from, scanner.to, plain && scanner.quoted && tags[place + TAG_KEY + 2] === PLAIN);
    places.tagCount++;
  }
}
