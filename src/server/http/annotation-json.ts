import { javaJsonString, toMilliseconds, type Annotation } from '../../schema';
import { hashMapOrder } from '../../util/java-hash-order';

/** An annotation as the API shows it; unlike the stored form it leaves out what is null. Mirrors Annotation as a bean. */
export function annotationJson(note: Annotation): string {
  const custom = note.custom ? `,"custom":${customJson(note.custom)}` : '';
  const description = note.description === null ? '' : `,"description":${javaJsonString(note.description)}`;
  const notes = note.notes === null ? '' : `,"notes":${javaJsonString(note.notes)}`;
  return `{"tsuid":${javaJsonString(note.tsuid)}${description}${notes}${custom},"startTime":${note.startTime},"endTime":${note.endTime}}`;
}

/** In the order of the hash map that the original copies it to. */
function customJson(custom: ReadonlyMap<string, string | null>): string {
  let capacity = 1;
  while (capacity < Math.floor(custom.size / 0.75 + 1)) capacity *= 2;
  const members = hashMapOrder(custom.keys(), capacity).map((key) => {
    const value = custom.get(key) ?? null;
    return `${javaJsonString(key)}:${value === null ? 'null' : javaJsonString(value)}`;
  });
  return `{${members.join(',')}}`;
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
