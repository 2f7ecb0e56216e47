import { hashMapOrder } from '../../util/java-hash-order';
import { FilterSyntaxError, type TagValueFilter } from './filter';

/** Literals of one filter: what one look at the clock's worth of work puts in order. */
const MAX_LITERALS = 32_768;
/** In the dump of a query so many stand in the original's order. */
const MOST_IN_ORDER = 4096;
const PIPE = '|'.charCodeAt(0);

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

/** How many pieces there are between pipes; of more than `most` one more than these. */
function countPieces(text: string, most: number): number {
  const end = endOfPieces(text);
  let pieces = 1;
  for (let at = text.indexOf('|'); at >= 0 && at < end && pieces <= most; at = text.indexOf('|', at + 1)) pieces++;
  return pieces;
}

/**
 * `literal_or` and its relatives: the value is, or is not, one of a set.
 * Mirrors TagVLiteralOrFilter and TagVNotLiteralOrFilter.
 */
export class LiteralFilter implements TagValueFilter {
  readonly family: 'literal_or' | 'not_literal_or';
  readonly steps = 0;
  readonly needsNames = true;
  readonly values: number;
  private parsed: ReadonlySet<string> | null = null;

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
    this.values = countPieces(filter, MAX_LITERALS);
    if (this.values > MAX_LITERALS) throw new FilterSyntaxError(`Filter must not have more than ${MAX_LITERALS} literals`);
  }

  literals(most: number): readonly string[] | null {
    return this.ignoreCase || this.negated || this.held.size > most ? null : hashMapOrder(this.held);
  }

  release(): void {
    this.parsed = null;
  }

  matches(value: string | undefined): boolean {
    if (value === undefined) return this.negated;
    return this.held.has(this.ignoreCase ? value.toLowerCase() : value) !== this.negated;
  }

  search(): null {
    return null;
  }

  describeConfig(): string {
    const values = this.parse();
    const texts = values.size > MOST_IN_ORDER ? [...values] : hashMapOrder(values);
    return `{literals=[${texts.join(', ')}], case=${this.ignoreCase}}`;
  }

  /** Only made for a query that runs: those that wait have the text. */
  private get held(): ReadonlySet<string> {
    return (this.parsed ??= this.parse());
  }

  private parse(): ReadonlySet<string> {
    return new Set(splitPipes(this.ignoreCase ? this.filter.toLowerCase() : this.filter));
  }
}
