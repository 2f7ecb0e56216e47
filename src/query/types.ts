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
  timestamps: Float64Array;
  values: Float64Array;
  isInteger: Uint8Array | null;
  allIntegers: boolean;
  integers: BigInt64Array | null;
}

/** Marker for the daemon's context; the engine's methods are added by src/query/engine.ts. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface QueryEngine {}
