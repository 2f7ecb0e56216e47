export { readGlobalAnnotations } from './global-annotations';
export { NeededPoints } from './needed-points';
export { RangeScan, type ScanEnvironment, type ScanRequest } from './range-scan';
export { RowRemoval, type RemoveRows } from './row-removal';
export { sortSpans, Span, type HistogramPoint } from './span';
