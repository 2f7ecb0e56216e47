import { ClientError } from '../../util/errors';
import { readAlike } from './alike-point';
import { PointFields } from './point-fields';
import { FIRST_TAG, FORM, METRIC, NULL_FORM, PutPlaces, STRIDE, TAG_KEY, TAG_STRIDE, TAG_VALUE, TSUID, VALUE } from './put-places';
import { JsonScanner } from './put-scanner';
import { PutShape } from './put-shape';
import type { SentPoint } from './sent-point';

export const tooManyPoints = (limit: number): ClientError =>
  new ClientError(413, 'Request body too large', `The body of the request has more than the limit of ${limit} data points`);

/** The points of a body as offsets into it: the whole body is read before anything is stored, since one bad element spoils the batch. */
export class PutBody {
  readonly places: PutPlaces;
  private readonly scanner: JsonScanner;
  private readonly shape = new PutShape();
  private readonly fields: PointFields;
  private readonly isArray: boolean;
  private ended = false;

  /**
   * @param start offset of the first byte that is no blank: `{` or `[`
   * @param extraFields texts that are read beside those of data points; others are stepped over
   * @param most points
   */
  constructor(
    readonly bytes: Buffer,
    start: number,
    extraFields: readonly string[] = [],
    private readonly most = Infinity,
  ) {
    this.places = new PutPlaces(bytes.length);
    this.scanner = new JsonScanner(bytes, start);
    this.fields = new PointFields(this.scanner, this.places, this.shape, extraFields);
    this.isArray = this.scanner.accept(0x5b);
    if (this.isArray && this.scanner.accept(0x5d)) this.ended = true;
  }

  get size(): number {
    return this.places.size;
  }

  /** Nobody looks at the points any more. */
  release(): void {
    this.places.release();
  }

  /**
   * Reads on, some points or some bytes of them. What follows the first whole value is not looked at.
   * @returns false: all are read
   * @throws PutJsonError; ClientError 413 for too many points, or a point that is too long
   */
  read(points: number, bytes = Infinity): boolean {
    const { scanner, shape, places } = this;
    const stop = scanner.at + bytes;
    for (let i = 0; i < points && scanner.at < stop && !this.ended; i++) {
      if (places.size === this.most) throw tooManyPoints(this.most);
      scanner.startElement();
      if (!shape.known || !readAlike(shape, scanner, places)) this.point();
      if (!this.isArray) this.ended = true;
      else if (!scanner.accept(0x2c)) {
        scanner.expect(0x5d);
        this.ended = true;
      }
    }
    return !this.ended;
  }

  private point(): void {
    const { scanner, places } = this;
    const at = places.clearNext();
    const c = scanner.peek();
    if (c !== 0x7b) {
      if (c === 0x5b || c === 0x22) throw scanner.fail();
      scanner.scalar();
      if (!scanner.isNull()) throw scanner.fail();
      places.index[at + FORM] = NULL_FORM;
    } else {
      this.shape.begin(scanner.at++);
      if (!scanner.accept(0x7d)) this.fields.read(at);
      this.shape.end(scanner.at);
    }
    places.size++;
  }

  /** The point with its texts; null for an element that is null. */
  pointAt(point: number): SentPoint | null {
    const { places } = this;
    const at = point * STRIDE;
    if (places.index[at + FORM] === NULL_FORM) return null;
    const count = places.tagsOf(point);
    let tags: Map<string, string | null> | null = null;
    if (count >= 0) {
      tags = new Map();
      for (let i = 0; i < count; i++) {
        const place = (places.index[at + FIRST_TAG] + i) * TAG_STRIDE;
        tags.set(this.decoded(places.tags, place + TAG_KEY) as string, this.decoded(places.tags, place + TAG_VALUE));
      }
    }
    return {
      metric: this.decoded(places.index, at + METRIC),
      timestamp: this.fields.longTimes.get(point) ?? places.timeOf(point),
      value: this.decoded(places.index, at + VALUE),
      tags,
      tsuid: this.decoded(places.index, at + TSUID),
    };
  }

  /** The text of an extra field; null: absent or null. @param field its position in the list of extra fields */
  extraAt(point: number, field: number): string | null {
    return this.fields.extras.get(point)?.[field] ?? null;
  }

  private decoded(places: Int32Array, place: number): string | null {
    const kind = places[place + 2];
    return kind === 0 ? null : this.scanner.text(places[place], places[place + 1], kind);
  }
}
