import type { Logger } from 'winston';
import type { Config } from '../config/types';
import type { Ingest } from '../ingest';
import type { QueryEngine } from '../query/engine/engine';
import type { Storage } from '../storage';
import type { Uids } from '../uid/types';
import type { LogSystem } from '../util/logger';
import type { StatsSource } from '../util/stats';
import type { PointWriter } from '../write/types';
import type { Counters } from './counters';

export type Mode = 'ro' | 'wo' | 'rw';

/** The parts of a running daemon, handed to every handler. */
export interface Tsd {
  readonly config: Config;
  readonly logger: Logger;
  /** Levels, named loggers and the last events, for `/logs`. */
  readonly logs: LogSystem;
  readonly storage: Storage;
  readonly uids: Uids;
  readonly writer: PointWriter;
  /** The commands that bring points. */
  readonly ingest: Ingest;
  readonly queries: QueryEngine;
  /** Counters that telnet commands and HTTP handlers raise. */
  readonly counters: Counters;
  /** Everything that has figures, in the original's output order. */
  readonly statsSources: StatsSource[];
  /** `ro`, `wo` or `rw`. */
  readonly mode: Mode;
  readonly startedAt: number;
  /** Stops in order: no new work, drain, close. Idempotent; resolves when everything is durable. */
  shutdown(reason: string): Promise<void>;
}
