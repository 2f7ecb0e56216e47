import { RE2JS } from 're2js';
import { FilterSyntaxError, type TagValueFilter } from './filter';
import { javaPatternError } from './regexp-error';

/**
 * `regexp`: the pattern is found somewhere in the value. Mirrors TagVRegexFilter, with an engine whose time is linear
 * in the text: look-around and back-references are refused, and no pattern can hold the process.
 */
export class RegexpFilter implements TagValueFilter {
  readonly type = 'regexp';
  readonly literals = null;
  readonly needsNames = true;
  private readonly pattern: RE2JS;

  constructor(
    readonly tagk: string,
    readonly filter: string,
    public groupBy: boolean,
  ) {
    try {
      this.pattern = RE2JS.compile(filter);
    } catch (e) {
      const reason = (e as Error).message;
      throw new FilterSyntaxError(javaPatternError(filter, reason) ?? reason, { cause: e });
    }
  }

  matches(value: string | undefined): boolean {
    return value !== undefined && this.pattern.matcher(value).find();
  }

  describeConfig(): string {
    return `{pattern=${this.filter}}`;
  }
}
