// Points of one series in typed arrays, and the arrays themselves, which are used again and again.
export { BYTES_PER_POINT, pointArrays } from './point-arrays';
export { joinSeries, PointsBuilder } from './points-builder';
export { copyOf, doubleSeries, integerAt, isIntegerAt, between, type Series } from './series';
export { KeptSeries } from './kept-series';
export { PackArena } from './pack-arena';
export { PackedPoints } from './packed-points';
