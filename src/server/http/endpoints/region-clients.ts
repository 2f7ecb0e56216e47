import type { ConnectionState, ServerState } from '../../../storage';

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
