import type { Logger } from 'winston';
import type { Config } from '../../config/types';
import type { Storage } from '../../storage';
import type { UidWidths } from '../../uid/types';
import type { PointWriter } from '../types';
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

/** A compaction of what a writer writes: it hears of its rows, leaves alone those that are on their way, and waits while it is behind. */
export function createCompactionOf(
  writer: PointWriter,
  ...[config, storage, widths, logger, options]: Parameters<typeof createCompaction>
): Compaction {
  const compaction = createCompaction(config, storage, widths, logger, {
    ...options,
    keepingUp: () => writer.accepting,
    isWriting: (rowKey) => writer.isWriting(rowKey),
  });
  writer.onRowWritten((rowKey, baseTime) => compaction.rowWritten(rowKey, baseTime));
  return compaction;
}
