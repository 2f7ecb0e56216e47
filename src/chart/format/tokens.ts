/** A part of a format: text as it is, or a conversion such as `%-5.2f`. */
export type FormatToken =
  | { readonly literal: string }
  | { readonly conversion: string; readonly flags: string; readonly width: number; readonly precision: number | null };

/** Longest format, and most conversions in it: a label is short. */
const MAX_LENGTH = 64;
const MAX_CONVERSIONS = 12;
const CONVERSION = /%([-+ 0#]*)(\d{0,2})(?:\.(\d{1,2}))?([A-Za-z%])/y;
/** What may stand between conversions: letters and digits of any script, spaces, and marks that mean nothing to any program. */
const LITERAL = /[\p{L}\p{N}\p{M} ,.:/_()[\]+\-*@°€£¥]+/uy;

/**
 * Cuts a format into its parts.
 * @param conversions the letters that may follow `%`
 * @returns null when it is not one: an unknown conversion, none at all, or characters that have no place in a label
 */
export function formatTokens(text: string, conversions: ReadonlySet<string>): FormatToken[] | null {
  if (text.length > MAX_LENGTH) return null;
  const tokens: FormatToken[] = [];
  let converting = 0;
  for (let at = 0; at < text.length;) {
    CONVERSION.lastIndex = LITERAL.lastIndex = at;
    const found = CONVERSION.exec(text);
    if (found !== null) {
      const [all, flags, width, precision, conversion] = found;
      if (conversion === '%') {
        if (all !== '%%') return null;
        tokens.push({ literal: '%' });
      } else {
        if (!conversions.has(conversion) || ++converting > MAX_CONVERSIONS) return null;
        tokens.push({ conversion, flags, width: Number(width), precision: precision === undefined ? null : Number(precision) });
      }
      at += all.length;
      continue;
    }
    const literal = LITERAL.exec(text)?.[0];
    if (literal === undefined) return null;
    tokens.push({ literal });
    at += literal.length;
  }
  return converting > 0 ? tokens : null;
}

/** To a least width: with spaces or zeros in front, or with spaces behind (`-`). */
export function pad(text: string, width: number, flags: string): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[-+ ]/.test(text) ? text[0] : '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
