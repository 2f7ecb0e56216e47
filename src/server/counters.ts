import { IngestCounters } from '../ingest';
import type { StatsSink, StatsSource } from '../util/stats';

/** Requests taken and exceptions met, by protocol. Mirrors RpcHandler's counters. */
class RpcCounters implements StatsSource {
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

/** How `/api/query` calls ended. Mirrors QueryRpc's counters. */
class QueryCounters implements StatsSource {
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
  readonly ingest = new IngestCounters();
  readonly query = new QueryCounters();
}
