import type { LogEvent } from '../util/log-ring';
import type { Figures } from './figures';
import { topic } from './topic';

/** A level that somebody has set: of one logger, or of all. */
export interface LevelChange {
  readonly level: string;
  readonly logger: string | null;
}

/** What one process counts. */
export const FIGURES = topic<null, Figures>('figures');
/** What the primary is told and asked of what workers count. Of those that do not answer it says what it knows. */
export const COUNTED = topic<Figures, null>('counted');
export const FIGURES_OF_OTHERS = topic<null, readonly Figures[]>('figures of others');

/** Questions that the primary answers, too. What rooms ask each other in other workers is declared where it is asked. */
export const LOG_LEVEL = topic<LevelChange, null>('log level');
/** How many telnet connections a worker has, and that it should give so many of them to others; answered when they are with the primary. */
export const TELNET_CONNECTIONS = topic<null, number>('telnet connections');
export const SPARE_CONNECTIONS = topic<number, null>('spare connections');
/** The last events of all workers, the newest first. */
export const LAST_EVENTS = topic<null, readonly LogEvent[]>('last events');
