import { ID_FAMILY, MAXID_ROW } from './uid-table';
import type { CallOptions, Storage } from '../storage';
import type { StatsSink } from '../util/stats';
import { maxId } from './kinds';
import { UID_KINDS, type UidKind } from './types';

export interface KindFigures {
  kind: UidKind;
  width: number;
  hits: number;
  misses: number;
  size: number;
  collisions: number;
  rejected: number;
  /** Random numbers say nothing about how many are used: both figures are 0, as in the original. */
  random: boolean;
}

/** One kind's figures in the original's order. */
export function recordKind(sink: StatsSink, figures: KindFigures, used: bigint | null): void {
  const tags = { kind: figures.kind };
  sink.record('uid.cache-hit', figures.hits, tags);
  sink.record('uid.cache-miss', figures.misses, tags);
  sink.record('uid.cache-size', figures.size, tags);
  sink.record('uid.random-collisions', figures.collisions, tags);
  sink.record('uid.rejected-assignments', figures.rejected, tags);
  if (used === null) return;
  sink.record('uid.ids-used', figures.random ? 0 : used, tags);
  sink.record('uid.ids-available', figures.random ? 0 : maxId(figures.width) - used, tags);
}

/** The counters of all kinds; a column that isn't there counts as 0. Mirrors UniqueId.getUsedUIDs. */
export async function readUsedIds(storage: Storage, table: string, options?: CallOptions): Promise<Record<UidKind, bigint>> {
  const qualifiers = UID_KINDS.map((kind) => Buffer.from(kind));
  const row = await storage.get(table, { row: MAXID_ROW, family: ID_FAMILY, qualifiers }, options);
  const used: Record<UidKind, bigint> = { metrics: 0n, tagk: 0n, tagv: 0n };
  UID_KINDS.forEach((kind, i) => {
    const counter = row?.get(ID_FAMILY, qualifiers[i]);
    if (counter?.length === 8) used[kind] = counter.readBigInt64BE(0);
  });
  return used;
}
