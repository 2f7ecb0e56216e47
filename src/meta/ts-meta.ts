import { bean, Changes, double, int, JsonError, list, long, readJson, string, type Bind } from '../json';
import { customFieldsJson, javaJsonString, javaJsonText } from '../schema';
import { javaDoubleToString } from '../util/java-double';
import { CUSTOM_FIELDS, UID_META, uidMetaJson, type UidMeta, type UidMetaFields } from './uid-meta';

/** Times of creation above this are milliseconds. */
const LAST_SECOND = 9_999_999_999;

/** What a client may change of the metadata of a time series, beside `created`. */
export interface TsMetaFields extends UidMetaFields {
  units: string | null;
  dataType: string | null;
  /** Days; means nothing to a TSD. */
  retention: number;
  /** Bounds of values; mean nothing to a TSD. NaN: none. */
  max: number;
  min: number;
}

/** What is known of a time series beside its points. */
export interface TsMeta extends TsMetaFields {
  /** Upper-case hexadecimal. */
  readonly tsuid: string;
  readonly metric: UidMeta;
  /** Key, value, key, value, in the order of the TSUID. */
  readonly tags: readonly UidMeta[];
  /** Seconds: when a point was last counted; 0: none was. */
  readonly lastReceived: number;
  /** Points that were counted. */
  readonly totalDatapoints: bigint;
}

/** The metadata of a series while its JSON is read: what a client sends and what is stored is the same bean. */
export class TsMetaDraft {
  readonly fields = new Changes<TsMetaFields>({
    displayName: '',
    description: '',
    notes: '',
    created: 0,
    custom: null,
    units: '',
    dataType: '',
    retention: 0,
    max: NaN,
    min: NaN,
  });

  constructor(public tsuid: string | null = '') {}
}

const UID_METAS = list(UID_META);

const TS_META_BEAN = bean<TsMetaDraft>({
  type: 'net.opentsdb.meta.TSMeta',
  unknown: 'ignored',
  create: () => new TsMetaDraft(),
  setters: {
    tsuid: (meta, json) => (meta.tsuid = string(json)),
    metric: (_meta, json) => UID_META(json),
    tags: (_meta, json) => UID_METAS(json),
    displayName: (meta, json) => meta.fields.set('displayName', string(json)),
    description: (meta, json) => meta.fields.set('description', string(json)),
    notes: (meta, json) => meta.fields.set('notes', string(json)),
    created: (meta, json) => meta.fields.set('created', seconds(Number(long(json)))),
    custom: (meta, json) => meta.fields.set('custom', CUSTOM_FIELDS(json)),
    units: (meta, json) => meta.fields.set('units', string(json)),
    dataType: (meta, json) => meta.fields.set('dataType', string(json)),
    retention: (meta, json) => meta.fields.set('retention', int(json)),
    max: (meta, json) => meta.fields.set('max', double(json)),
    min: (meta, json) => meta.fields.set('min', double(json)),
  },
});

/** Mirrors TSMeta as a bean. A text alone is a TSUID. */
export const TS_META: Bind<TsMetaDraft | null> = (json) =>
  json.token === 'VALUE_STRING' ? new TsMetaDraft(json.text()) : TS_META_BEAN(json);

const seconds = (created: number): number => (created > LAST_SECOND ? Math.trunc(created / 1000) : created);

const doubleJson = (value: number): string => (Number.isFinite(value) ? javaDoubleToString(value) : `"${value}"`);

/** The stored JSON, byte for byte the original's. */
export function encodeTsMeta(tsuid: string, meta: TsMetaFields): Buffer {
  const { displayName, description, notes, created, custom, units, dataType, retention, max, min } = meta;
  const texts = `"displayName":${javaJsonText(displayName)},"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  const about = `"created":${created},"custom":${customFieldsJson(custom)},"units":${javaJsonText(units)},"dataType":${javaJsonText(dataType)}`;
  const limits = `"retention":${retention},"max":${doubleJson(max)},"min":${doubleJson(min)}`;
  return Buffer.from(`{"tsuid":${javaJsonString(tsuid)},${texts},${about},${limits}}`);
}

/** @throws JsonError for a cell that is no such JSON */
export function decodeTsMeta(cell: Buffer): TsMetaFields {
  return (readJson(cell.toString('utf8'), TS_META) ?? new TsMetaDraft()).fields.values;
}

/** The same; null for a cell that is no such JSON. */
export function readableTsMeta(cell: Buffer): TsMetaFields | null {
  try {
    return decodeTsMeta(cell);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

/** As the API shows it; what is null is left out. Mirrors TSMeta as a bean. */
export function tsMetaJson(meta: TsMeta): string {
  const member = (name: string, text: string | null): string => (text === null ? '' : `"${name}":${javaJsonString(text)},`);
  const { tsuid, metric, tags, created, custom, retention, max, min, lastReceived, totalDatapoints } = meta;
  const who = `"tsuid":"${tsuid}","metric":${uidMetaJson(metric)},"tags":[${tags.map(uidMetaJson).join(',')}],`;
  const about = `${member('description', meta.description)}${member('notes', meta.notes)}"created":${created},`;
  const more = `${custom === null ? '' : `"custom":${customFieldsJson(custom)},`}${member('units', meta.units)}`;
  const limits = `"retention":${retention},"max":${doubleJson(max)},"min":${doubleJson(min)},`;
  const names = `${member('displayName', meta.displayName)}${member('dataType', meta.dataType)}`;
  return `{${who}${about}${more}${limits}${names}"lastReceived":${lastReceived},"totalDatapoints":${totalDatapoints}}`;
}
