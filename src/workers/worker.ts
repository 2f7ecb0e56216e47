import type { Socket } from 'node:net';
import type { Guest } from './door';
import type { Passage } from './entrance';
import type { Member } from './exchange';
import type { ToPrimary, ToWorker } from './messages';

/** A process that works, from outside. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** @param socket goes with the message, and stays open here */
  send(message: ToWorker, socket?: Socket): void;
  onMessage(listener: (message: ToPrimary, socket: unknown) => void): void;
  onExit(listener: (code: number | null, signal: string | null) => void): void;
  kill(signal: NodeJS.Signals): void;
}

/** Why a worker is to end; null: it is not. */
type Ending = 'retire' | 'stop' | null;

/** A worker, as the primary sees it: its process, and how far it is. */
export class Worker implements Member, Guest {
  ready = false;
  readyAt = 0;
  silent = false;
  ending: Ending = null;
  failure: { text: string; code: number } | null = null;
  /** To be called when its process has. */
  ended!: () => void;
  readonly gone = new Promise<void>((resolve) => (this.ended = resolve));
  /** To be called when it has given its connections to others. */
  left!: () => void;
  readonly hasLeft = new Promise<void>((resolve) => (this.left = resolve));

  constructor(
    readonly place: number,
    readonly process: WorkerProcess,
  ) {}

  /** As the log calls it. */
  get name(): string {
    return `Worker ${this.place} (process ${this.process.pid})`;
  }

  send(message: ToWorker): void {
    this.process.send(message);
  }

  give(id: number, socket: Socket, passage: Passage): void {
    this.process.send({ type: 'connection', id, passage }, socket);
  }
}
