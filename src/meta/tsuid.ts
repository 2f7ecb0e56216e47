import type { UidWidths } from '../uid';
import type { KindedUid } from './uid-metas';

/** Whether bytes are a metric and at least one tag. */
export function isTsuid(bytes: Buffer, { metrics, tagk, tagv }: UidWidths): boolean {
  return bytes.length > metrics && (bytes.length - metrics) % (tagk + tagv) === 0;
}

/** The UIDs of a TSUID: metric, and then tagk and tagv of each tag. */
export function uidsOf(tsuid: Buffer, { metrics, tagk, tagv }: UidWidths): KindedUid[] {
  const uids: KindedUid[] = [{ kind: 'metrics', id: tsuid.subarray(0, metrics) }];
  for (let at = metrics; at < tsuid.length; at += tagk + tagv) {
    uids.push({ kind: 'tagk', id: tsuid.subarray(at, at + tagk) });
    uids.push({ kind: 'tagv', id: tsuid.subarray(at + tagk, at + tagk + tagv) });
  }
  return uids;
}
