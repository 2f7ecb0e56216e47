import type { StatsSink, StatsSource } from '../util/stats';

/** What became of points and requests of all commands that bring points. Mirrors PutDataPointRpc's counters. */
export class IngestCounters implements StatsSource {
  telnetForbidden = 0;
  telnetUnauthorized = 0;
  httpForbidden = 0;
  httpUnauthorized = 0;
  /** HTTP requests; telnet lines are in `RpcCounters`. */
  requests = 0;
  hbaseErrors = 0;
  invalidValues = 0;
  illegalArguments = 0;
  unknownMetrics = 0;
  /** Reply lines dropped because the client does not read. */
  socketWritesBlocked = 0;

  collectStats(sink: StatsSink): void {
    sink.record('rpc.forbidden', this.telnetForbidden, { type: 'telnet' });
    sink.record('rpc.unauthorized', this.telnetUnauthorized, { type: 'telnet' });
    sink.record('rpc.forbidden', this.httpForbidden, { type: 'http' });
    sink.record('rpc.unauthorized', this.httpUnauthorized, { type: 'http' });
    sink.record('rpc.received', this.requests, { type: 'put' });
    sink.record('rpc.errors', this.hbaseErrors, { type: 'hbase_errors' });
    sink.record('rpc.errors', this.invalidValues, { type: 'invalid_values' });
    sink.record('rpc.errors', this.illegalArguments, { type: 'illegal_arguments' });
    sink.record('rpc.errors', this.unknownMetrics, { type: 'unknown_metrics' });
    sink.record('rpc.errors', this.socketWritesBlocked, { type: 'socket_writes_blocked' });
  }
}
