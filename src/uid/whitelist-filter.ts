import { readWhitelistSettings } from '../config/settings';
import type { JavaRegexp } from '../util/java-regexp';
import { javaRegexps } from '../util/java-regexps';
import type { StatsSink } from '../util/stats';
import { IllegalArgumentError } from '../util/errors';
import type { Config } from '../config/types';
import type { UidFilter } from './filter';
import { TYPE_NAMES } from './kinds';
import { UID_KINDS, type UidKind } from './types';

/** What `tsd.uidfilter.plugin` says for the filter that ships with the product. */
export const WHITELIST_CLASS = 'net.opentsdb.uid.UniqueIdWhitelistFilter';

/**
 * Lets a name pass when every pattern of its kind is found in it; a kind without patterns is open. Patterns are matched in linear time.
 * Mirrors UniqueIdWhitelistFilter.
 */
export class WhitelistFilter implements UidFilter {
  private readonly patterns = new Map<UidKind, JavaRegexp[]>();
  private readonly accepted = { metrics: 0, tagk: 0, tagv: 0 };
  private readonly rejected = { metrics: 0, tagk: 0, tagv: 0 };

  /** @throws IllegalArgumentError `The metric whitelist pattern [P] does not compile.` */
  initialize(config: Pick<Config, 'getString'>): void {
    // Loaded only where it is wanted: it is large.
    const { RE2JS } = require('re2js') as typeof import('re2js');
    const { delimiter, patterns } = readWhitelistSettings(config);
    for (const kind of UID_KINDS) {
      const list = patterns[kind];
      if (list !== '')
        this.patterns.set(
          kind,
          RE2JS.compile(delimiter)
            .split(list)
            .map((pattern) => compile(kind, pattern)),
        );
    }
  }

  allow(kind: UidKind, name: string): boolean {
    const allowed = (this.patterns.get(kind) ?? []).every((pattern) => pattern.find(name));
    (allowed ? this.accepted : this.rejected)[kind]++;
    return allowed;
  }

  filters(): boolean {
    return true;
  }

  version(): string {
    return '2.3.0';
  }

  collectStats(sink: StatsSink): void {
    for (const type of UID_KINDS) sink.record('uid.filter.whitelist.accepted', this.accepted[type], { type });
    for (const type of UID_KINDS) sink.record('uid.filter.whitelist.rejected', this.rejected[type], { type });
  }
}

function compile(kind: UidKind, pattern: string): JavaRegexp {
  try {
    return new (javaRegexps().JavaRegexp)(pattern);
  } catch (cause) {
    throw new IllegalArgumentError(`The ${TYPE_NAMES[kind]} whitelist pattern [${pattern}] does not compile.`, { cause });
  }
}
