import { customFieldsJson, javaJsonString, toMilliseconds, type Annotation } from '../../schema';

/** An annotation as the API shows it; unlike the stored form it leaves out what is null. Mirrors Annotation as a bean. */
export function annotationJson(note: Annotation): string {
  const custom = note.custom ? `,"custom":${customFieldsJson(note.custom)}` : '';
  const description = note.description === null ? '' : `,"description":${javaJsonString(note.description)}`;
  const notes = note.notes === null ? '' : `,"notes":${javaJsonString(note.notes)}`;
  return `{"tsuid":${javaJsonString(note.tsuid)}${description}${notes}${custom},"startTime":${note.startTime},"endTime":${note.endTime}}`;
}

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
