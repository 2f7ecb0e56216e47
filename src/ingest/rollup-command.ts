import { IllegalArgumentError } from '../util/errors';
import { readValueText } from '../write';
import { checkPresent, pointJson, type SentPoint } from './put/sent-point';
import { readPoints } from './put/point-reader';
import type { PointKind } from './put/put-fault';
import { readPut } from './put/put-line';
import type { PutBody } from './put/put-body';
import type { IngestCommand, PointBatch } from './types';

const NOT_CONFIGURED = 'No rollup or aggregations were configured';
/** What a rolled up point says beside the fields of a data point, in the order in which answers show it. */
const FIELDS = ['interval', 'aggregator', 'groupByAggregator'];
const ROLLUP_POINT: PointKind = { type: 'net.opentsdb.rollup.RollUpDataPoint', extraFields: FIELDS };

/** `rollup`, as long as no rollups are configured: points are read, and refused. Mirrors RollupDataPointRpc. */
export class RollupCommand implements IngestCommand {
  readonly name = 'rollup';

  /** @throws IllegalArgumentError, NumberFormatError */
  addWords(words: readonly string[]): never {
    if (words.length < 6) throw new IllegalArgumentError(`not enough arguments (need least 7, got ${words.length - 1})`);
    if (words[1] === '') throw new IllegalArgumentError('Missing interval or aggregator');
    const { value } = readPut(words.slice(1));
    readValueText(value, 'telnet');
    throw new IllegalArgumentError(NOT_CONFIGURED);
  }

  checkConfigured(): void {}

  async readBody(body: Buffer, most: number): Promise<PointBatch> {
    return new RollupBatch(await readPoints(body, most, ROLLUP_POINT));
  }
}

class RollupBatch implements PointBatch {
  constructor(private readonly body: PutBody) {}

  get size(): number {
    return this.body.size;
  }

  addBytes(): boolean {
    return false;
  }

  /** @throws IllegalArgumentError, NumberFormatError */
  add(index: number): never {
    const { value } = checkPresent(this.body.pointAt(index));
    const { interval, aggregator, groupByAggregator } = this.rollupAt(index);
    if (!groupByAggregator) {
      if (!interval) throw new IllegalArgumentError('Missing interval');
      if (!aggregator) throw new IllegalArgumentError('Missing aggregator');
    }
    readValueText(value, 'http');
    throw new IllegalArgumentError(NOT_CONFIGURED);
  }

  private rollupAt(index: number): Record<string, string | null> {
    return Object.fromEntries(FIELDS.map((name, field) => [name, this.body.extraAt(index, field)]));
  }

  toJson(index: number): string {
    const point: SentPoint | null = this.body.pointAt(index);
    return pointJson(point, this.rollupAt(index));
  }

  release(): void {
    this.body.release();
  }
}
