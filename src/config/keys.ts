import { CORE_KEYS } from './keys/core';
import { NETWORK_KEYS } from './keys/network';
import { QUERY_KEYS } from './keys/query';
import { STORAGE_KEYS } from './keys/storage';
import { HBASE_KEYS } from './keys/hbase';

export type KeyType = 'string' | 'int' | 'float' | 'boolean' | 'list' | 'path';

export interface ConfigKey {
  name: string;
  type: KeyType;
  /** As text, the way it would stand in the file; null: absent unless set. */
  default: string | null;
  /** One line for conf/opentsdb.conf. */
  doc: string;
  /**
   * Set for keys that the original doesn't list in `/api/config` (its own without default, its storage client's, and this
   * project's): they appear there only when the operator has set them.
   */
  hidden?: boolean;
}

/** Every key that is read anywhere, by area. */
export const KEY_SECTIONS: readonly { title: string; keys: readonly ConfigKey[] }[] = [
  { title: 'Network and HTTP', keys: NETWORK_KEYS },
  { title: 'Core, UIDs, metadata and plugins', keys: CORE_KEYS },
  { title: 'Storage, compaction and rollups', keys: STORAGE_KEYS },
  { title: 'Queries', keys: QUERY_KEYS },
  { title: 'The HBase client', keys: HBASE_KEYS },
];

export const KEYS: ReadonlyMap<string, ConfigKey> = new Map(KEY_SECTIONS.flatMap((s) => s.keys.map((k) => [k.name, k] as const)));
