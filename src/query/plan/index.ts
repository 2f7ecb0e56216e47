export { ADVICE, chargePatternSteps, patternSteps, QueryLimits, ReadBudget, type ReadLimits } from './limits';
export { CrowdedError, QueryMemory, type MemoryShare } from './memory';
export { resolveFilters } from './resolve';
export { planFilters, type FilterPlan, type ResolvedFilter } from './row-literals';
export { RowTimes } from './row-times';
export { planMetricScan, planTsuidScan, type KeyRange, type ScanPlan } from './scan-plan';
export { rollupWindow, scanWindow, type ScanWindow } from './scan-window';
