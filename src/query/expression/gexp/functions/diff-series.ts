import { seriesFunction } from './series-function';

/** `diffSeries(a, b, ...)` and `difference(...)`: all others taken from the first. Mirrors DiffSeries. */
export const diffSeries = seriesFunction((a, b) => a - b);
