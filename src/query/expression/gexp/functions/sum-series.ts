import { seriesFunction } from './series-function';

/** `sumSeries(a, b, ...)` and `sum(...)`: series added up. Mirrors SumSeries. */
export const sumSeries = seriesFunction((a, b) => a + b);
