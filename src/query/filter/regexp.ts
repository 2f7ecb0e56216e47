import type { JavaRegexp } from '../../util/java-regexp';
import { javaRegexps } from '../../util/java-regexps';
import { messageOf } from '../../util/message-of';
import { FilterSyntaxError, type TagValueFilter } from './filter';

/**
 * `regexp`: the pattern is found somewhere in the value. Mirrors TagVRegexFilter, with an engine whose time is linear in
 * the text, so that no pattern can hold the process. What it does not support is refused (docs/regular-expressions.md).
 */
export class RegexpFilter implements TagValueFilter {
  readonly type = 'regexp';
  readonly family = 'regexp';
  readonly values = 1;
  readonly needsNames = true;
  private readonly pattern: JavaRegexp;

  constructor(
    readonly tagk: string,
    readonly filter: string,
    public groupBy: boolean,
  ) {
    try {
      this.pattern = new (javaRegexps().JavaRegexp)(filter);
    } catch (e) {
      throw new FilterSyntaxError(messageOf(e), { cause: e });
    }
  }

  literals(): null {
    return null;
  }

  release(): void {}

  matches(value: string | undefined): boolean {
    return value !== undefined && this.pattern.find(value);
  }

  get steps(): number {
    return this.pattern.steps;
  }

  search(value: string | undefined): Generator<number, boolean> | null {
    return value === undefined || this.pattern.isQuick(value) ? null : this.pattern.search(value);
  }

  describeConfig(): string {
    return `{pattern=${this.filter}}`;
  }
}
