import type { PointSink, PointWriter } from '../../write';
import type { PointBatch } from '../types';
import type { PutBody } from './put-body';
import { KEY_HASH, METRIC, METRIC_HASH, TAG_KEY, TAG_VALUE, VALUE, VALUE_HASH } from './put-places';
import { PLAIN } from './put-scanner';
import { checkPresent, pointJson } from './sent-point';

/** Points whose names are expected at once: what is read for more would be gone from the processor's caches by the time that it is used. */
const EXPECTED = 256;

/** The data points of one body. */
export class PutBatch implements PointBatch {
  /** Values of tags were expected of the points up to here. */
  private expected = 0;
  /** `serial` of the builder when it had taken all tags of the point before. */
  private serial = -1;

  constructor(
    private readonly writer: PointWriter,
    private readonly body: PutBody,
  ) {}

  get size(): number {
    return this.body.size;
  }

  addBytes(point: number, sink: PointSink): boolean {
    const { bytes, places } = this.body;
    const { builder } = this.writer;
    if (point >= this.expected) this.expect(point);
    const tags = places.tagsOf(point);
    if (tags <= 0 || places.place(point, METRIC + 2) !== PLAIN || places.place(point, VALUE + 2) !== PLAIN) return false;
    const sameTags = places.isLikeBefore(point) && builder.serial === this.serial;
    if (!builder.begin(bytes, places.place(point, METRIC), places.place(point, METRIC + 1), places.place(point, METRIC_HASH))) return false;
    if (!(sameTags ? this.addValues(point, tags) : this.addTags(point, tags))) return false;
    this.serial = builder.serial;
    return builder.finish(bytes, places.place(point, VALUE), places.place(point, VALUE + 1), places.timeOf(point), 'http', sink);
  }

  /** What finding the names of the next points takes is read ahead. */
  private expect(from: number): void {
    this.expected = Math.min(from + EXPECTED, this.body.size);
    this.body.places.expectValues(this.writer.builder, from, this.expected);
  }

  private addTags(point: number, tags: number): boolean {
    const { bytes, places } = this.body;
    const { builder } = this.writer;
    for (let i = 0; i < tags; i++) {
      if (places.tagPlace(point, i, TAG_KEY + 2) !== PLAIN || places.tagPlace(point, i, TAG_VALUE + 2) !== PLAIN) return false;
      const [keyFrom, keyTo] = [places.tagPlace(point, i, TAG_KEY), places.tagPlace(point, i, TAG_KEY + 1)];
      const [from, to] = [places.tagPlace(point, i, TAG_VALUE), places.tagPlace(point, i, TAG_VALUE + 1)];
      const [keyHash, hash] = [places.tagPlace(point, i, KEY_HASH), places.tagPlace(point, i, VALUE_HASH)];
      if (!builder.tag(bytes, keyFrom, keyTo, keyHash, from, to, hash)) return false;
    }
    return true;
  }

  /** The tags of a point that is like the one before, which the builder has had last. */
  private addValues(point: number, tags: number): boolean {
    const { bytes, places } = this.body;
    const { builder } = this.writer;
    for (let i = 0; i < tags; i++) {
      const [from, to] = [places.tagPlace(point, i, TAG_VALUE), places.tagPlace(point, i, TAG_VALUE + 1)];
      const [keyHash, hash] = [places.tagPlace(point, i, KEY_HASH), places.tagPlace(point, i, VALUE_HASH)];
      if (!builder.tagAgain(i, keyHash, bytes, from, to, hash)) return false;
    }
    return true;
  }

  lookAhead(from: number, to: number): Promise<void> | null {
    const { bytes, places } = this.body;
    const { unknownNames } = this.writer;
    if (!unknownNames.asks) return null;
    for (let point = from; point < to; point++) {
      const tags = places.tagsOf(point);
      if (tags <= 0 || places.place(point, METRIC + 2) !== PLAIN) continue;
      unknownNames.note('metrics', bytes, places.place(point, METRIC), places.place(point, METRIC + 1));
      for (let i = 0; i < tags; i++) {
        if (places.tagPlace(point, i, TAG_KEY + 2) === PLAIN)
          unknownNames.note('tagk', bytes, places.tagPlace(point, i, TAG_KEY), places.tagPlace(point, i, TAG_KEY + 1));
        if (places.tagPlace(point, i, TAG_VALUE + 2) === PLAIN)
          unknownNames.note('tagv', bytes, places.tagPlace(point, i, TAG_VALUE), places.tagPlace(point, i, TAG_VALUE + 1));
      }
    }
    return unknownNames.ask();
  }

  /** @throws IllegalArgumentError, NumberFormatError, NoSuchUniqueName, StorageError */
  add(point: number, sink: PointSink): Promise<void> | undefined {
    return this.writer.submitPoint(checkPresent(this.body.pointAt(point)), 'http', sink);
  }

  toJson(point: number): string {
    return pointJson(this.body.pointAt(point));
  }

  release(): void {
    this.body.release();
  }
}
