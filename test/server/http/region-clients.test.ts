import { regionClientsJson } from '../../../src/server/http/endpoints/region-clients';
import type { ServerState } from '../../../src/storage';

const CALLS = [
  { id: 35, method: 'Multi', ageMs: 12 },
  { id: 36, method: 'Scan', ageMs: 3 },
];
const CONNECTED: ServerState = {
  server: 'rs1:16020',
  connection: {
    endpoint: '127.0.0.1:16020',
    established: true,
    ageMs: 5000,
    sent: 36,
    blocked: 1,
    timedOut: 3,
    answeredLate: 2,
    answersUnknown: 4,
    calls: CALLS,
  },
  queues: {
    mutations: { inFlight: 4, limit: 4, most: 4, waiting: 2, batchedRows: 700, breached: 9 },
    scans: { inFlight: 1, limit: 16, most: 16, waiting: 5, batchedRows: 0, breached: 1 },
  },
  holdsMeta: true,
  regions: [{ table: 'tsdb', name: 'tsdb,,1.abc.', startKey: '', endKey: '', stale: false }],
};
const GONE: ServerState = { server: 'rs2:16020', connection: null, queues: {}, holdsMeta: false, regions: [] };

it('has an entry for each connection, with the fields of the original in its order', () => {
  expect(regionClientsJson([CONNECTED, GONE], false)).toBe(
    '[{"pendingBreached":0,"writesBlocked":1,"inflightBreached":10,"dead":false,"rpcsInFlight":2,"rpcsSent":36,' +
      '"rpcResponsesUnknown":4,"pendingBatchedRPCs":700,"endpoint":"/127.0.0.1:16020","rpcResponsesTimedout":2,"rpcid":35,' +
      '"rpcsTimedout":3,"pendingRPCs":7}]',
  );
  expect(regionClientsJson([GONE], false)).toBe('[]');
});

it('shows servers without a connection, and what waits where, behind these when details are asked for', () => {
  const shown = JSON.parse(regionClientsJson([CONNECTED, GONE], true)) as Record<string, unknown>[];
  expect(Object.keys(shown[0]).slice(13)).toEqual(['server', 'holdsMeta', 'connection', 'queues', 'regions']);
  expect(shown[0]).toMatchObject({
    rpcsSent: 36,
    server: 'rs1:16020',
    holdsMeta: true,
    connection: { established: true, ageMs: 5000, calls: CALLS },
    queues: CONNECTED.queues,
    regions: CONNECTED.regions,
  });
  expect(shown[1]).toMatchObject({ dead: true, endpoint: '/rs2:16020', rpcsSent: 0, rpcid: -1, server: 'rs2:16020', connection: null });
});
