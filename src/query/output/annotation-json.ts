import { javaJsonString, toMilliseconds, type Annotation } from '../../schema';

/** An annotation as the API shows it; unlike the stored form it leaves out what is null. Mirrors Annotation as a bean. */
export function annotationJson(note: Annotation): string {
  const custom = note.custom
    ? `,"custom":{${[...note.custom].map(([k, v]) => `${javaJsonString(k)}:${v === null ? 'null' : javaJsonString(v)}`).join(',')}}`
    : '';
  const texts = `"description":${javaJsonString(note.description)},"notes":${javaJsonString(note.notes)}`;
  return `{"tsuid":${javaJsonString(note.tsuid)},${texts}${custom},"startTime":${note.startTime},"endTime":${note.endTime}}`;
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
