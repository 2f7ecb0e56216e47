import type { RollupComputeSettings } from '../../config/settings';
import { inParallel } from '../../util/in-parallel';
import { messageOf } from '../../util/message-of';
import type { StatsSink, StatsSource } from '../../util/stats';
import { sharedAborter } from '../../util/stop-signal';
import type { RollupJournal, RollupRange } from './rollup-journal';
import { RollupRun, type RollupRunParts } from './rollup-run';

const HOUR = 3600;
const SECOND_MS = 1000;

/**
 * Rolls up each hour some time after it has ended, and before that what the journal says is still to be done. What fails is tried again with the next
 * hour.
 */
export class RollupService implements StatsSource {
  private readonly ending = sharedAborter();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private readonly figures = { points: 0, cells: 0, unreadable: 0, done: 0, failed: 0 };

  /** @param now the clock, milliseconds since the epoch */
  constructor(
    private readonly parts: Omit<RollupRunParts, keyof RollupRange | 'pointsPerSecond' | 'signal'>,
    private readonly settings: RollupComputeSettings,
    private readonly journal: RollupJournal,
    private readonly now: () => number = Date.now,
  ) {}

  /** Begins with what there is to catch up with, if anything. Storage has to be open. */
  start(): void {
    const behind = this.journal.unfinished !== null || this.journal.completeUntil !== null;
    if (behind) this.runDue();
    else this.arm();
  }

  /** Ends what is under way, at a place where it can go on from. */
  async close(): Promise<void> {
    this.ending.abort(new Error('The TSD is shutting down'));
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  collectStats(sink: StatsSink): void {
    const { points, cells, unreadable, done, failed } = this.figures;
    sink.record('rollup.runs', done, { type: 'done' });
    sink.record('rollup.runs', failed, { type: 'failed' });
    sink.record('rollup.points', points, { type: 'read' });
    sink.record('rollup.rows', unreadable, { type: 'unreadable' });
    sink.record('rollup.cells', cells, { type: 'written' });
    // Seconds that rollups are behind the last hour that should be in them.
    const { completeUntil } = this.journal;
    if (completeUntil !== null) sink.record('rollup.lag', Math.max(0, this.lastHour() - completeUntil));
  }

  /** Rolls up everything up to the last hour that ended long enough ago. Never rejects. */
  async catchUp(): Promise<void> {
    const { journal, parts } = this;
    try {
      const until = this.lastHour();
      const unfinished = journal.unfinished;
      if (unfinished !== null) await this.compute(unfinished);
      const since = journal.completeUntil ?? until - HOUR;
      if (since < until) await this.compute({ since, until });
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.figures.failed++;
      parts.logger.error(`Rollups are not computed, the next hour tries again: ${messageOf(error)}`);
    }
  }

  private async compute(range: RollupRange): Promise<void> {
    const { journal, parts, settings } = this;
    journal.begin(range);
    const run = new RollupRun({ ...parts, ...range, pointsPerSecond: settings.pointsPerSecond, signal: this.ending.signal });
    const tasks = (await run.tasks()).filter((task) => !journal.isDone(task));
    try {
      await inParallel(tasks, settings.threads, async (task) => {
        await run.run(task);
        journal.taskDone(task);
      });
    } finally {
      this.figures.points += run.points;
      this.figures.cells += run.cells;
      this.figures.unreadable += run.unreadable;
    }
    journal.complete(range.until);
    this.figures.done++;
    parts.logger.info(
      `${run.points} points of ${range.since} to ${range.until} became ${run.cells} cells of rollups; ${run.unreadable} rows could not be read`,
    );
  }

  /** End of the last hour that is to be rolled up, seconds. */
  private lastHour(): number {
    const seconds = Math.floor(this.now() / SECOND_MS) - this.settings.delay;
    return seconds - (seconds % HOUR);
  }

  private arm(): void {
    if (this.ending.signal.aborted) return;
    const dueMs = (this.lastHour() + HOUR + this.settings.delay) * SECOND_MS;
    this.timer = setTimeout(() => this.runDue(), dueMs - this.now());
    this.timer.unref();
  }

  private runDue(): void {
    this.running = this.catchUp().then(() => this.arm());
  }
}
