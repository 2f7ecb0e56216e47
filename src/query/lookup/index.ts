// Lookups: which series exist, by the meta table or by the keys of the data table.
export { DataTableSeries } from './data-table-series';
export { asLookupError, Lookup, type LookupEnvironment } from './lookup';
export { parseLookup } from './parse';
export type { FoundSeries, LookupQuery, LookupTag } from './query';
