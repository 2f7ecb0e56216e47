import type { Logger } from 'winston';
import type { App } from '../app';
import type { Mode, ServerSettings } from '../config/settings';
import type { Ingest } from '../ingest';
import type { StatsSource } from '../util/stats';
import type { Counters } from './counters';
import type { GraphService } from './http/graph/graph-service';

/** The parts of a running daemon, handed to every handler. */
export interface Tsd extends App {
  /** What the configuration says about answering clients. */
  readonly settings: ServerSettings;
  readonly logger: Logger;
  /** The commands that bring points. */
  readonly ingest: Ingest;
  /** Counters that telnet commands and HTTP handlers raise. */
  readonly counters: Counters;
  /** The threads that draw, and the answers of `/q` on disk. */
  readonly graphs: GraphService;
  /** Everything that has figures, in the original's output order. */
  readonly statsSources: StatsSource[];
  readonly mode: Mode;
  /** When the TSD was started. */
  readonly startedAt: number;
  /** Stops in order: no new work, drain, close. Idempotent; resolves when everything is durable. */
  shutdown(reason: string): Promise<void>;
}
