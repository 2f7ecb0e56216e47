import type { Rollups } from '../../rollup';
import { IllegalArgumentError } from '../../util/errors';
import type { PointSink, PointWriter, ReadValue, TimedPoint } from '../../write';
import { LateRefusal } from '../late-refusal';
import { RollupPoint, type RollupTerms } from './rollup-point';

const NOT_CONFIGURED = 'No rollup or aggregations were configured';
const NO_INTERVAL = 'Interval cannot be null for a non-group by point';

/** Takes rolled up points from whichever protocol, checks them and hands their cells to the write path. */
export class RollupIntake {
  /** @param rollups null: none are configured, and every point is refused */
  constructor(
    private readonly writer: PointWriter,
    private readonly rollups: Rollups | null,
  ) {}

  /**
   * @param onTags told of the point's tags with the aggregate's among them, as soon as they are known
   * @returns undefined when the point is in the write buffer; else resolves when it is, rejects as the call throws
   * @throws IllegalArgumentError, NoSuchRollupError, NoSuchUniqueName, StorageError
   */
  add(
    point: TimedPoint,
    terms: RollupTerms,
    value: ReadValue,
    sink: PointSink,
    onTags?: (tags: ReadonlyMap<string, string>) => void,
  ): Promise<void> | undefined {
    const { writer, rollups } = this;
    if (rollups === null) throw new IllegalArgumentError(NOT_CONFIGURED);
    const rollup = new RollupPoint(rollups, point, terms, value, onTags);
    writer.checkSeries(point.metric, rollup.tags);
    const cell = rollup.cell();
    const series = { metric: point.metric, tags: rollup.tags };
    if (cell === null) return refuseNamed(writer.assign(series), new LateRefusal(new IllegalArgumentError(NO_INTERVAL)));
    if (rollup.derived !== null) return refuseNamed(writer.assign(series), rollup.derived);
    const seen = { timestamp: Number(point.timestamp), value: value.number, ...series };
    return writer.submitCell(cell, { kind: 'aggregate', ask: (filter) => filter.allowDataPoint(seen) }, sink);
  }
}

/** Refuses what the original refuses only when its names have got their UIDs. */
async function refuseNamed(assigned: Promise<unknown>, refusal: Error): Promise<never> {
  await assigned;
  throw refusal;
}
