/** A line's words: split at every single blank, so that two in a row make an empty word. Mirrors Tags.splitString. */
export function splitWords(line: string): string[] {
  return line.split(' ');
}
