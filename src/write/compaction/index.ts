import type { Logger } from 'winston';
import type { Config } from '../../config/types';
import type { Storage } from '../../storage';
import type { UidWidths } from '../../uid/types';
import { CompactionService } from './compaction-service';
import { compactionSettings } from './settings';
import type { Compaction, CompactionOptions } from './types';

export type { Compaction, CompactionOptions } from './types';

/**
 * The compaction of a daemon or a tool, as the configuration wants it. Not started yet.
 * @throws NumberFormatError, IllegalArgumentError for values that the original does not start with either
 */
export function createCompaction(
  config: Config,
  storage: Storage,
  widths: UidWidths,
  logger: Logger,
  options: CompactionOptions = {},
): Compaction {
  const settings = compactionSettings(config, widths, options.readOnly ?? false);
  const { quietMs = settings.quietMs, drainMs = settings.drainMs } = options;
  return new CompactionService(storage, { ...settings, quietMs, drainMs }, logger, options);
}
