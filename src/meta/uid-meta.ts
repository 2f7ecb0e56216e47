import { bean, Changes, deserializer, JsonError, long, map, readJson, string, type Bind } from '../json';
import { customFieldsJson, javaJsonString, javaJsonText } from '../schema';
import { kindOf, type UidKind } from '../uid';

/** What clients call the kinds of UIDs, in the metadata of each. */
export const TYPE_CONSTANTS: Readonly<Record<UidKind, string>> = { metrics: 'METRIC', tagk: 'TAGK', tagv: 'TAGV' };

export const CUSTOM_FIELDS = map('java.util.LinkedHashMap', string);

/** What a client may change of the metadata of a UID, beside `created`. */
export interface UidMetaFields {
  displayName: string | null;
  description: string | null;
  notes: string | null;
  /** Seconds, or whatever a client sent; 0: unknown. */
  created: number;
  custom: ReadonlyMap<string, string | null> | null;
}

/** What is known of a name beside its UID. */
export interface UidMeta extends UidMetaFields {
  readonly kind: UidKind;
  /** Upper-case hexadecimal. */
  readonly uid: string;
  readonly name: string;
}

/** The metadata of a UID while its JSON is read: what a client sends and what is stored is the same bean. */
export class UidMetaDraft {
  uid: string | null = '';
  kind: UidKind | null = null;
  readonly fields = new Changes<UidMetaFields>({ displayName: '', description: '', notes: '', created: 0, custom: null });
}

const KIND: Bind<UidKind | null> = deserializer((json) => (json.token === 'VALUE_NULL' ? null : kindOf(json.text())));

/** Mirrors UIDMeta as a bean. */
export const UID_META = bean<UidMetaDraft>({
  type: 'net.opentsdb.meta.UIDMeta',
  unknown: 'ignored',
  create: () => new UidMetaDraft(),
  setters: {
    uid: (meta, json) => (meta.uid = string(json)),
    type: (meta, json) => (meta.kind = KIND(json)),
    name: (_meta, json) => string(json),
    displayName: (meta, json) => meta.fields.set('displayName', string(json)),
    description: (meta, json) => meta.fields.set('description', string(json)),
    notes: (meta, json) => meta.fields.set('notes', string(json)),
    created: (meta, json) => meta.fields.set('created', Number(long(json))),
    custom: (meta, json) => meta.fields.set('custom', CUSTOM_FIELDS(json)),
  },
});

/** The stored JSON, byte for byte the original's. UID and name are not in it. */
export function encodeUidMeta(kind: UidKind, { displayName, description, notes, created, custom }: UidMetaFields): Buffer {
  const texts = `"displayName":${javaJsonText(displayName)},"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  return Buffer.from(`{"type":"${TYPE_CONSTANTS[kind]}",${texts},"created":${created},"custom":${customFieldsJson(custom)}}`);
}

/** @throws JsonError for a cell that is no such JSON */
export function decodeUidMeta(cell: Buffer): UidMetaFields {
  return (readJson(cell.toString('utf8'), UID_META) ?? new UidMetaDraft()).fields.values;
}

/** The same; null for a cell that is no such JSON. */
export function readableUidMeta(cell: Buffer): UidMetaFields | null {
  try {
    return decodeUidMeta(cell);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

/** As the API shows it: what is null is shown. Mirrors UIDMeta as a bean. */
export function uidMetaJson({ kind, uid, name, displayName, description, notes, created, custom }: UidMeta): string {
  const texts = `"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  const rest = `"created":${created},"custom":${customFieldsJson(custom)},"displayName":${javaJsonText(displayName)}`;
  return `{"uid":"${uid}","type":"${TYPE_CONSTANTS[kind]}","name":${javaJsonString(name)},${texts},${rest}}`;
}
