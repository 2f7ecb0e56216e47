import type { PointSink, PointWriter } from '../../write';
import type { PointBatch } from '../types';
import { KEY_HASH, METRIC, METRIC_HASH, VALUE, VALUE_HASH, type PutBody } from './put-body';
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
    const { body } = this;
    const builder = this.writer.builder;
    const bytes = body.body;
    if (point >= this.expected) this.expect(point);
    const tags = body.tagsOf(point);
    if (tags <= 0 || body.place(point, METRIC + 2) !== PLAIN || body.place(point, VALUE + 2) !== PLAIN) return false;
    const sameTags = body.isLikeBefore(point) && builder.serial === this.serial;
    if (!builder.begin(bytes, body.place(point, METRIC), body.place(point, METRIC + 1), body.place(point, METRIC_HASH))) return false;
    if (!(sameTags ? this.addValues(point, tags) : this.addTags(point, tags))) return false;
    this.serial = builder.serial;
    return builder.finish(bytes, body.place(point, VALUE), body.place(point, VALUE + 1), body.timestampOf(point), 'http', sink);
  }

  /** What finding the names of the next points takes is read ahead. */
  private expect(from: number): void {
    this.expected = Math.min(from + EXPECTED, this.body.size);
    this.body.expectValues(this.writer.builder, from, this.expected);
  }

  private addTags(point: number, tags: number): boolean {
    const { body } = this;
    const builder = this.writer.builder;
    const bytes = body.body;
    for (let i = 0; i < tags; i++) {
      if (body.tagPlace(point, i, 2) !== PLAIN || body.tagPlace(point, i, 5) !== PLAIN) return false;
      const [keyFrom, keyTo, keyHash] = [body.tagPlace(point, i, 0), body.tagPlace(point, i, 1), body.tagPlace(point, i, KEY_HASH)];
      const [valueFrom, valueTo, valueHash] = [body.tagPlace(point, i, 3), body.tagPlace(point, i, 4), body.tagPlace(point, i, VALUE_HASH)];
      if (!builder.tag(bytes, keyFrom, keyTo, keyHash, valueFrom, valueTo, valueHash)) return false;
    }
    return true;
  }

  /** The tags of a point that is like the one before, which the builder has had last. */
  private addValues(point: number, tags: number): boolean {
    const { body } = this;
    const builder = this.writer.builder;
    const bytes = body.body;
    for (let i = 0; i < tags; i++) {
      const [from, to, hash] = [body.tagPlace(point, i, 3), body.tagPlace(point, i, 4), body.tagPlace(point, i, VALUE_HASH)];
      if (!builder.tagAgain(i, body.tagPlace(point, i, KEY_HASH), bytes, from, to, hash)) return false;
    }
    return true;
  }

  lookAhead(from: number, to: number): Promise<void> | null {
    const { body } = this;
    const { unknownNames } = this.writer;
    if (!unknownNames.asks) return null;
    for (let point = from; point < to; point++) {
      const tags = body.tagsOf(point);
      if (tags <= 0 || body.place(point, METRIC + 2) !== PLAIN) continue;
      unknownNames.note('metrics', body.body, body.place(point, METRIC), body.place(point, METRIC + 1));
      for (let i = 0; i < tags; i++) {
        if (body.tagPlace(point, i, 2) === PLAIN)
          unknownNames.note('tagk', body.body, body.tagPlace(point, i, 0), body.tagPlace(point, i, 1));
        if (body.tagPlace(point, i, 5) === PLAIN)
          unknownNames.note('tagv', body.body, body.tagPlace(point, i, 3), body.tagPlace(point, i, 4));
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
