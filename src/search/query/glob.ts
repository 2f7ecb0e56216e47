/** Any number of characters. */
export const MANY = 0;
/** Exactly one character. */
export const ONE = 1;
/** Literal text, or one of the wildcards. */
export type GlobPart = string | typeof MANY | typeof ONE;

/**
 * A pattern with `*` and `?` over lower-case text. Nothing is tried twice but the place of a part between two asterisks: a match takes at most as
 * many steps as text and pattern have characters, multiplied, and both are capped.
 */
export class Glob {
  /** What every match begins with. */
  readonly prefix: string;
  /** Matches everything. */
  readonly isAny: boolean;
  /** Begins and ends with an asterisk: what fits a part of a text fits the whole of it. */
  readonly isOpen: boolean;
  /** What stands between the asterisks. */
  private readonly segments: readonly (readonly (string | typeof ONE)[])[];

  constructor(parts: readonly GlobPart[]) {
    const segments: (string | typeof ONE)[][] = [[]];
    for (const part of parts) {
      if (part === MANY) segments.push([]);
      else if (part === ONE) segments[segments.length - 1].push(ONE);
      else segments[segments.length - 1].push(...splitUnits(part.toLowerCase()));
    }
    this.segments = segments;
    this.isAny = segments.length > 1 && segments.every((segment) => segment.length === 0);
    this.isOpen = segments.length > 1 && segments[0].length === 0 && segments[segments.length - 1].length === 0;
    const first = segments[0];
    const wild = first.indexOf(ONE);
    this.prefix = (wild < 0 ? first : first.slice(0, wild)).join('');
  }

  /** Whether the pattern fits the whole of a text. */
  matches(text: string): boolean {
    const { segments } = this;
    const last = segments.length - 1;
    if (last === 0) return text.length === segments[0].length && fits(segments[0], text, 0);
    const end = text.length - segments[last].length;
    let from = segments[0].length;
    if (end < from || !fits(segments[0], text, 0) || !fits(segments[last], text, end)) return false;
    for (let i = 1; i < last; i++) {
      const segment = segments[i];
      while (from + segment.length <= end && !fits(segment, text, from)) from++;
      from += segment.length;
      if (from > end) return false;
    }
    return true;
  }
}

/** A surrogate pair is two, as `?` counts them. */
function splitUnits(text: string): string[] {
  return text.split('');
}

function fits(segment: readonly (string | typeof ONE)[], text: string, at: number): boolean {
  for (let i = 0; i < segment.length; i++) if (segment[i] !== ONE && segment[i] !== text[at + i]) return false;
  return true;
}
