// A UID filter: a metric may bring only so many new tag values, so that a client that puts request ids into a tag does not fill the UID
// table. Written in TypeScript; see docs/plugins.md for how it is compiled.
//
//   tsd.uidfilter.enable = true
//   tsd.uidfilter.plugin = uid-limit.js
//   example.uid_limit.tagv_per_metric = 1000
import type { Config } from '../../../src/config/types';
import type { UidFilter, UidFilterPoint } from '../../../src/uid';
import type { StatsSink } from '../../../src/util/stats';

export default class UidLimit implements UidFilter {
  private limit = 1000;
  private refused = 0;
  private readonly brought = new Map<string, number>();

  initialize(config: Config): void {
    if (config.has('example.uid_limit.tagv_per_metric')) this.limit = config.getInt('example.uid_limit.tagv_per_metric');
  }

  /** Asked only for names that have no UID. @param point null when a name is assigned by the API */
  allow(kind: 'metrics' | 'tagk' | 'tagv', _name: string, point: UidFilterPoint | null): boolean {
    if (kind !== 'tagv' || point === null) return true;
    const brought = this.brought.get(point.metric) ?? 0;
    if (brought >= this.limit) {
      this.refused++;
      return false;
    }
    this.brought.set(point.metric, brought + 1);
    return true;
  }

  version(): string {
    return '1.0.0';
  }

  collectStats(sink: StatsSink): void {
    sink.record('example.uid_limit.refused', this.refused);
  }
}
