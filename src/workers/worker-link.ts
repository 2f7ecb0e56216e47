import { Socket, type AddressInfo } from 'node:net';
import { messageOf } from '../util/message-of';
import type { SharedCount } from '../util/shared-count';
import { Answers } from './answers';
import type { Entrance, Passage } from './entrance';
import { LogRelay } from './log-relay';
import { BEAT_MS } from './pulse';
import type { Asked, ToPrimary, ToWorker, WorkerStart } from './messages';
import { KEEPER_PLACE, WorkerGoneError, type Siblings } from './siblings';
import type { Topic } from './topic';
import { WorkerCounts } from './worker-counts';

/** The way to the primary. */
export interface Channel {
  /** @param sent called when the message has left the process, or can't */
  send(message: ToPrimary, socket?: Socket, sent?: () => void): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What the primary wants of a worker as a whole. */
export interface WorkerOrders {
  stop(reason: string): void;
  retire(): void;
}

/** A worker's end of the connection to its primary. */
export class WorkerLink implements Siblings, Entrance {
  readonly log: LogRelay;
  readonly entrance: Entrance = this;
  /** Nobody knows what a worker without its primary belongs to. */
  primaryGone = false;
  private readonly counts: WorkerCounts;
  private readonly answers = new Answers<null>();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private readonly keeperListeners: (() => void)[] = [];
  private take: ((socket: Socket, passage: Passage) => void) | null = null;
  private readonly opened = new Latch<AddressInfo>();
  private readonly last = new Latch<void>();
  private readonly leaving = new Set<number>();
  private leavingDone: (() => void)[] = [];
  private readonly connectionIds = new WeakMap<Socket, number>();

  constructor(
    private readonly channel: Channel,
    private readonly start: WorkerStart,
    private readonly orders: WorkerOrders,
  ) {
    this.log = new LogRelay((events, leftOut, sent) => channel.send({ type: 'log', events, leftOut }, undefined, sent));
    this.counts = new WorkerCounts((counts) => channel.send({ type: 'counts', counts }));
    setInterval(() => channel.send({ type: 'alive' }), BEAT_MS).unref();
  }

  get count(): number {
    return this.start.count;
  }

  get place(): number {
    return this.start.place;
  }

  get isKeeper(): boolean {
    return this.place === KEEPER_PLACE;
  }

  get startedAt(): number {
    return this.start.startedAt;
  }

  readonly shared = (name: string, own: () => number): SharedCount => this.counts.shared(name, own);

  answer<Q, A>(topic: Topic<Q, A>, handler: (question: Q) => A | Promise<A>): void {
    this.answers.add(topic, handler);
  }

  ask<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A[]> {
    return this.question('all', topic, question) as Promise<A[]>;
  }

  askKeeper<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A> {
    return this.askOne('keeper', topic, question);
  }

  askPrimary<Q, A>(topic: Topic<Q, A>, question: Q): Promise<A> {
    return this.askOne('primary', topic, question);
  }

  onKeeper(listener: () => void): void {
    this.keeperListeners.push(listener);
  }

  async alone<T>(name: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    if (this.primaryGone) return work(false);
    // When the primary dies there is nobody who could say that it is somebody else's turn.
    const waited = await this.waitFor((id) => this.channel.send({ type: 'lock', id, name })).catch(() => false);
    try {
      return await work(waited === true);
    } finally {
      this.channel.send({ type: 'unlock', name });
    }
  }

  stop(reason: string): void {
    if (this.primaryGone) this.orders.stop(reason);
    else this.channel.send({ type: 'stop', reason });
  }

  othersEnded(): Promise<void> {
    return this.last.value;
  }

  open(take: (socket: Socket, passage: Passage) => void): Promise<AddressInfo> {
    this.take = take;
    this.log.flush();
    this.channel.send({ type: 'ready' });
    return this.opened.value;
  }

  move(socket: Socket, passage: Omit<Passage, 'moved'>): void {
    const id = this.connectionIds.get(socket) ?? 0;
    this.connectionIds.delete(socket);
    this.leaving.add(id);
    socket.setTimeout(0);
    // Until the message has left, the socket is part of it; afterwards only this process's memory of it is left.
    this.channel.send({ type: 'move', id, passage }, socket, () => void socket.destroy());
  }

  async moved(): Promise<void> {
    if (this.leaving.size > 0 && !this.primaryGone) await new Promise<void>((resolve) => this.leavingDone.push(resolve));
    this.channel.send({ type: 'left' });
  }

  /** What the primary says. @param socket of a connection that comes with the message */
  receive(message: ToWorker, socket?: unknown): void {
    switch (message.type) {
      case 'serve':
        return this.opened.set(message.address);
      case 'connection':
        return this.connection(message.id, message.passage, socket);
      case 'arrived':
        return this.arrived(message.id);
      case 'question':
        return void this.reply(message);
      case 'answers':
        return this.settle(message.id, (waiting) => waiting.resolve(message.answers));
      case 'refused':
        return this.settle(message.id, (waiting) => waiting.reject(message.gone ? new WorkerGoneError() : new Error(message.message)));
      case 'granted':
        return this.settle(message.id, (waiting) => waiting.resolve(message.waited));
      case 'elsewhere':
        return this.counts.received(message.counts);
      case 'keeper':
        return this.keeperListeners.forEach((listener) => listener());
      case 'last':
        return this.last.set();
      case 'stop':
        return this.orders.stop(message.reason);
      case 'retire':
        return this.orders.retire();
      case 'start':
        return; // only once, and before there is a link
    }
  }

  /** The primary has died: there is nobody to ask, and nobody to be kept apart from. */
  primaryEnded(): void {
    this.primaryGone = true;
    for (const waiting of this.waiting.values()) waiting.reject(new WorkerGoneError());
    this.waiting.clear();
    this.last.set();
    for (const done of this.leavingDone.splice(0)) done();
  }

  private async askOne<Q, A>(whom: Asked, topic: Topic<Q, A>, question: Q): Promise<A> {
    const [answer] = await this.question(whom, topic, question);
    return answer as A;
  }

  private question<Q, A>(whom: Asked, { name }: Topic<Q, A>, question: Q): Promise<readonly unknown[]> {
    if (this.primaryGone) return whom === 'all' ? Promise.resolve([]) : Promise.reject(new WorkerGoneError());
    return this.waitFor((id) => this.channel.send({ type: 'ask', id, whom, topic: name, question })) as Promise<readonly unknown[]>;
  }

  private waitFor(send: (id: number) => void): Promise<unknown> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  private settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting !== undefined) how(waiting);
  }

  private async reply({ id, topic, question }: Extract<ToWorker, { type: 'question' }>): Promise<void> {
    const reply = await this.answers.reply(id, topic, question, null);
    try {
      this.channel.send(reply);
    } catch (error) {
      // What can't be copied must not keep others waiting.
      this.channel.send({ type: 'silence', id, message: messageOf(error) });
    }
  }

  private connection(id: number, passage: Passage, socket: unknown): void {
    // One that has been closed on its way is told of without a socket.
    if (!(socket instanceof Socket)) return this.channel.send({ type: 'closed', id });
    this.channel.send({ type: 'taken', id });
    this.connectionIds.set(socket, id);
    socket.once('close', () => {
      if (this.connectionIds.has(socket)) this.channel.send({ type: 'closed', id });
    });
    // As those that a server has accepted itself.
    socket.allowHalfOpen = true;
    this.take?.(socket, passage);
  }

  private arrived(id: number): void {
    this.leaving.delete(id);
    if (this.leaving.size === 0) for (const done of this.leavingDone.splice(0)) done();
  }
}

/** A value that is waited for. */
class Latch<T> {
  set!: (value: T) => void;
  readonly value = new Promise<T>((resolve) => (this.set = resolve));
}
