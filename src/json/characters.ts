/** How Jackson shows a character in a message. */
export function describeCharacter(code: number): string {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `(CTRL-CHAR, code ${code})`;
  const shown = String.fromCharCode(code);
  return code > 255 ? `'${shown}' (code ${code} / 0x${code.toString(16)})` : `'${shown}' (code ${code})`;
}

/** Java's Character.isJavaIdentifierStart, for one UTF-16 unit. */
export const isIdentifierStart = (character: string): boolean => /^[\p{L}\p{Nl}\p{Sc}\p{Pc}]$/u.test(character);

/** Java's Character.isJavaIdentifierPart, for one UTF-16 unit. */
export function isIdentifierPart(character: string): boolean {
  const c = character.charCodeAt(0);
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return !(c >= 0x09 && c <= 0x0d) && !(c >= 0x1c && c < 0x20);
  return /^[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}\p{Cf}]$/u.test(character);
}

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
