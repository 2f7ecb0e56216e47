import { javaJsonString } from '../../schema';

/** `{"host":"web01"}` in the order of the map. */
export function tagsJson(tags: ReadonlyMap<string, string | null>): string {
  return `{${[...tags].map(([key, value]) => `${javaJsonString(key)}:${value === null ? 'null' : javaJsonString(value)}`).join(',')}}`;
}

/** A text or null. */
export const textJson = (text: string | null): string => (text === null ? 'null' : javaJsonString(text));
