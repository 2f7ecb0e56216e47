export { Breather } from './breather';
export { readGlobalAnnotations } from './global-annotations';
export { NeededPoints } from './needed-points';
export { RangeScan, type ScanContext, type ScanRequest } from './range-scan';
export { newScanStats, type ScanStats } from './scan-stats';
export { Semaphore } from './semaphore';
export { sortSpans, Span } from './span';
