import {
  baseTimeOfKey,
  buildRowKey,
  DATA_FAMILY,
  globalAnnotationKey,
  isGlobalAnnotationKey,
  parseRowKey,
  uidToHex,
  type KeyLayout,
} from '../../schema';
import type { Row } from '../../storage';
import { IllegalArgumentError } from '../../util/errors';
import { addUid, type UidSets } from '../uid-sets';
import { cellsOf, type CopiedCell, type CopiedRow, type RowTranslation } from './row-translation';
import { TsuidTranslation } from './tsuid-translation';
import type { UidTranslation } from './uid-translation';

/** First byte of the qualifier of an annotation. */
const ANNOTATION = 1;

/** Rows of time series: points, rollups, histograms, annotations. */
export class SeriesRows implements RowTranslation {
  private readonly tsuids: TsuidTranslation;
  private readonly sameKeys: boolean;

  constructor(
    private readonly from: KeyLayout,
    private readonly to: KeyLayout,
    private readonly uids: UidTranslation,
  ) {
    this.tsuids = new TsuidTranslation(from, uids);
    this.sameKeys = uids.identical && from.salt === to.salt && (from.salt === 0 || from.saltBuckets === to.saltBuckets);
  }

  collect({ key }: Row, ids: UidSets): void {
    if (this.uids.identical || isGlobalAnnotationKey(this.from, key)) return;
    const parts = partsOf(this.from, key);
    if (typeof parts === 'string') return;
    addUid(ids, 'metrics', parts.metric);
    for (const { tagk, tagv } of parts.tags) {
      addUid(ids, 'tagk', tagk);
      addUid(ids, 'tagv', tagv);
    }
  }

  translate(row: Row): readonly CopiedRow[] | string {
    if (this.sameKeys) return [{ key: row.key, cells: cellsOf(row) }];
    if (isGlobalAnnotationKey(this.from, row.key))
      return [{ key: globalAnnotationKey(this.to, baseTimeOfKey(this.from, row.key)), cells: cellsOf(row) }];
    const parts = partsOf(this.from, row.key);
    if (typeof parts === 'string') return parts;
    const metric = this.uids.of('metrics', parts.metric);
    if (metric === null) return `its metric ${uidToHex(parts.metric)} has no counterpart`;
    const pairs: Buffer[] = [];
    for (const { tagk, tagv } of parts.tags) {
      const [key, value] = [this.uids.of('tagk', tagk), this.uids.of('tagv', tagv)];
      if (key === null || value === null) return `its tag ${uidToHex(tagk)}=${uidToHex(tagv)} has no counterpart`;
      pairs.push(Buffer.concat([key, value]));
    }
    const cells = cellsOf(row).map((cell) => (isAnnotation(cell) ? { ...cell, value: this.tsuids.json(cell.value) } : cell));
    return [{ key: buildRowKey(this.to, metric, parts.baseTime, pairs), cells }];
  }
}

function partsOf(layout: KeyLayout, key: Buffer): ReturnType<typeof parseRowKey> | string {
  try {
    return parseRowKey(layout, key);
  } catch (error) {
    if (!(error instanceof IllegalArgumentError)) throw error;
    return error.message;
  }
}

function isAnnotation({ family, qualifier }: CopiedCell): boolean {
  return (qualifier.length === 3 || qualifier.length === 5) && qualifier[0] === ANNOTATION && family.equals(DATA_FAMILY);
}
