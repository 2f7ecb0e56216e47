import type { ConnectionState, QueueState, ServerState } from '../../../storage';

const NO_CONNECTION: ConnectionState = {
  endpoint: '',
  established: false,
  ageMs: 0,
  sent: 0,
  blocked: 0,
  timedOut: 0,
  answeredLate: 0,
  answersUnknown: 0,
  calls: [],
};

/**
 * `/api/stats/region_clients`: an entry for each region server that there is a connection to, with the original's fields in its order. With
 * `details` also the servers without a connection, and behind the original's fields what is known of connection, queues and regions.
 * Mirrors StatsRpc.printRegionClientStats.
 */
export function regionClientsJson(servers: readonly ServerState[], details: boolean): string {
  const shown = details ? servers : servers.filter(({ connection }) => connection !== null);
  return JSON.stringify(shown.map((server) => (details ? { ...regionClient(server), ...detailsOf(server) } : regionClient(server))));
}

/** One entry for each server, of all connections that workers have to it; `ageMs` is that of the oldest. */
export function mergeServers(servers: readonly ServerState[]): ServerState[] {
  const merged = new Map<string, ServerState>();
  for (const server of servers) {
    const known = merged.get(server.server);
    merged.set(server.server, known === undefined ? server : mergeTwo(known, server));
  }
  return [...merged.values()];
}

function mergeTwo(one: ServerState, other: ServerState): ServerState {
  const queues: Record<string, QueueState> = { ...one.queues };
  for (const [kind, queue] of Object.entries(other.queues)) {
    const known = Object.hasOwn(queues, kind) ? queues[kind] : null;
    queues[kind] = known === null ? queue : sumQueues(known, queue);
  }
  const connection =
    one.connection === null || other.connection === null
      ? (one.connection ?? other.connection)
      : sumConnections(one.connection, other.connection);
  return { ...one, connection, queues };
}

function sumQueues(one: QueueState, other: QueueState): QueueState {
  return {
    inFlight: one.inFlight + other.inFlight,
    limit: one.limit + other.limit,
    most: one.most + other.most,
    waiting: one.waiting + other.waiting,
    batchedRows: one.batchedRows + other.batchedRows,
    breached: one.breached + other.breached,
  };
}

function sumConnections(one: ConnectionState, other: ConnectionState): ConnectionState {
  return {
    endpoint: one.endpoint,
    established: one.established || other.established,
    ageMs: Math.max(one.ageMs, other.ageMs),
    sent: one.sent + other.sent,
    blocked: one.blocked + other.blocked,
    timedOut: one.timedOut + other.timedOut,
    answeredLate: one.answeredLate + other.answeredLate,
    answersUnknown: one.answersUnknown + other.answersUnknown,
    calls: [...one.calls, ...other.calls],
  };
}

function regionClient({ server, connection, queues }: ServerState): object {
  const { endpoint, sent, blocked, timedOut, answeredLate, answersUnknown, calls } = connection ?? NO_CONNECTION;
  const sum = (figure: 'breached' | 'batchedRows' | 'waiting'): number =>
    Object.values(queues).reduce((total, queue) => total + queue[figure], 0);
  return {
    pendingBreached: 0, // the write buffer bounds what waits, before it comes here
    writesBlocked: blocked,
    inflightBreached: sum('breached'),
    dead: connection === null,
    rpcsInFlight: calls.length,
    rpcsSent: sent,
    rpcResponsesUnknown: answersUnknown,
    pendingBatchedRPCs: sum('batchedRows'),
    endpoint: `/${endpoint || server}`,
    rpcResponsesTimedout: answeredLate,
    rpcid: sent - 1, // the number of the last call; the first has 0
    rpcsTimedout: timedOut,
    pendingRPCs: sum('waiting'),
  };
}

function detailsOf({ server, holdsMeta, connection, queues, regions }: ServerState): object {
  return {
    server,
    holdsMeta,
    connection: connection && { established: connection.established, ageMs: connection.ageMs, calls: connection.calls },
    queues,
    regions,
  };
}
