// Points of one series in typed arrays, and the arrays themselves, which are used again and again.
export { BYTES_PER_POINT, pointArrays } from './point-arrays';
export { PointsBuilder } from './points-builder';
export { doubleSeries, integerAt, isIntegerAt, between, type Series } from './series';
