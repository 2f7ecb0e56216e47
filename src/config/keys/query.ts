import type { ConfigKey } from '../keys';

export const QUERY_KEYS: readonly ConfigKey[] = [
  { name: 'tsd.query.timeout', type: 'int', default: '0', doc: 'milliseconds a query may take; 0: no limit' },
  {
    name: 'tsd.query.memory.bytes',
    type: 'int',
    default: '0',
    doc: 'most bytes that the points of running queries hold together; 0: a quarter of the memory',
    hidden: true,
  },
  { name: 'tsd.query.filter.expansion_limit', type: 'int', default: '4096', doc: 'most literal tag values sent to storage' },
  { name: 'tsd.query.skip_unresolved_tagvs', type: 'boolean', default: 'false', doc: 'ignore unknown tag values in filters' },
  {
    name: 'tsd.query.allow_simultaneous_duplicates',
    type: 'boolean',
    default: 'true',
    doc: 'false refuses a query that is running already from the same client',
  },
  { name: 'tsd.query.enable_fuzzy_filter', type: 'boolean', default: 'true', doc: 'use a fuzzy row filter for explicit tags' },
  { name: 'tsd.query.multi_get.enable', type: 'boolean', default: 'false', doc: 'read rows directly when all series are known' },
  { name: 'tsd.query.multi_get.limit', type: 'int', default: '131072', doc: 'most rows to read so' },
  { name: 'tsd.query.multi_get.batch_size', type: 'int', default: '1024', doc: 'rows per request' },
  { name: 'tsd.query.multi_get.concurrent', type: 'int', default: '20', doc: 'requests at once' },
  { name: 'tsd.query.multi_get.get_all_salts', type: 'boolean', default: 'false', doc: 'read every salt bucket' },
  { name: 'tsd.query.limits.bytes.default', type: 'int', default: '0', doc: 'most bytes a sub query may read; 0: no limit' },
  { name: 'tsd.query.limits.bytes.allow_override', type: 'boolean', default: 'false', doc: 'let a query set its own limit' },
  { name: 'tsd.query.limits.data_points.default', type: 'int', default: '0', doc: 'most columns a sub query may read; 0: no limit' },
  { name: 'tsd.query.limits.data_points.allow_override', type: 'boolean', default: 'false', doc: 'let a query set its own limit' },
  { name: 'tsd.query.limits.overrides.config', type: 'path', default: null, doc: 'JSON file of limits by metric', hidden: true },
  { name: 'tsd.query.limits.overrides.interval', type: 'int', default: '60000', doc: 'seconds between looks at that file' },
];
