import type { Config } from './types';

/** Values that are valid one by one but contradict each other, so that a start is refused. */
export interface Contradiction {
  /** The one to change. */
  readonly key: string;
  readonly problem: string;
}

const SALT_BUCKETS = 'tsd.storage.salt.buckets';
const TABLES = ['data', 'uid', 'tree', 'meta'].map((role) => `tsd.storage.hbase.${role}_table`);

/** Every combination that is checked. Each finds at most one contradiction; numbers are in their ranges by then. */
export const COMBINATIONS: readonly ((config: Config) => Contradiction | null)[] = [saltBuckets, tableNames];

/** More buckets than the salt has values: a query would read the rows of some buckets twice, and count their points twice. */
function saltBuckets(config: Config): Contradiction | null {
  const width = config.getInt('tsd.storage.salt.width');
  const values = 256 ** width;
  if (width === 0 || config.getInt(SALT_BUCKETS) <= values) return null;
  return { key: SALT_BUCKETS, problem: `tsd.storage.salt.width = ${width} has room for ${values} buckets` };
}

/** Tables of different meaning in one: each would read the rows of the other. */
function tableNames(config: Config): Contradiction | null {
  const names = new Map<string, string>();
  for (const key of TABLES) {
    const name = config.getString(key) ?? '';
    const other = names.get(name);
    if (other !== undefined) return { key, problem: `${other} names the same table` };
    names.set(name, key);
  }
  return null;
}
