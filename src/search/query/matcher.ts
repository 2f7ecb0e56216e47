import type { Glob } from './glob';
import { SEARCHED_CHARACTERS, wordsOf } from './words';

/** What a search asks of a value. */
export type Matcher = AnyMatcher | GlobMatcher | WordsMatcher | RangeMatcher;

/** `*`: that there is one. */
interface AnyMatcher {
  readonly kind: 'any';
}

/** A pattern that fits the whole value or one of its words. */
interface GlobMatcher {
  readonly kind: 'glob';
  readonly glob: Glob;
}

/** A text that is the whole value, or whose words follow each other in it. */
interface WordsMatcher {
  readonly kind: 'words';
  /** Lower case. */
  readonly text: string;
  readonly words: readonly string[];
}

/** Bounds; null: none. Numbers are compared as such, texts by their characters in lower case. */
export interface RangeMatcher {
  readonly kind: 'range';
  readonly low: string | null;
  readonly high: string | null;
  readonly withLow: boolean;
  readonly withHigh: boolean;
}

/** A text that terms are looked for in; it is taken apart once for all of them. */
export class SearchedText {
  private readonly text: string;
  private words: readonly string[] | null = null;
  private distinct: readonly string[] | null = null;

  constructor(value: string) {
    this.text = value.slice(0, SEARCHED_CHARACTERS).toLowerCase();
  }

  fits(matcher: Matcher): boolean {
    const { text } = this;
    switch (matcher.kind) {
      case 'any':
        return text !== '';
      case 'glob': {
        const { glob } = matcher;
        if (glob.matches(text)) return true;
        if (glob.isOpen || !text.includes(glob.prefix)) return false;
        return (this.distinct ??= [...new Set(this.split())]).some((word) => glob.matches(word));
      }
      case 'words':
        return (
          text === matcher.text || (matcher.words.every((word) => text.includes(word)) && containsInOrder(this.split(), matcher.words))
        );
      case 'range':
        return isWithin(matcher, text, (bound) => bound);
    }
  }

  private split(): readonly string[] {
    return (this.words ??= wordsOf(this.text));
  }
}

export function matchesText(matcher: Matcher, value: string): boolean {
  return new SearchedText(value).fits(matcher);
}

export function matchesNumber(matcher: Matcher, value: number): boolean {
  switch (matcher.kind) {
    case 'any':
      return true;
    case 'glob':
      return matcher.glob.matches(String(value));
    case 'words':
      return Number(matcher.text) === value;
    case 'range':
      return isWithin(matcher, value, Number);
  }
}

function isWithin<T extends number | string>({ low, high, withLow, withHigh }: RangeMatcher, value: T, of: (bound: string) => T): boolean {
  if (low !== null && !(withLow ? value >= of(low) : value > of(low))) return false;
  return high === null || (withHigh ? value <= of(high) : value < of(high));
}

/** Looks at each place of the text once for each word that is looked for; there are few of those. */
function containsInOrder(words: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return false;
  for (let at = 0; at + wanted.length <= words.length; at++) if (wanted.every((word, i) => words[at + i] === word)) return true;
  return false;
}
