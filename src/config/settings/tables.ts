import type { Config } from '../types';
import { readMode, type Mode } from './mode';
import { intOf, textOf } from './read';

/** What the configuration says of the tables and of what is in them: all that `DataModel` is made from. */
export interface TableSettings {
  readonly names: { readonly data: string; readonly uid: string; readonly tree: string; readonly meta: string };
  /** Bytes of a UID, by kind; not yet checked. */
  readonly widths: { readonly metrics: number; readonly tagk: number; readonly tagv: number };
  /** Bytes of salt in front of a row key, 0: none; and how many salts there are. Not yet checked. */
  readonly saltWidth: number;
  readonly saltBuckets: number;
  /** `tsd.storage.enable_appends` */
  readonly appends: boolean;
  /** `tsd.storage.use_otsdb_timestamp` */
  readonly explicitTimestamps: boolean;
  readonly fixDuplicates: boolean;
  readonly useMaxValue: boolean;
  readonly mode: Mode;
  /** Trees are worked on, so that their table is needed; likewise the table of metadata. */
  readonly usesTrees: boolean;
  readonly usesMeta: boolean;
}

/** The key that sets the width of each kind of UID, for messages that say what to change. */
export const WIDTH_KEYS = {
  metrics: 'tsd.storage.uid.width.metric',
  tagk: 'tsd.storage.uid.width.tagk',
  tagv: 'tsd.storage.uid.width.tagv',
} as const;

const USES_META = ['enable_realtime_ts', 'enable_realtime_uid', 'enable_tsuid_incrementing'];

/** @throws NumberFormatError */
export function readTableSettings(config: Config): TableSettings {
  const name = (role: string): string => textOf(config, `tsd.storage.hbase.${role}_table`);
  return {
    names: { data: name('data'), uid: name('uid'), tree: name('tree'), meta: name('meta') },
    widths: {
      metrics: intOf(config, WIDTH_KEYS.metrics),
      tagk: intOf(config, WIDTH_KEYS.tagk),
      tagv: intOf(config, WIDTH_KEYS.tagv),
    },
    saltWidth: intOf(config, 'tsd.storage.salt.width'),
    saltBuckets: intOf(config, 'tsd.storage.salt.buckets'),
    appends: config.getBoolean('tsd.storage.enable_appends'),
    explicitTimestamps: config.getBoolean('tsd.storage.use_otsdb_timestamp'),
    fixDuplicates: config.getBoolean('tsd.storage.fix_duplicates'),
    useMaxValue: config.getBoolean('tsd.storage.use_max_value'),
    mode: readMode(config),
    usesTrees: config.getBoolean('tsd.core.tree.enable_processing'),
    usesMeta: USES_META.some((name) => config.getBoolean(`tsd.core.meta.${name}`)),
  };
}
