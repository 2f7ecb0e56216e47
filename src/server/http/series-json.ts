import { javaJsonString, javaJsonText } from '../../schema';

/** `{"host":"web01"}` in the order of the map. */
export function tagsJson(tags: ReadonlyMap<string, string | null>): string {
  return `{${[...tags].map(([key, value]) => `${javaJsonString(key)}:${javaJsonText(value)}`).join(',')}}`;
}
