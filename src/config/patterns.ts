import { TimeZone } from '../util/time-zone';

/** What the values of a key look like. */
export interface ValuePattern {
  matches(value: string): boolean;
  /** In words, after `not `. */
  readonly words: string;
}

export const LOG_LEVELS: readonly string[] = ['off', 'error', 'warn', 'info', 'debug', 'trace', 'all'];

export const REDIS_URL: ValuePattern = {
  matches: (value) => /^rediss?:\/\/\S+$/.test(value),
  words: 'a URL that begins with redis:// or rediss://',
};

/** HBase's rule, with or without a namespace. */
export const TABLE_NAME: ValuePattern = {
  matches: (value) => /^([A-Za-z0-9_]+:)?[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value),
  words: 'the name of a table: letters, digits, _ . -',
};

export const ZK_QUORUM: ValuePattern = {
  matches: (value) =>
    /^\s*(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?\s*(,\s*(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?\s*)*$/.test(value),
  words: 'a list host[:port],...',
};

export const ZNODE: ValuePattern = { matches: (value) => /^\/[^\u0000-\u0020]*$/.test(value), words: 'a path that begins with /' };

export const TIME_ZONE: ValuePattern = {
  matches(value) {
    try {
      return TimeZone.of(value) !== null;
    } catch {
      return false;
    }
  },
  words: 'the name of a time zone',
};
