import { allSalts, numberToUid } from '../../schema';
import type { CallOptions, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import { maxId } from '../../uid';

/** One range of a table's keys. */
export interface KeyRange {
  /** Inclusive. */
  readonly start: Buffer;
  /** Exclusive; empty: to the end of the table. */
  readonly stop: Buffer;
}

const NONE = Buffer.alloc(0);

/** The ranges between cuts, in key order: together the whole table. @param cuts in any order; an empty key cuts nothing */
export function rangesBetween(cuts: readonly Buffer[]): KeyRange[] {
  const sorted = [...cuts].sort(Buffer.compare).filter((key, i, all) => key.length > 0 && (i === 0 || !key.equals(all[i - 1])));
  return [NONE, ...sorted].map((start, i) => ({ start, stop: sorted[i] ?? NONE }));
}

/**
 * Cuts a table of time series into ranges that are worked on side by side: one for each region, and where those are fewer than wanted, between metrics, in
 * each salt. Whatever the numbers say, each key is in exactly one range.
 * @param metrics how many UIDs of metrics are taken; 0: they are spread over all there can be
 * @param wanted ranges, at least, where there are so many metrics
 * @throws StorageError
 */
export async function cutTable(
  storage: Storage,
  table: string,
  { layout }: DataModel,
  metrics: bigint,
  wanted: number,
  options?: CallOptions,
): Promise<KeyRange[]> {
  const cuts = await storage.splits(table, options);
  if (cuts.length + 1 >= wanted) return rangesBetween(cuts);
  const salts = allSalts(layout);
  const last = metrics === 0n ? maxId(layout.metric) : metrics;
  const pieces = BigInt(Math.ceil(wanted / salts.length));
  for (const salt of salts) {
    if (salt.length > 0) cuts.push(salt);
    for (let i = 1n; i < pieces; i++) {
      const metric = (last * i) / pieces + 1n;
      if (metric <= last) cuts.push(Buffer.concat([salt, numberToUid(metric, layout.metric)]));
    }
  }
  return rangesBetween(cuts);
}
