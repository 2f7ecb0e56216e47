import type { Log } from '../util/log';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import { underPlugin, type StatsSink } from '../util/stats';
import type { UidFilter, UidFilterPoint } from './filter';
import { FailedToAssignUniqueId } from './errors';
import type { UidKind } from './types';

/**
 * A filter that fails closed: a name that it could not judge gets no UID, as in the original, and the fault is counted and logged. Other than
 * that only `false` refuses.
 */
export class GuardedFilter implements UidFilter {
  private faults = 0;
  private readonly faultLog: RateLimitedLog;

  constructor(
    private readonly filter: UidFilter,
    logger: Log,
  ) {
    this.faultLog = new RateLimitedLog((message) => logger.error(message));
  }

  /** @throws FailedToAssignUniqueId when the filter throws */
  async allow(kind: UidKind, name: string, point: UidFilterPoint | null): Promise<boolean> {
    try {
      if (this.filter.filters?.() === false) return true;
      return (await this.filter.allow(kind, name, point)) !== false;
    } catch (error) {
      this.fault(error);
      throw FailedToAssignUniqueId.refused(kind, name, `The UID filter failed: ${messageOf(error)}`);
    }
  }

  async shutdown(): Promise<void> {
    try {
      await this.filter.shutdown?.();
    } catch (error) {
      this.fault(error);
    }
  }

  async collectStats(sink: StatsSink): Promise<void> {
    sink.record('uid.filter.faults', this.faults);
    try {
      await this.filter.collectStats?.(underPlugin(sink, 'uidFilter'));
    } catch (error) {
      this.fault(error);
    }
  }

  private fault(error: unknown): void {
    this.faults++;
    this.faultLog.log(() => `The UID filter plugin failed (${this.faults} times so far): ${messageOf(error)}`);
  }
}
