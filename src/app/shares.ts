import type { CompactionSettings, MetaSettings, UidSettings } from '../config/settings';

// What one of several workers may take of what the configuration gives to all of them. Memory that each needs for what it has seen is divided: a
// worker can't use what another has remembered. What is needed for a moment, by whoever needs it, is counted together instead: see SharedCount.

const part = (of: number, workers: number): number => Math.max(1, Math.floor(of / workers));

/** A worker queues the rows that it writes, and compacts them at its part of the pace. */
export function shareOfCompaction(settings: CompactionSettings, workers: number): CompactionSettings {
  return {
    ...settings,
    queueBytes: part(settings.queueBytes, workers),
    minFlushThreshold: part(settings.minFlushThreshold, workers),
    maxConcurrentFlushes: part(settings.maxConcurrentFlushes, workers),
  };
}

export function shareOfMeta(settings: MetaSettings, workers: number): MetaSettings {
  const { tracking } = settings;
  return tracking === null ? settings : { ...settings, tracking: { ...tracking, bytes: part(tracking.bytes, workers) } };
}

export function shareOfUids(settings: UidSettings, workers: number): UidSettings {
  const { cacheLimits: limits } = settings;
  return limits === null ? settings : { ...settings, cacheLimits: { names: part(limits.names, workers), ids: part(limits.ids, workers) } };
}
