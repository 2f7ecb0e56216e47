import { IllegalArgumentError } from '../../util/errors';
import { readValueText, type PointSink } from '../../write';
import type { PutBody } from '../put/put-body';
import type { PointKind } from '../put/put-fault';
import { checkPresent, pointJson } from '../put/sent-point';
import type { PointBatch } from '../types';
import type { RollupIntake } from './rollup-intake';
import type { RollupTerms } from './rollup-point';

/** What a rolled up point says beside the fields of a data point, in the order in which answers show it. */
const FIELDS = ['interval', 'aggregator', 'groupByAggregator'];
export const ROLLUP_POINT: PointKind = { type: 'net.opentsdb.rollup.RollUpDataPoint', extraFields: FIELDS };

/** The rolled up points of one body. */
export class RollupBatch implements PointBatch {
  /** Tags with the aggregate's among them, where they are not the client's: answers show those. */
  private readonly tags = new Map<number, ReadonlyMap<string, string>>();

  constructor(
    private readonly intake: RollupIntake,
    private readonly body: PutBody,
  ) {}

  get size(): number {
    return this.body.size;
  }

  addBytes(): boolean {
    return false;
  }

  lookAhead(): null {
    return null;
  }

  /** @throws IllegalArgumentError, NumberFormatError, NoSuchRollupError, NoSuchUniqueName, StorageError */
  add(index: number, sink: PointSink): Promise<void> | undefined {
    const point = checkPresent(this.body.pointAt(index));
    const terms = this.termsAt(index);
    if (!terms.groupBy) {
      if (!terms.interval) throw new IllegalArgumentError('Missing interval');
      if (!terms.aggregator) throw new IllegalArgumentError('Missing aggregator');
    }
    const value = readValueText(point.value, 'http');
    return this.intake.add(point, terms, value, sink, (tags) => tags !== point.tags && void this.tags.set(index, tags));
  }

  private termsAt(index: number): RollupTerms {
    const { body } = this;
    return { interval: body.extraAt(index, 0), aggregator: body.extraAt(index, 1), groupBy: body.extraAt(index, 2) };
  }

  toJson(index: number): string {
    const { interval, aggregator, groupBy } = this.termsAt(index);
    const point = this.body.pointAt(index);
    const tags = this.tags.get(index);
    const shown = point === null || tags === undefined ? point : { ...point, tags };
    return pointJson(shown, { interval, aggregator, groupByAggregator: groupBy });
  }

  release(): void {
    this.body.release();
    this.tags.clear();
  }
}
