import { CORE_KEYS } from './keys/core';
import { NETWORK_KEYS } from './keys/network';
import { QUERY_KEYS } from './keys/query';
import { STORAGE_KEYS } from './keys/storage';
import { HBASE_KEYS } from './keys/hbase';
import type { ConfigKey } from './keys/config-key';

export type { ConfigKey } from './keys/config-key';

/** Every key that is read anywhere, by area. */
export const KEY_SECTIONS: readonly { title: string; keys: readonly ConfigKey[] }[] = [
  { title: 'Network and HTTP', keys: NETWORK_KEYS },
  { title: 'Core, UIDs, metadata and plugins', keys: CORE_KEYS },
  { title: 'Storage, compaction and rollups', keys: STORAGE_KEYS },
  { title: 'Queries', keys: QUERY_KEYS },
  { title: 'The HBase client', keys: HBASE_KEYS },
];

export const KEYS: ReadonlyMap<string, ConfigKey> = new Map(KEY_SECTIONS.flatMap((s) => s.keys.map((k) => [k.name, k] as const)));
