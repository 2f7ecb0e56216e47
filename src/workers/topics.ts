import type { LogEvent } from '../util/log-ring';
import type { Figures } from './figures';
import { topic } from './topic';

/** A level that somebody has set: of one logger, or of all. */
export interface LevelChange {
  readonly level: string;
  readonly logger: string | null;
}

/** Questions that the primary answers, too. What rooms ask each other in other workers is declared where it is asked. */
export const FIGURES = topic<null, Figures>('figures');
export const LOG_LEVEL = topic<LevelChange, null>('log level');
/** The last events of all workers, the newest first. */
export const LAST_EVENTS = topic<null, readonly LogEvent[]>('last events');
