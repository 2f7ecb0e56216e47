import { annotationJson, toMilliseconds, type Annotation } from '../../schema';

/** Those that start inside a window, ordered by their start times as stored, whatever the unit. */
export function annotationsJson(notes: readonly Annotation[], startMs: number, endMs: number): string {
  const inside = [...notes]
    .sort((a, b) => a.startTime - b.startTime)
    .filter((note) => {
      const at = toMilliseconds(note.startTime);
      return at >= startMs && at <= endMs;
    });
  return `[${inside.map(annotationJson).join(',')}]`;
}
