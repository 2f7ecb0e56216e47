import type { AddressInfo } from 'node:net';
import type { LogEvent } from '../util/log-ring';
import type { Passage } from './entrance';

/** What a worker begins with. */
export interface WorkerStart {
  readonly type: 'start';
  /** The configuration as the primary has read it. */
  readonly config: { readonly values: readonly (readonly [string, string])[]; readonly directory: string | null };
  readonly place: number;
  readonly count: number;
  readonly startedAt: number;
  /** The levels of loggers at present. */
  readonly levels: { readonly level: string; readonly levels: readonly (readonly [string, string])[] };
}

/** From the primary to a worker. */
export type ToWorker =
  | WorkerStart
  /** The port is open. */
  | { readonly type: 'serve'; readonly address: AddressInfo }
  /** Comes with the socket. */
  | { readonly type: 'connection'; readonly id: number; readonly passage: Passage }
  | { readonly type: 'arrived'; readonly id: number }
  | { readonly type: 'question'; readonly id: number; readonly topic: string; readonly question: unknown }
  | { readonly type: 'answers'; readonly id: number; readonly answers: readonly unknown[] }
  | { readonly type: 'refused'; readonly id: number; readonly message: string; readonly gone: boolean }
  /** @see Siblings.alone */
  | { readonly type: 'granted'; readonly id: number; readonly waited: boolean }
  | { readonly type: 'elsewhere'; readonly counts: readonly (readonly [string, number])[] }
  | { readonly type: 'keeper' }
  | { readonly type: 'last' }
  | { readonly type: 'stop'; readonly reason: string }
  /** Ends in order, and gives its connections to the others. */
  | { readonly type: 'retire' };

/** Who is asked. */
export type Asked = 'all' | 'keeper' | 'primary';

/** From a worker to the primary. */
export type ToPrimary =
  /** It can take connections. */
  | { readonly type: 'ready' }
  /** It can't start. */
  | { readonly type: 'failed'; readonly text: string; readonly code: number }
  | { readonly type: 'log'; readonly events: readonly LogEvent[]; readonly leftOut: number }
  | { readonly type: 'taken'; readonly id: number }
  | { readonly type: 'closed'; readonly id: number }
  /** Comes with the socket. */
  | { readonly type: 'move'; readonly id: number; readonly passage: Omit<Passage, 'moved'> }
  | { readonly type: 'ask'; readonly id: number; readonly whom: Asked; readonly topic: string; readonly question: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  /** Nothing to say to it: nobody answers it here, or the handler threw. */
  | { readonly type: 'silence'; readonly id: number; readonly message: string | null }
  | { readonly type: 'lock'; readonly id: number; readonly name: string }
  | { readonly type: 'unlock'; readonly name: string }
  | { readonly type: 'counts'; readonly counts: readonly (readonly [string, number])[] }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'retire' }
  /** The connections of a worker that is being replaced are with others. */
  | { readonly type: 'left' }
  /** Its event loop turns. */
  | { readonly type: 'alive' };
