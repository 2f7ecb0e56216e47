import type { UidKind } from '../uid';

/** UIDs of each kind; as latin1 text. */
export type UidSets = Record<UidKind, Set<string>>;

export const newUidSets = (): UidSets => ({ metrics: new Set(), tagk: new Set(), tagv: new Set() });

export function addUid(sets: UidSets, kind: UidKind, id: Buffer): void {
  sets[kind].add(id.toString('latin1'));
}
