import { IllegalArgumentError } from '../../util/errors';
/**
 * A condition on the value of one tag key. Mirrors TagVFilter: a filter is evaluated on names, and those that can be
 * told by UIDs alone are evaluated by the store (see plan/row-literals).
 */
export interface TagValueFilter {
  /** As registered and echoed: `literal_or`, `wildcard`, ... */
  readonly type: string;
  /** What filters must share to be equal: `wildcard` and `iwildcard` are one class in the original, and differ in whether case counts. */
  readonly family: 'literal_or' | 'not_literal_or' | 'wildcard' | 'regexp';
  readonly tagk: string;
  /** The text as the client gave it. */
  readonly filter: string;
  /** Whether results are split by the value of this key. Switched on later when an equal filter groups. */
  groupBy: boolean;
  /** Number of values in its text; 1 for every type that is no set of literals. */
  readonly values: number;
  /** False for a filter that every row with the key passes: names need not be looked up for it. */
  readonly needsNames: boolean;
  /** Distinct values of a case-sensitive `literal_or`, if they are no more than so many: they may be resolved to UIDs. Null for every other type. */
  literals(most: number): readonly string[] | null;
  /** Lets go of what was made of its text, which is made again when it is needed. */
  release(): void;
  /** @param value name of the key's value; undefined when the series lacks the key */
  matches(value: string | undefined): boolean;
  /** Steps that regular expressions have taken in all of its `matches` so far. */
  readonly steps: number;
  /** As `matches`, in parts, for a value that may take long; yields the steps that each has taken. Null: `matches` takes no more than a moment. */
  search(value: string | undefined): Generator<number, boolean> | null;
  /** The `config=` part of the original's textual dump of a query. */
  describeConfig(): string;
}

/** What a value of a filter takes of memory once it is looked at, beside its text. */
const VALUE_BYTES = 64;

/** Bytes that filters take while a query runs, beside their texts. */
export function bytesOfFilters(filters: readonly TagValueFilter[]): number {
  let bytes = 0;
  for (const { values } of filters) bytes += VALUE_BYTES * values;
  return bytes;
}

/**
 * The same text for filters that are equal: of one family, key and parsed text, whether they group or not. Sets of thousands of values are told to be equal only when
 * the values stand in one order. Mirrors the filters' `equals`.
 */
export function filterIdentity(filter: TagValueFilter): string {
  return JSON.stringify([filter.family, filter.tagk, filter.describeConfig()]);
}

/** The textual form of a filter in the dump that accompanies validation errors. Mirrors TagVFilter.toString. */
export function describeFilter(f: TagValueFilter): string {
  return `filter_name=${f.type}, tagk=${f.tagk}, group_by=${f.groupBy}, tagk_bytes=null, config=${f.describeConfig()}`;
}

/** A filter that can't be made from what the client sent; the text is the original's. */
export class FilterSyntaxError extends IllegalArgumentError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FilterSyntaxError';
  }
}
