import type { StatsSink, StatsSource } from '../util/stats';

/** Requests taken and exceptions met, by protocol. Mirrors RpcHandler's counters. */
export class RpcCounters implements StatsSource {
  telnetReceived = 0;
  httpReceived = 0;
  httpPluginReceived = 0;
  exceptions = 0;

  collectStats(sink: StatsSink): void {
    sink.record('rpc.received', this.telnetReceived, { type: 'telnet' });
    sink.record('rpc.received', this.httpReceived, { type: 'http' });
    sink.record('rpc.received', this.httpPluginReceived, { type: 'http_plugin' });
    sink.record('rpc.exceptions', this.exceptions);
  }
}

/** What became of points offered by telnet and HTTP. Mirrors PutDataPointRpc's counters. */
export class PutCounters implements StatsSource {
  telnetForbidden = 0;
  telnetUnauthorized = 0;
  httpForbidden = 0;
  httpUnauthorized = 0;
  /** HTTP put, rollup and histogram requests (telnet lines are in `RpcCounters`). */
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

/** How `/api/query` calls ended. Mirrors QueryRpc's counters. */
export class QueryCounters implements StatsSource {
  unauthorized = 0;
  forbidden = 0;
  invalidRequests = 0;
  exceptions = 0;
  success = 0;

  collectStats(sink: StatsSink): void {
    sink.record('http.query.unauthorized', this.unauthorized);
    sink.record('http.query.forbidden', this.forbidden);
    sink.record('http.query.invalid_requests', this.invalidRequests);
    sink.record('http.query.exceptions', this.exceptions);
    sink.record('http.query.success', this.success);
  }
}

/** The counters that handlers raise themselves. */
export class Counters {
  readonly rpc = new RpcCounters();
  readonly put = new PutCounters();
  readonly query = new QueryCounters();
}
