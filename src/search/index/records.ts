import type { TsMetaFields, UidMetaFields } from '../../meta';
import type { Annotation } from '../../schema';
import { FieldValues } from './field-values';

const CREATED_BYTES = 8;

/** A name in the index. */
export interface NameRecord {
  readonly name: string;
  /** There are metadata of it: it is found by itself, too, and not only the series that have it. */
  readonly hasMeta: boolean;
  readonly values: FieldValues;
}

export function nameRecord(name: string, meta: UidMetaFields | null): NameRecord {
  const values = new FieldValues();
  if (meta === null) return { name, hasMeta: false, values };
  values.text('displayName', meta.displayName).text('description', meta.description).text('notes', meta.notes);
  return { name, hasMeta: true, values: values.customFields(meta.custom).number('created', meta.created, 0) };
}

export function encodeName({ name, hasMeta, values }: NameRecord): Buffer {
  return Buffer.from(JSON.stringify([name, hasMeta ? 1 : 0, values.encode()]));
}

export function decodeName(value: Buffer): NameRecord {
  const [name, hasMeta, values] = JSON.parse(value.toString()) as [string, number, string];
  return { name, hasMeta: hasMeta === 1, values: FieldValues.decode(values) };
}

/** What is known of a series: most have nothing but a time of creation, which makes none of them one that is described. */
export function encodeSeries(meta: TsMetaFields): { value: Buffer; isDescribed: boolean } {
  const values = new FieldValues()
    .text('displayName', meta.displayName)
    .text('description', meta.description)
    .text('notes', meta.notes)
    .text('units', meta.units)
    .text('dataType', meta.dataType)
    .customFields(meta.custom)
    .number('retention', meta.retention, 0)
    .number('max', meta.max, NaN)
    .number('min', meta.min, NaN);
  const created = Buffer.alloc(CREATED_BYTES);
  created.writeDoubleBE(meta.created);
  return { value: Buffer.concat([created, Buffer.from(values.encode())]), isDescribed: !values.isEmpty };
}

export const createdOfSeries = (value: Buffer): number => value.readDoubleBE(0);
export const isDescribedSeries = (value: Buffer): boolean => value.length > CREATED_BYTES;
export const valuesOfSeries = (value: Buffer): FieldValues => FieldValues.decode(value.toString('utf8', CREATED_BYTES));

export function encodeNote({ endTime, description, notes, custom }: Annotation): Buffer {
  const values = new FieldValues().text('description', description).text('notes', notes).customFields(custom);
  return Buffer.from(values.number('endTime', endTime, NaN).encode());
}

export const valuesOfNote = (value: Buffer): FieldValues => FieldValues.decode(value.toString());
