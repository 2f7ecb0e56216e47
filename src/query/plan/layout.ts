import type { Config } from '../../config/types';
import { checkLayout, type KeyLayout } from '../../schema';
import type { UidWidths } from '../../uid';

/** Row key layout of the data table, from the widths of UIDs and the salt keys. @throws IllegalArgumentError, NumberFormatError */
export function layoutOf(config: Config, widths: UidWidths): KeyLayout {
  return checkLayout({
    salt: config.has('tsd.storage.salt.width') ? config.getInt('tsd.storage.salt.width') : 0,
    saltBuckets: config.has('tsd.storage.salt.buckets') ? config.getInt('tsd.storage.salt.buckets') : 20,
    metric: widths.metrics,
    tagk: widths.tagk,
    tagv: widths.tagv,
  });
}
