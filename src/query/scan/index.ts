export { readGlobalAnnotations } from './global-annotations';
export { NeededPoints } from './needed-points';
export { RangeScan, type RemoveRows, type ScanEnvironment, type ScanRequest } from './range-scan';
export { sortSpans, Span, type HistogramPoint } from './span';
