const SEPARATORS = /[^\p{L}\p{N}]+/u;
/** Characters of a text that can be found: the first ones. */
export const SEARCHED_CHARACTERS = 4096;

/** The words of a text in lower case: what stands between characters that are neither letters nor digits. */
export function wordsOf(text: string): string[] {
  return text
    .slice(0, SEARCHED_CHARACTERS)
    .toLowerCase()
    .split(SEPARATORS)
    .filter((word) => word !== '');
}
