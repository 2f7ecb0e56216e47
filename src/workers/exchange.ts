import { messageOf } from '../util/message-of';
import type { Asked, ToPrimary, ToWorker } from './messages';
import { KEEPER_PLACE } from './siblings';
import type { Topic } from './topic';

/** A worker, as the primary speaks to it. */
export interface Member {
  readonly place: number;
  send(message: ToWorker): void;
}

/** Milliseconds that a question to all waits for those who do not answer: their event loop may be busy. */
const PATIENCE_MS = 2_000;

interface Round {
  readonly asker: Member;
  readonly id: number;
  readonly whom: Asked;
  readonly missing: Set<Member>;
  readonly answers: unknown[];
  refusal: string | null;
  readonly timer: NodeJS.Timeout | null;
}

interface Lock {
  holder: Member;
  readonly queue: { readonly member: Member; readonly id: number }[];
}

type Of<T extends ToPrimary['type']> = Extract<ToPrimary, { type: T }>;

/**
 * Takes questions, locks and shared numbers from worker to worker. What a worker that has ended owed to others is not waited for, and what it
 * held is let go of.
 */
export class Exchange {
  private readonly members = new Set<Member>();
  private readonly rounds = new Map<number, Round>();
  private lastRound = 0;
  private readonly locks = new Map<string, Lock>();
  private readonly counts = new Map<Member, Map<string, number>>();
  private readonly handlers = new Map<string, (question: never) => unknown>();
  /** The primary, as one more who is asked. */
  private readonly own: Member = {
    place: 0,
    send: (message) => {
      if (message.type === 'question') void this.replyItself(message.id, message.topic, message.question);
    },
  };

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** What the primary itself answers. */
  answer<Q, A>({ name }: Topic<Q, A>, handler: (question: Q) => A | Promise<A>): void {
    this.handlers.set(name, handler);
  }

  /** There is another worker: it hears what the others hear, and answers when it can. */
  join(member: Member): void {
    this.members.add(member);
    this.tellCounts(member, this.names());
  }

  /** The worker serves from now on. */
  ready(member: Member): void {
    if (member.place === KEEPER_PLACE) for (const each of this.members) each.send({ type: 'keeper' });
  }

  /** The worker has ended. */
  leave(member: Member): void {
    this.members.delete(member);
    for (const [id, round] of this.rounds) {
      if (round.asker === member) this.forget(id, round);
      else if (round.missing.has(member)) this.missed(id, round, member);
    }
    for (const [name, lock] of this.locks) {
      const kept = lock.queue.filter((each) => each.member !== member);
      lock.queue.splice(0, lock.queue.length, ...kept);
      if (lock.holder === member) this.pass(name, lock);
    }
    const had = this.counts.get(member);
    this.counts.delete(member);
    if (had !== undefined) this.tellAll([...had.keys()], null);
  }

  ask(asker: Member, { id, whom, topic, question }: Of<'ask'>): void {
    const asked = this.askedOf(asker, whom, topic);
    if (asked.length === 0) {
      if (whom === 'all') asker.send({ type: 'answers', id, answers: [] });
      else asker.send({ type: 'refused', id, message: '', gone: true });
      return;
    }
    const roundId = ++this.lastRound;
    // The keeper does work for others, which takes its time.
    const timer = whom === 'all' ? setTimeout(() => this.end(roundId), this.patienceMs) : null;
    this.rounds.set(roundId, { asker, id, whom, missing: new Set(asked), answers: [], refusal: null, timer });
    for (const member of asked) member.send({ type: 'question', id: roundId, topic, question });
  }

  answered(member: Member, { id, answer }: Of<'answer'>): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    round.answers.push(answer);
    this.missed(id, round, member);
  }

  silent(member: Member, { id, message }: Of<'silence'>): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    // One that does not know the question is not that far yet.
    if (round.whom !== 'all') round.refusal = message;
    this.missed(id, round, member);
  }

  lock(member: Member, { id, name }: Of<'lock'>): void {
    const lock = this.locks.get(name);
    if (lock !== undefined) return void lock.queue.push({ member, id });
    this.locks.set(name, { holder: member, queue: [] });
    member.send({ type: 'granted', id, waited: false });
  }

  unlock(member: Member, name: string): void {
    const lock = this.locks.get(name);
    if (lock?.holder === member) this.pass(name, lock);
  }

  count(member: Member, { counts }: Of<'counts'>): void {
    let own = this.counts.get(member);
    if (own === undefined) this.counts.set(member, (own = new Map()));
    for (const [name, value] of counts) own.set(name, value);
    this.tellAll(
      counts.map(([name]) => name),
      member,
    );
  }

  private askedOf(asker: Member, whom: Asked, topic: string): Member[] {
    if (whom === 'primary') return [this.own];
    if (whom === 'keeper') return [...this.members].filter((member) => member !== asker && member.place === KEEPER_PLACE);
    const others = [...this.members].filter((member) => member !== asker);
    return this.handlers.has(topic) ? [...others, this.own] : others;
  }

  private async replyItself(id: number, topic: string, question: unknown): Promise<void> {
    try {
      const handler = this.handlers.get(topic);
      if (handler === undefined) throw new Error('nobody answers that');
      this.answered(this.own, { type: 'answer', id, answer: await handler(question as never) });
    } catch (error) {
      this.silent(this.own, { type: 'silence', id, message: messageOf(error) });
    }
  }

  private missed(id: number, round: Round, member: Member): void {
    round.missing.delete(member);
    if (round.missing.size === 0) this.end(id);
  }

  private end(id: number): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    this.forget(id, round);
    const { asker, answers, refusal, whom } = round;
    if (whom === 'all' || answers.length > 0) asker.send({ type: 'answers', id: round.id, answers });
    else asker.send({ type: 'refused', id: round.id, message: refusal ?? '', gone: refusal === null });
  }

  private forget(id: number, { timer }: Round): void {
    this.rounds.delete(id);
    if (timer !== null) clearTimeout(timer);
  }

  private pass(name: string, lock: Lock): void {
    const next = lock.queue.shift();
    if (next === undefined) {
      this.locks.delete(name);
      return;
    }
    lock.holder = next.member;
    next.member.send({ type: 'granted', id: next.id, waited: true });
  }

  private names(): string[] {
    return [...new Set([...this.counts.values()].flatMap((own) => [...own.keys()]))];
  }

  private tellAll(names: readonly string[], except: Member | null): void {
    for (const member of this.members) if (member !== except) this.tellCounts(member, names);
  }

  /** @param names of numbers that have changed */
  private tellCounts(member: Member, names: readonly string[]): void {
    if (names.length === 0) return;
    const counts = names.map((name) => [name, this.elsewhere(member, name)] as const);
    member.send({ type: 'elsewhere', counts });
  }

  private elsewhere(member: Member, name: string): number {
    let sum = 0;
    for (const [other, own] of this.counts) if (other !== member) sum += own.get(name) ?? 0;
    return sum;
  }
}
