// A write filter: points that are older than so many days, or further in the future than an hour, are not written.
//
//   tsd.timeseriesfilter.enable = true
//   tsd.timeseriesfilter.plugin = age-filter.js
//   example.age_filter.days = 30
import type { DataPointFilter, PluginPoint } from '../../../src/write';
import type { Config } from '../../../src/config';

const HOUR_MS = 3_600_000;
/** Larger timestamps are milliseconds. */
const LAST_SECOND = 0xffffffff;

class AgeFilter implements DataPointFilter {
  private days = 30;

  initialize(config: Config): void {
    if (config.has('example.age_filter.days')) this.days = config.getInt('example.age_filter.days');
  }

  filterDataPoints(): boolean {
    return this.days > 0;
  }

  allowDataPoint({ timestamp }: PluginPoint): boolean {
    const age = Date.now() - (timestamp > LAST_SECOND ? timestamp : timestamp * 1000);
    return age <= this.days * 24 * HOUR_MS && age >= -HOUR_MS;
  }
}

export default (): DataPointFilter => new AgeFilter();
