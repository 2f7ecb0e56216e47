import type { TagValueFilter } from '../../filter';

/** How a missing value is stood in for. Mirrors NumericFillPolicy. */
export interface NumericFill {
  readonly policy: 'none' | 'zero' | 'nan' | 'null' | 'scalar';
  readonly value: number;
}

export interface ExpDownsampler {
  interval: string | null;
  aggregator: string | null;
  /** Echoed only. */
  fillPolicy: NumericFill | null;
}

export interface ExpTime {
  start: string | null;
  end: string | null;
  timezone: string | null;
  downsampler: ExpDownsampler | null;
  aggregator: string | null;
  rate: boolean;
}

export interface ExpFilter {
  id: string | null;
  tags: readonly (TagValueFilter | null)[] | null;
  explicitTags: boolean;
}

export interface ExpMetric {
  id: string | null;
  metric: string | null;
  /** Id of a filter. */
  filter: string | null;
  aggregator: string | null;
  /** Checked and echoed only. */
  timeOffset: string | null;
  fillPolicy: NumericFill | null;
}

export interface ExpJoin {
  operator: 'union' | 'intersection' | null;
  useQueryTags: boolean;
  includeAggTags: boolean;
}

export interface ExpExpression {
  id: string | null;
  expr: string | null;
  join: ExpJoin | null;
  fillPolicy: NumericFill | null;
}

export interface ExpOutput {
  id: string | null;
  alias: string | null;
}

/** The body of `/api/query/exp`, as it was sent; null is what was left out. Mirrors net.opentsdb.query.pojo.Query. */
export interface ExpRequest {
  name: string | null;
  time: ExpTime | null;
  filters: readonly (ExpFilter | null)[] | null;
  metrics: readonly (ExpMetric | null)[] | null;
  expressions: readonly (ExpExpression | null)[] | null;
  outputs: readonly (ExpOutput | null)[] | null;
}
