import { FilterSyntaxError, type TagValueFilter } from './filter';

/** Twice the longest name that there can be. */
const MAX_LENGTH = 65_536;

/**
 * `wildcard` and `iwildcard`: a glob with `*`. Mirrors TagVWildcardFilter, laxness included: a pattern that starts
 * and ends with a literal part is not anchored at all, nor is one with asterisks at both ends, and after a part is
 * found the search goes on from the sum of the parts' lengths, not from the end of the match.
 */
export class WildcardFilter implements TagValueFilter {
  readonly family = 'wildcard';
  readonly values = 1;
  readonly steps = 0;
  readonly needsNames: boolean;
  private readonly components: readonly string[];
  /** The components that have to be found. */
  private readonly parts: readonly string[];
  private readonly openStart: boolean;
  private readonly openEnd: boolean;

  constructor(
    readonly type: string,
    readonly tagk: string,
    readonly filter: string,
    public groupBy: boolean,
    private readonly ignoreCase: boolean,
  ) {
    if (!filter.includes('*')) throw new FilterSyntaxError('Filter must contain an asterisk');
    if (filter.length > MAX_LENGTH) throw new FilterSyntaxError(`Filter must not have more than ${MAX_LENGTH} characters`);
    let rest = ignoreCase ? filter.toLowerCase() : filter;
    this.openStart = rest.startsWith('*');
    while (rest.length > 1 && rest.startsWith('*')) rest = rest.slice(1);
    this.openEnd = rest.endsWith('*');
    while (rest.length > 1 && rest.endsWith('*')) rest = rest.slice(0, -1);
    this.needsNames = rest !== '*';
    this.components = rest === '*' ? ['*'] : rest.split('*');
    this.parts = this.components.filter((component) => component !== '');
  }

  literals(): null {
    return null;
  }

  release(): void {}

  matches(value: string | undefined): boolean {
    if (value === undefined) return false;
    if (!this.needsNames) return true;
    const text = this.ignoreCase ? value.toLowerCase() : value;
    const { components } = this;
    if (this.openStart && !this.openEnd && !text.endsWith(components[components.length - 1])) return false;
    if (this.openEnd && !this.openStart && !text.startsWith(components[0])) return false;
    let from = 0;
    for (const part of this.parts) {
      if (text.indexOf(part, from) < 0) return false;
      from += part.length;
    }
    return true;
  }

  search(): null {
    return null;
  }

  describeConfig(): string {
    return `{components=[${this.components.join(', ')}], case=${this.ignoreCase}}`;
  }
}
