import { ANNOTATION_PREFIX, HISTOGRAM_PREFIX } from './column';
import { IllegalArgumentError } from './errors';
import { baseTimeOf, hourOf, isMilliseconds } from './time';

/*
 * Qualifiers of annotations and histograms: a prefix byte, then the plain offset from the base time, not shifted and
 * without flags: u16 seconds or u32 milliseconds.
 */

/** A cell's place in the table, but for the part of the key that is the series'. */
export interface ExtendedColumn {
  /** Seconds. */
  baseTime: number;
  qualifier: Buffer;
}

/**
 * Where an annotation goes. A start time divisible by 1000 is divided first, to fold 1328140801000 onto 1328140801; one in
 * seconds too, so 1328140000 lands on an odd offset of another hour, as in the original. Mirrors Annotation.getQualifier, getRowKey.
 * @throws IllegalArgumentError when the start time is not set
 */
export function annotationColumn(startTime: number): ExtendedColumn {
  checkSet(startTime);
  return { baseTime: baseTimeOf(startTime), qualifier: extended(ANNOTATION_PREFIX, startTime % 1000 === 0 ? startTime / 1000 : startTime) };
}

/** Where a histogram goes. Mirrors Internal.getQualifier of histograms. @throws IllegalArgumentError when the timestamp is 0 */
export function histogramColumn(timestamp: number): ExtendedColumn {
  checkSet(timestamp);
  return { baseTime: baseTimeOf(timestamp), qualifier: extended(HISTOGRAM_PREFIX, timestamp) };
}

/** Milliseconds from the base time of an annotation's or histogram's qualifier. */
export function extendedOffsetMs(qualifier: Buffer): number {
  return qualifier.length === 3 ? qualifier.readUInt16BE(1) * 1000 : qualifier.readInt32BE(1);
}

function extended(prefix: number, time: number): Buffer {
  const ms = isMilliseconds(time);
  const out = Buffer.alloc(ms ? 5 : 3);
  out[0] = prefix;
  if (ms) out.writeUInt32BE(time - hourOf(time) * 1000, 1);
  else out.writeUInt16BE(time - hourOf(time), 1);
  return out;
}

function checkSet(time: number): void {
  if (time < 1) throw new IllegalArgumentError('The start timestamp has not been set');
}
