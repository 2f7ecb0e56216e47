import type { Cluster } from './cluster';

export type RpcKind = 'increment' | 'delete' | 'get' | 'put' | 'append' | 'openScanner' | 'scan' | 'compareAndSet';

/** Calls by kind, and the rest of asynchbase's ClientStats under its names; a tag follows the name after a blank. */
export class ClientCounters {
  private readonly calls: Record<RpcKind, number> = {
    increment: 0,
    delete: 0,
    get: 0,
    put: 0,
    append: 0,
    openScanner: 0,
    scan: 0,
    compareAndSet: 0,
  };

  count(kind: RpcKind, calls = 1): void {
    this.calls[kind] += calls;
  }

  /** In the order in which the original's `stats` lists them; what it does not have stands at the end. */
  figures({ meta, directory, queueCounters, handler, servers }: Cluster): Record<string, number> {
    const { calls } = this;
    return {
      'hbase.root_lookups': meta.rootLookups,
      'hbase.meta_lookups type=uncontended': directory.uncontendedLookups,
      'hbase.meta_lookups type=contended': directory.contendedLookups,
      'hbase.rpcs type=increment': calls.increment,
      'hbase.rpcs type=delete': calls.delete,
      'hbase.rpcs type=get': calls.get,
      'hbase.rpcs type=put': calls.put + calls.compareAndSet,
      'hbase.rpcs type=append': calls.append,
      'hbase.rpcs type=rowLock': 0,
      'hbase.rpcs type=openScanner': calls.openScanner,
      'hbase.rpcs type=scan': calls.scan,
      'hbase.rpcs.batched': queueCounters.batched,
      'hbase.flushes': queueCounters.flushes,
      'hbase.connections.created': servers.created,
      'hbase.connections.idle_closed': servers.idleClosed,
      'hbase.nsre': handler.movedRegions,
      'hbase.nsre.rpcs_delayed': handler.delayed,
      'hbase.region_clients.open': servers.open,
      'hbase.region_clients.idle_closed': servers.idleClosed,
      'hbase.bytes_in_flight': queueCounters.bytesInFlight,
      'hbase.rpcs_in_flight': servers.inFlight,
      'hbase.regions.known': directory.size,
    };
  }
}
