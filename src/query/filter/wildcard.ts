import { FilterSyntaxError, type TagValueFilter } from './filter';

/**
 * `wildcard` and `iwildcard`: a glob with `*`. Mirrors TagVWildcardFilter, laxness included: a pattern that starts
 * and ends with a literal part is not anchored at all, nor is one with asterisks at both ends, and after a part is
 * found the search goes on from the sum of the parts' lengths, not from the end of the match.
 */
export class WildcardFilter implements TagValueFilter {
  readonly family = 'wildcard';
  readonly literals = null;
  readonly needsNames: boolean;
  private readonly components: readonly string[];
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
    let rest = ignoreCase ? filter.toLowerCase() : filter;
    this.openStart = rest.startsWith('*');
    while (rest.length > 1 && rest.startsWith('*')) rest = rest.slice(1);
    this.openEnd = rest.endsWith('*');
    while (rest.length > 1 && rest.endsWith('*')) rest = rest.slice(0, -1);
    this.needsNames = rest !== '*';
    this.components = rest === '*' ? ['*'] : rest.split('*');
  }

  matches(value: string | undefined): boolean {
    if (value === undefined) return false;
    if (!this.needsNames) return true;
    const text = this.ignoreCase ? value.toLowerCase() : value;
    const { components } = this;
    if (this.openStart && !this.openEnd && !text.endsWith(components[components.length - 1])) return false;
    if (this.openEnd && !this.openStart && !text.startsWith(components[0])) return false;
    let from = 0;
    for (const component of components) {
      if (text.indexOf(component, from) < 0) return false;
      from += component.length;
    }
    return true;
  }

  describeConfig(): string {
    return `{components=[${this.components.join(', ')}], case=${this.ignoreCase}}`;
  }
}
