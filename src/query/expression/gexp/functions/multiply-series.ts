import { seriesFunction } from './series-function';

/** `multiplySeries(a, b, ...)` and `multiply(...)`: series multiplied. Mirrors MultiplySeries. */
export const multiplySeries = seriesFunction((a, b) => a * b);
