const percentiles = (name: string, tags: string): string[] => [50, 75, 90, 95].map((p) => `${name}_${p}pct ${tags}`);
const tagged = (name: string, key: string, ...values: string[]): string[] => values.map((value) => `${name} ${key}=${value}`);
const uidKind = (kind: string): string[] =>
  ['cache-hit', 'cache-miss', 'cache-size', 'random-collisions', 'rejected-assignments', 'ids-used', 'ids-available'].map(
    (name) => `uid.${name} kind=${kind}`,
  );

/** What every TSD reports, in the original's order: name and own tag. Dashboards are built on these; what nothing here counts is 0. */
const ALWAYS: readonly string[] = [
  ...tagged('connectionmgr.connections', 'type', 'open', 'rejected', 'total'),
  ...tagged('connectionmgr.exceptions', 'type', 'closed', 'reset', 'timeout', 'unknown'),
  ...tagged('rpc.received', 'type', 'telnet', 'http', 'http_plugin'),
  'rpc.exceptions',
  ...percentiles('http.latency', 'type=all'),
  ...percentiles('http.latency', 'type=graph'),
  ...percentiles('http.latency', 'type=gnuplot'),
  ...tagged('http.graph.requests', 'cache', 'disk', 'miss'),
  'rpc.forbidden type=telnet',
  'rpc.unauthorized type=telnet',
  'rpc.forbidden type=http',
  'rpc.unauthorized type=http',
  'rpc.received type=put',
  ...tagged('rpc.errors', 'type', 'hbase_errors', 'invalid_values', 'illegal_arguments', 'unknown_metrics', 'socket_writes_blocked'),
  ...['unauthorized', 'forbidden', 'invalid_requests', 'exceptions', 'success'].map((name) => `http.query.${name}`),
];

const THREADS: readonly string[] = [
  ...tagged('jvm.thread.states', 'state', 'new', 'runnable', 'blocked', 'waiting', 'terminated', 'timed_waiting'),
  'jvm.thread.count',
];

const STORAGE: readonly string[] = [
  ...uidKind('metrics'),
  ...uidKind('tagk'),
  ...uidKind('tagv'),
  ...tagged('uid.filter.rejected', 'kind', 'raw', 'aggregate'),
  'jvm.ramfree',
  'jvm.ramused',
  ...percentiles('hbase.latency', 'method=put class=IncomingDataPoints'),
  'datapoints.added type=all class=TSDB',
  ...percentiles('hbase.latency', 'method=scan class=TsdbQuery'),
  'hbase.root_lookups',
  ...tagged('hbase.meta_lookups', 'type', 'uncontended', 'contended'),
  ...tagged('hbase.rpcs', 'type', 'increment', 'delete', 'get', 'put', 'append', 'rowLock', 'openScanner', 'scan'),
  'hbase.rpcs.batched',
  'hbase.flushes',
  'hbase.connections.created',
  'hbase.connections.idle_closed',
  'hbase.nsre',
  'hbase.nsre.rpcs_delayed',
  'hbase.region_clients.open',
  'hbase.region_clients.idle_closed',
  'compaction.count',
  ...tagged('compaction.duplicates', 'type', 'identical', 'variant'),
];

const COMPACTION_QUEUE: readonly string[] = [
  'compaction.queue.size',
  ...tagged('compaction.errors', 'rpc', 'read', 'put', 'delete'),
  'compaction.writes',
  'compaction.deletes',
];

/**
 * The keys (`name tag=value ...`) of the original's statistics, in its order. Mirrors what StatsRpc collects.
 * @param compactions whether rows are compacted: without, the original says nothing of the queue
 */
export function statsCatalogue(form: 'text' | 'api', compactions: boolean): readonly string[] {
  return [...ALWAYS, ...(form === 'text' ? THREADS : []), ...STORAGE, ...(compactions ? COMPACTION_QUEUE : [])];
}

/** What only the text forms show. */
export const isThreadStat = (key: string): boolean => key.startsWith('jvm.thread.');
