/** What the client knows about one server: for finding the cause of a stall. */
export interface ServerState {
  /** As the store calls it, `host:port`. */
  server: string;
  /** Null: there is none at the moment; the next call opens one. */
  connection: ConnectionState | null;
  /** By kind of call; empty while no call has been made. */
  queues: Readonly<Record<string, QueueState>>;
  /** The server holds the table that says where regions are. */
  holdsMeta: boolean;
  /** Regions that are known to be on it; empty unless they were asked for. */
  regions: readonly RegionState[];
}

/** Counts begin when the connection is opened. */
export interface ConnectionState {
  /** Where it leads to: `address:port`, or `host:port` while it is not established. */
  endpoint: string;
  established: boolean;
  /** Milliseconds since it was begun. */
  ageMs: number;
  /** Calls that were sent. */
  sent: number;
  /** Calls that could not leave at once, since the socket had not taken what was written before. */
  blocked: number;
  /** Calls that were given up because no answer came in time. */
  timedOut: number;
  /** Answers to these, which came afterwards. */
  answeredLate: number;
  /** Answers to calls that were never made. */
  answersUnknown: number;
  /** Calls without an answer so far, oldest first. */
  calls: readonly { id: number; method: string; ageMs: number }[];
}

/** Calls of one kind to one server. */
export interface QueueState {
  /** Calls under way; the limit follows the server's load, up to `most`. */
  inFlight: number;
  limit: number;
  most: number;
  /** Calls, or batches that are combined into calls, that wait because of the limit. */
  waiting: number;
  /** Rows in these batches; 0 for kinds of calls that are not combined. */
  batchedRows: number;
  /** Times that the limit was reached. */
  breached: number;
}

export interface RegionState {
  table: string;
  name: string;
  /** Hexadecimal; empty at the table's ends. */
  startKey: string;
  endKey: string;
  /** It has moved or gone; the next call for it looks it up. */
  stale: boolean;
}
