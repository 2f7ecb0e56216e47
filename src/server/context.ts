import type { Logger } from 'winston';
import type { Config } from '../config/types';
import type { QueryEngine } from '../query/types';
import type { Storage } from '../storage';
import type { Uids } from '../uid/types';
import type { StatsSource } from '../util/stats';
import type { PointWriter } from '../write/types';

/** The parts of a running daemon, handed to every handler. */
export interface Tsd {
  readonly config: Config;
  readonly logger: Logger;
  readonly storage: Storage;
  readonly uids: Uids;
  readonly writer: PointWriter;
  readonly queries: QueryEngine;
  /** Everything that has figures, in the original's output order. */
  readonly statsSources: StatsSource[];
  /** `ro`, `wo` or `rw`. */
  readonly mode: 'ro' | 'wo' | 'rw';
  readonly startedAt: number;
  /** Stops in order: no new work, drain, close. Idempotent; resolves when everything is durable. */
  shutdown(reason: string): Promise<void>;
}
