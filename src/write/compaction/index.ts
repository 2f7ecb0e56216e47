import { CompactionService } from './compaction-service';
import type { Compaction, CompactionParts } from './types';

export type { Compaction, CompactionParts } from './types';

const DRAIN_MS = 10_000;

/** The compaction of a daemon or a tool, as the configuration wants it. Not started yet. */
export function createCompaction({ settings, model, storage, logger, writer, ...options }: CompactionParts): Compaction {
  const mayWrite = options.readOnly !== true;
  const work = {
    ...settings,
    enabled: settings.enabled && mayWrite,
    repairAppends: settings.repairAppends && mayWrite,
    quietMs: options.quietMs ?? settings.quietMs,
    table: model.tables.data.name,
    layout: model.layout,
    merge: model.merge,
    drainMs: options.drainMs ?? DRAIN_MS,
  };
  if (writer === undefined) return new CompactionService(storage, work, logger, options);
  const compaction = new CompactionService(storage, work, logger, {
    ...options,
    keepingUp: () => writer.accepting,
    isWriting: (rowKey) => writer.isWriting(rowKey),
  });
  writer.onRowsWritten((rows) => compaction.rowsWritten(rows));
  return compaction;
}
