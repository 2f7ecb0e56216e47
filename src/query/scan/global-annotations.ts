import { DATA_FAMILY, decodeAnnotation, columnKind, globalAnnotationKey, isGlobalAnnotationKey, type Annotation } from '../../schema';
import type { CallOptions } from '../../storage';
import type { ScanContext } from './range-scan';

const HOUR = 3600;

/**
 * Annotations of no series in the hours of a window. What starts before it or ends after it is left out, comparing the
 * stored numbers as they are with seconds, so that an end in milliseconds is always too late. Mirrors Annotation.getGlobalAnnotations.
 */
export async function readGlobalAnnotations(
  context: ScanContext,
  startMs: number,
  endMs: number,
  options: CallOptions,
): Promise<Annotation[]> {
  const [start, end] = [Math.floor(startMs / 1000), Math.floor(endMs / 1000)];
  const found: Annotation[] = [];
  const rows = context.storage.scan(context.table, {
    start: globalAnnotationKey(context.layout, start - (start % HOUR)),
    stop: globalAnnotationKey(context.layout, end - (end % HOUR) + HOUR),
    family: DATA_FAMILY,
    ...options,
  });
  for await (const batch of rows) {
    for (const row of batch) {
      if (!isGlobalAnnotationKey(context.layout, row.key)) continue;
      for (let i = 0; i < row.size; i++) {
        if (columnKind(row.qualifier(i)) !== 'annotation') continue;
        const note = decodeAnnotation(row.value(i));
        if (note.startTime >= start && note.endTime <= end) found.push(note);
      }
    }
  }
  return found;
}
