import { underPlugin, type StatsSink } from '../util/stats';
import type { UidFilter, UidFilterPoint } from './filter';
import { FailedToAssignUniqueId } from './errors';
import type { UidLogger } from './logger';
import type { UidKind } from './types';

const LOG_PAUSE_MS = 10_000;

/**
 * A filter that fails closed: a name that it could not judge gets no UID, as in the original, and the fault is counted and logged. Other than
 * that only `false` refuses.
 */
export class GuardedFilter implements UidFilter {
  private faults = 0;
  private loggedAt = 0;

  constructor(
    private readonly filter: UidFilter,
    private readonly logger: UidLogger,
  ) {}

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
    const now = Date.now();
    if (now - this.loggedAt < LOG_PAUSE_MS) return;
    this.loggedAt = now;
    this.logger.error(`The UID filter plugin failed (${this.faults} times so far): ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
