import type { PointSink, PointWriter } from '../../write';
import type { LineCommand, PointBatch } from '../types';
import { readPoints } from './point-reader';
import { PutBatch } from './put-batch';
import { readPut } from './put-line';

/** Bytes of `put ` in front of a line's point. */
const WORD = 4;
const LF = 0x0a;
const CR = 0x0d;

/** Data points. Mirrors PutDataPointRpc. */
export class PutCommand implements LineCommand {
  readonly name = 'put';

  constructor(private readonly writer: PointWriter) {}

  isLine(b: Buffer, from: number, to: number): boolean {
    return to - from > WORD && b[from] === 0x70 && b[from + 1] === 0x75 && b[from + 2] === 0x74 && b[from + 3] === 0x20;
  }

  addLine(bytes: Buffer, from: number, to: number, sink: PointSink): boolean {
    return this.writer.addLine(bytes, from + WORD, to, 'telnet', sink);
  }

  lookAhead(bytes: Buffer, from: number): Promise<void> | null {
    const { unknownNames } = this.writer;
    if (!unknownNames.asks) return null;
    for (let at = from, end = 0; (end = bytes.indexOf(LF, at)) >= 0; at = end + 1) {
      const to = end > at && bytes[end - 1] === CR ? end - 1 : end;
      if (this.isLine(bytes, at, to)) unknownNames.noteLine(bytes, at + WORD, to);
    }
    return unknownNames.ask();
  }

  /** @throws IllegalArgumentError, NumberFormatError, NoSuchUniqueName, StorageError */
  addWords(words: readonly string[], sink: PointSink): Promise<void> | undefined {
    return this.writer.submitPoint(readPut(words), 'telnet', sink);
  }

  checkConfigured(): void {}

  async readBody(body: Buffer, most: number): Promise<PointBatch> {
    return new PutBatch(this.writer, await readPoints(body, most));
  }
}
