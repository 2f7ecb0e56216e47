import { hashMapOrder } from '../../util/java-hash-order';
import { FilterSyntaxError, type TagValueFilter } from './filter';

/** Literals of one filter: what one look at the clock's worth of work puts in order. */
const MAX_LITERALS = 32_768;

/** Pieces between pipes; trailing empty ones are dropped, inner ones stay. */
function splitPipes(text: string): string[] {
  const pieces = text.split('|', MAX_LITERALS + 2);
  while (pieces.length > 0 && pieces[pieces.length - 1] === '') pieces.pop();
  return pieces;
}

/**
 * `literal_or` and its relatives: the value is, or is not, one of a set.
 * Mirrors TagVLiteralOrFilter and TagVNotLiteralOrFilter.
 */
export class LiteralFilter implements TagValueFilter {
  readonly family: 'literal_or' | 'not_literal_or';
  readonly literals: readonly string[] | null;
  readonly needsNames = true;
  private readonly set: ReadonlySet<string>;

  constructor(
    readonly type: string,
    readonly tagk: string,
    readonly filter: string,
    public groupBy: boolean,
    private readonly ignoreCase: boolean,
    private readonly negated: boolean,
  ) {
    this.family = negated ? 'not_literal_or' : 'literal_or';
    if (filter === '|') throw new FilterSyntaxError('Filter must contain more than just a pipe');
    const pieces = splitPipes(ignoreCase ? filter.toLowerCase() : filter);
    if (pieces.length > MAX_LITERALS) throw new FilterSyntaxError(`Filter must not have more than ${MAX_LITERALS} literals`);
    const ordered = hashMapOrder(pieces);
    this.set = new Set(ordered);
    this.literals = ignoreCase || negated ? null : ordered;
  }

  matches(value: string | undefined): boolean {
    if (value === undefined) return this.negated;
    return this.set.has(this.ignoreCase ? value.toLowerCase() : value) !== this.negated;
  }

  describeConfig(): string {
    return `{literals=[${[...this.set].join(', ')}], case=${this.ignoreCase}}`;
  }
}
