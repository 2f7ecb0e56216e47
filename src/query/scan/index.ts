export { Breather } from './breather';
export { readGlobalAnnotations } from './global-annotations';
export { RangeScan, type ScanContext, type ScanRequest } from './range-scan';
export { newScanStats, type ScanStats } from './scan-stats';
export { Semaphore } from './semaphore';
export { sortSpans, Span } from './span';
