import { divide } from '../../arithmetic';
import { seriesFunction } from './series-function';

/** `divideSeries(a, b, ...)` and `divide(...)`: the first divided by all others. Mirrors DivideSeries. */
export const divideSeries = seriesFunction(divide);
