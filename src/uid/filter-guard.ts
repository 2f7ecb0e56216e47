import type { GuardedPlugin } from '../plugins';
import { messageOf } from '../util/message-of';
import type { StatsSink } from '../util/stats';
import { FailedToAssignUniqueId } from './errors';
import type { UidFilter, UidFilterPoint } from './filter';
import type { UidKind } from './types';

/** A filter that fails closed: a name that it could not judge gets no UID, as in the original. Other than that only `false` refuses. */
export class GuardedFilter {
  constructor(private readonly guard: GuardedPlugin<UidFilter>) {}

  /** @throws FailedToAssignUniqueId when the filter throws, or does not say in time */
  async allow(kind: UidKind, name: string, point: UidFilterPoint | null): Promise<boolean> {
    try {
      return (await this.guard.ask((filter) => filter.filters?.() === false || filter.allow(kind, name, point))) !== false;
    } catch (error) {
      throw FailedToAssignUniqueId.refused(kind, name, `The UID filter failed: ${messageOf(error)}`);
    }
  }

  shutdown(): Promise<void> {
    return this.guard.shutdown();
  }

  collectStats(sink: StatsSink): Promise<void> | void {
    return this.guard.collectStats(sink);
  }
}
