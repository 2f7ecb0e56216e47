import { IllegalArgumentError } from './errors';
import { annotationColumn } from './extended-qualifier';
import { globalAnnotationKey, rowKeyOfTsuid } from './row-key';
import { hexToUid } from './bytes';
import { customFieldsJson, javaJsonString, javaJsonText } from './java-json';
import type { KeyLayout } from './layout';
import { messageOf } from '../util/message-of';

/** A note on a series, or on everything when it has no TSUID. Mirrors Annotation. */
export interface Annotation {
  /** Upper-case hexadecimal; empty: a global annotation. */
  tsuid: string;
  /** Seconds or milliseconds, in the unit the client sent. */
  startTime: number;
  /** 0: not over, or a moment. */
  endTime: number;
  /** Null where a client sent null. */
  description: string | null;
  notes: string | null;
  custom: ReadonlyMap<string, string | null> | null;
}

/** Row and column of an annotation's cell. @throws IllegalArgumentError when the start time is not set */
export function annotationCell(layout: KeyLayout, tsuid: string, startTime: number): { key: Buffer; qualifier: Buffer } {
  const { baseTime, qualifier } = annotationColumn(startTime);
  const key = tsuid === '' ? globalAnnotationKey(layout, baseTime) : rowKeyOfTsuid(layout, hexToUid(tsuid), baseTime);
  return { key, qualifier };
}

/** The stored JSON, byte for byte the original's: fixed order of fields, custom keys sorted, no TSUID when empty. */
export function encodeAnnotation(annotation: Annotation): Buffer {
  const { tsuid, startTime, endTime, description, notes, custom } = annotation;
  const start = tsuid === '' ? '{' : `{"tsuid":${javaJsonString(tsuid)},`;
  const texts = `"description":${javaJsonText(description)},"notes":${javaJsonText(notes)}`;
  return Buffer.from(`${start}"startTime":${startTime},"endTime":${endTime},${texts},"custom":${encodeCustom(custom)}}`);
}

function encodeCustom(custom: Annotation['custom']): string {
  if (custom === null) return 'null';
  // The default order of sort is Java's: by UTF-16 units.
  const entries = [...custom.keys()].sort().map((key) => {
    const value = custom.get(key) ?? null;
    return `${javaJsonString(key)}:${javaJsonText(value)}`;
  });
  return `{${entries.join(',')}}`;
}

/** An annotation as the API shows it; unlike the stored form it leaves out what is null. Mirrors Annotation as a bean. */
export function annotationJson(note: Annotation): string {
  const custom = note.custom ? `,"custom":${customFieldsJson(note.custom)}` : '';
  const description = note.description === null ? '' : `,"description":${javaJsonString(note.description)}`;
  const notes = note.notes === null ? '' : `,"notes":${javaJsonString(note.notes)}`;
  return `{"tsuid":${javaJsonString(note.tsuid)}${description}${notes}${custom},"startTime":${note.startTime},"endTime":${note.endTime}}`;
}

/**
 * An annotation from its stored JSON; unknown fields are ignored, missing ones get their defaults.
 * @throws IllegalArgumentError when it is no JSON object
 */
export function decodeAnnotation(json: Buffer): Annotation {
  const fields = parseObject(json);
  const custom = fields.get('custom');
  return {
    tsuid: text(fields.get('tsuid')),
    startTime: integer(fields.get('startTime')),
    endTime: integer(fields.get('endTime')),
    description: fields.get('description') === null ? null : text(fields.get('description')),
    notes: fields.get('notes') === null ? null : text(fields.get('notes')),
    custom: isObject(custom) ? new Map(Object.entries(custom).map(([k, v]) => [k, v === null ? null : String(v)])) : null,
  };
}

function parseObject(json: Buffer): Map<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.toString('utf8'));
  } catch (cause) {
    throw new IllegalArgumentError(`Unable to parse the stored annotation: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!isObject(parsed)) throw new IllegalArgumentError('Unable to parse the stored annotation: it is not an object');
  return new Map(Object.entries(parsed));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function integer(value: unknown): number {
  const n = Math.trunc(Number(value ?? 0));
  return Number.isFinite(n) ? n : 0;
}
