import { hashMapOrder } from '../../util/java-hash-order';
import { FilterSyntaxError, type TagValueFilter } from './filter';

/** Literals of one filter: what one look at the clock's worth of work puts in order. */
const MAX_LITERALS = 32_768;
const PIPE = '|'.charCodeAt(0);

/** Distinct values, in the order of Java's hash map. */
interface ParsedLiterals {
  readonly ordered: readonly string[];
  readonly set: ReadonlySet<string>;
}

/** Where the last piece that counts ends: trailing empty ones are dropped. */
function endOfPieces(text: string): number {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === PIPE) end--;
  return end;
}

/** Pieces between pipes; trailing empty ones are dropped, inner ones stay. */
function splitPipes(text: string): string[] {
  const end = endOfPieces(text);
  return end === 0 ? [] : text.slice(0, end).split('|');
}

/** Whether there are more pieces between pipes than so many. */
function hasMorePieces(text: string, most: number): boolean {
  const end = endOfPieces(text);
  let pieces = 1;
  for (let at = text.indexOf('|'); at >= 0 && at < end && pieces <= most; at = text.indexOf('|', at + 1)) pieces++;
  return pieces > most;
}

/**
 * `literal_or` and its relatives: the value is, or is not, one of a set.
 * Mirrors TagVLiteralOrFilter and TagVNotLiteralOrFilter.
 */
export class LiteralFilter implements TagValueFilter {
  readonly family: 'literal_or' | 'not_literal_or';
  readonly needsNames = true;
  private parsed: ParsedLiterals | null = null;

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
    if (hasMorePieces(filter, MAX_LITERALS)) throw new FilterSyntaxError(`Filter must not have more than ${MAX_LITERALS} literals`);
  }

  get literals(): readonly string[] | null {
    return this.ignoreCase || this.negated ? null : this.held.ordered;
  }

  matches(value: string | undefined): boolean {
    if (value === undefined) return this.negated;
    return this.held.set.has(this.ignoreCase ? value.toLowerCase() : value) !== this.negated;
  }

  describeConfig(): string {
    return `{literals=[${[...this.parse().set].join(', ')}], case=${this.ignoreCase}}`;
  }

  /** Only made for a query that runs: those that wait have the text. */
  private get held(): ParsedLiterals {
    return (this.parsed ??= this.parse());
  }

  private parse(): ParsedLiterals {
    const ordered = hashMapOrder(splitPipes(this.ignoreCase ? this.filter.toLowerCase() : this.filter));
    return { ordered, set: new Set(ordered) };
  }
}
