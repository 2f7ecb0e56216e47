import type { Rollups } from '../../rollup';
import { IllegalArgumentError } from '../../util/errors';
import { readValueText, type PointSink, type PointWriter } from '../../write';
import { readPoints } from '../put/point-reader';
import { readPut } from '../put/put-line';
import type { IngestCommand, PointBatch } from '../types';
import { ROLLUP_POINT, RollupBatch } from './rollup-batch';
import { RollupIntake } from './rollup-intake';
import { readTerms } from './rollup-line';

const LEAST_WORDS = 6;

/** Rollups and pre-aggregates. Mirrors RollupDataPointRpc. */
export class RollupCommand implements IngestCommand {
  readonly name = 'rollup';
  private readonly intake: RollupIntake;

  /** @param rollups null: none are configured, and what is sent is refused */
  constructor(writer: PointWriter, rollups: Rollups | null) {
    this.intake = new RollupIntake(writer, rollups);
  }

  /** @throws IllegalArgumentError, NumberFormatError, NoSuchRollupError, NoSuchUniqueName, StorageError */
  addWords(words: readonly string[], sink: PointSink): Promise<void> | undefined {
    if (words.length < LEAST_WORDS) throw new IllegalArgumentError(`not enough arguments (need least 7, got ${words.length - 1})`);
    const terms = readTerms(words[1]);
    const point = readPut(words.slice(1));
    return this.intake.add(point, terms, readValueText(point.value, 'telnet'), sink);
  }

  checkConfigured(): void {}

  async readBody(body: Buffer, most: number): Promise<PointBatch> {
    return new RollupBatch(this.intake, await readPoints(body, most, ROLLUP_POINT));
  }
}
