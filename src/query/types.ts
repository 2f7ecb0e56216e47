import type { Annotation } from '../schema';
import type { Row } from '../storage';
import type { QueryResult, RunStats } from './output';
import type { Query, ValidQuery } from './parse';
import type { QueryClient, QueryRegistry } from './query-registry';
import type { Breather } from './scan';

/** Raw points of one series (a span), in time order, without duplicates. */
export interface Series {
  size: number;
  /** Milliseconds since the epoch. */
  timestamps: Float64Array;
  /** Every value as a double. */
  values: Float64Array;
  /** 1 where the point is an integer; null: `allIntegers` says it for all of them. */
  isInteger: Uint8Array | null;
  allIntegers: boolean;
  /** Exact integers beside `values`; only present when one leaves the safe range. */
  integers: BigInt64Array | null;
}

/** The numbers of one output object. */
export interface OutputPoints {
  size: number;
  /** Milliseconds since the epoch, strictly increasing. */
  timestamps: Float64Array;
  values: Float64Array;
  /** 1 where the point prints as an integer; null: `allIntegers` says it for all of them. */
  isInteger: Uint8Array | null;
  allIntegers: boolean;
  /** Exact integers beside `values`, valid where the point is an integer; only present when one leaves the safe range. */
  integers: BigInt64Array | null;
}

/** How a series without a point at an output time takes part there. */
export type Interpolation = 'lerp' | 'zero' | 'max' | 'min' | 'previous';

/**
 * One aggregation function. Its inputs are a stretch of a scratch array in the order in which the original feeds them:
 * span order across series, time order inside a bucket.
 */
export interface Aggregator {
  readonly name: string;
  readonly interpolation: Interpolation;
  /** The floating and the integer path add the values up from 0, one after the other, NaN left out. */
  readonly adds?: true;
  /** The floating path over `values[from..to)`, at least one value. NaN handling is each function's own. */
  runDouble(values: Float64Array, from: number, to: number): number;
  /**
   * The integer path over safe integers `values[from..to)`, at least one.
   * NaN says that an intermediate result left the safe range: the caller must take `runBigInt`.
   */
  runLong(values: Float64Array, from: number, to: number): number;
  /** The integer path over `values[0..count)`, exact, wrapping at 64 bits. */
  runBigInt(values: BigInt64Array, count: number): bigint;
}

export type FillPolicy = 'none' | 'zero' | 'nan' | 'null' | 'scalar';

/** A parsed downsampling specifier, `1h-avg-nan`. */
export interface DownsampleSpec {
  /** `all`: one value for the whole query window (`0all-sum`). */
  readonly kind: 'interval' | 'all';
  /** Length in milliseconds with a month of 30 and a year of 365 days, also for calendar intervals; 0 when `all`. */
  readonly intervalMs: number;
  /** The interval's text, without the calendar suffix `c`. */
  readonly interval: string;
  readonly aggregator: Aggregator;
  readonly fill: FillPolicy;
  /** Buckets follow the calendar of `timeZone`. */
  readonly calendar: boolean;
  /** A zone id; only calendar buckets consult it. */
  readonly timeZone: string;
}

/** Options of `rate{...}`; the two limits are 64-bit integers. */
export interface RateOptions {
  readonly counter: boolean;
  /** Where the counter rolls over; 2^63-1 by default. */
  readonly counterMax: bigint;
  /** Rates of a roll-over above this are reported as 0; 0 switches the check off. */
  readonly resetValue: bigint;
  readonly dropResets: boolean;
}

/** What is done to the series of one group: downsample, then rate, then merge and aggregate, then the cut to the query window. */
export interface GroupSpec {
  readonly aggregator: Aggregator;
  readonly downsample: DownsampleSpec | null;
  /** null: no rate. */
  readonly rate: RateOptions | null;
  /** The query window in milliseconds, both ends inclusive. */
  readonly startMs: number;
  readonly endMs: number;
  /** The scan window `[scanStart, scanEnd)` in seconds: what was read. */
  readonly scanStart: number;
  readonly scanEnd: number;
}

/** A query that has been read from storage; its numbers are computed as they are taken. */
export interface QueryAnswer {
  readonly query: ValidQuery;
  readonly globalAnnotations: readonly Annotation[];
  readonly breather: Breather;
  readonly stats: RunStats;
  /**
   * One output object after the other; call it once. Null: nothing yet, here others may have a turn (see `breather`).
   * @throws ClientError while iterating
   */
  results(): Generator<QueryResult | null>;
  /**
   * Must be called when the answer is written or given up.
   * @param sent the client got all of it
   */
  finish(status: number, error: Error | null, sent: boolean): void;
}

/** Queries over one store. */
export interface QueryEngine {
  /** Running and finished queries. */
  readonly registry: QueryRegistry;
  /** What decoding rows came across, since the start. */
  readonly findings: Readonly<{ merged: number; duplicatesSame: number; duplicatesDifferent: number }>;
  /**
   * Told of rows just read that compaction might find something to do about: several columns, or one that is not as it should be.
   * They mean nothing any more when it returns.
   */
  onRowsMerged: ((rows: readonly Row[]) => void) | null;
  /**
   * Checks a request and makes its times absolute against the clock's now. Duplicates among the sub-queries should be gone.
   * @throws ClientError with the status and text for the client
   */
  validate(query: Query): ValidQuery;
  /**
   * Reads everything that a query needs.
   * @param signal aborts when the client is gone; the query stops reading then
   * @throws ClientError with the status and text for the client
   */
  execute(query: ValidQuery, client: QueryClient, signal: AbortSignal): Promise<QueryAnswer>;
  close(): void;
}
