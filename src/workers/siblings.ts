import { countAlone, type CountShared } from '../util/shared-count';
import type { Entrance } from './entrance';
import type { Topic } from './topic';

/** The worker that was asked has ended, or is not there yet. */
export class WorkerGoneError extends Error {
  constructor() {
    super('the worker that was asked is not there');
    this.name = 'WorkerGoneError';
  }
}

/** The place of the keeper. */
export const KEEPER_PLACE = 1;

/**
 * The workers of a TSD as one of them sees the others: they are asked, told, and kept from doing the same thing at once. All of it goes
 * through the primary, message by message in order, so that what is told before an answer is known when the answer comes.
 */
export interface Siblings {
  /** Workers of this TSD; 1: this process is all of it. */
  readonly count: number;
  /** Which one this is, from 1. A worker that takes the place of one that has ended has its number. */
  readonly place: number;
  /** The first one, which does what only one may do: the spool, the search index, computing rollups. */
  readonly isKeeper: boolean;
  /** Milliseconds since the epoch at which the TSD was started; null: this process is all of it. */
  readonly startedAt: number | null;
  /** Where connections come from; null: this process listens itself. */
  readonly entrance: Entrance | null;
  /** Numbers that all workers keep below a limit together. */
  readonly shared: CountShared;
  /** What this worker answers when others ask. */
  answer<Q, A>(topic: Topic<Q, A>, handler: (question: Q) => A | Promise<A>): void;
  /** Asks all others, and the primary. Who has nothing to say to it, or ends meanwhile, is left out. */
  ask<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A[]>;
  /** Asks the keeper. @throws WorkerGoneError; Error with the message of what its handler threw */
  askKeeper<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A>;
  /** @throws Error with the message of what its handler threw */
  askPrimary<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A>;
  /** Told each time another keeper begins to answer. */
  onKeeper(listener: () => void): void;
  /**
   * Does something while nobody else, here or in another worker, does what has the same name.
   * @param work is told whether somebody else has just done it
   */
  alone<T>(name: string, work: (waited: boolean) => Promise<T>): Promise<T>;
  /** Stops the whole TSD, in order. */
  stop(reason: string): void;
  /** Resolves when this is the last worker of a TSD that is being stopped. */
  othersEnded(): Promise<void>;
}

/** A process that is all of its TSD. */
export const NO_SIBLINGS: Siblings = {
  count: 1,
  place: KEEPER_PLACE,
  isKeeper: true,
  startedAt: null,
  entrance: null,
  shared: countAlone,
  answer: () => {},
  ask: () => Promise.resolve([]),
  askKeeper: () => Promise.reject(new WorkerGoneError()),
  askPrimary: () => Promise.reject(new WorkerGoneError()),
  onKeeper: () => {},
  alone: (_name, work) => work(false),
  stop: () => {},
  othersEnded: () => Promise.resolve(),
};
