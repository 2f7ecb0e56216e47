const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 127;
const SIXES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((c, i) => [c, i] as [string, number]).concat([['=', PADDING]]));

/** Bytes of a text in base64, read as leniently as Java does: what is no character of it is stepped over, and so is an incomplete end. Mirrors DatatypeConverter.parseBase64Binary. */
export function parseBase64(text: string): Buffer {
  const bytes: number[] = [];
  let four: number[] = [];
  for (const character of text) {
    const six = SIXES.get(character);
    if (six === undefined) continue;
    four.push(six);
    if (four.length < 4) continue;
    const [a, b, c, d] = four;
    bytes.push((a << 2) | (b >> 4));
    if (c !== PADDING) bytes.push((b << 4) | (c >> 2));
    if (d !== PADDING) bytes.push((c << 6) | d);
    four = [];
  }
  return Buffer.from(bytes);
}
