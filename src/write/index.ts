import type { Logger } from 'winston';
import type { Config } from '../config/types';
import type { Storage } from '../storage';
import type { Uids } from '../uid/types';
import type { WritePlugins } from './plugins';
import { StoragePointWriter } from './point-writer';
import type { PointWriter, WriterOptions } from './types';

export { loadWritePlugins } from './plugin-loader';
export * from './plugins';
export { openSpool, Spool } from './spool';
export { parseTag, showTags } from './tags-text';
export { layoutOf } from './settings';
export * from './types';
export { readValueText } from './value-text';

/**
 * The write path as the configuration wants it.
 * @param plugins from loadWritePlugins; absent: none
 * @throws IllegalArgumentError, NumberFormatError for values that the original does not start with either
 */
export function createPointWriter(
  config: Config,
  storage: Storage,
  uids: Uids,
  logger: Logger,
  plugins?: WritePlugins,
  options?: WriterOptions,
): PointWriter {
  return new StoragePointWriter(config, storage, uids, logger, plugins, options);
}
