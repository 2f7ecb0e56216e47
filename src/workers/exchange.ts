import { Answers } from './answers';
import { Locks } from './locks';
import type { Asked, ToPrimary, ToWorker } from './messages';
import { KEEPER_PLACE } from './siblings';
import type { Topic } from './topic';

/** A worker, as the primary speaks to it. */
export interface Member {
  readonly place: number;
  /** Its event loop stands still: it hears what is said when it goes on, and is not waited for. */
  readonly silent: boolean;
  send(message: ToWorker): void;
}

/** Milliseconds that a question to all waits for those who do not answer: their event loop may be busy. Statistics wait for storage less long. */
const PATIENCE_MS = 3_000;

/** A question that is not answered yet by all that were asked. */
interface Round {
  readonly asker: Member;
  readonly missing: Set<Member>;
  readonly answers: Map<Member, unknown>;
  /** Why it was refused; null: those that did not answer are not there. */
  refusal: string | null;
  readonly end: (answers: ReadonlyMap<Member, unknown>, refusal: string | null) => void;
  readonly timer: NodeJS.Timeout | null;
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
  private readonly locks = new Locks<Member>();
  private readonly counts = new Map<Member, Map<string, number>>();
  private readonly answers = new Answers<Member>();
  /** The primary, as one more who is asked. */
  private readonly own: Member = {
    place: 0,
    silent: false,
    send: (message) => {
      if (message.type === 'question') void this.replyItself(message);
    },
  };

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** What the primary itself answers. @param handler is told who asks */
  answer<Q, A>(topic: Topic<Q, A>, handler: (question: Q, by: Member) => A | Promise<A>): void {
    this.answers.add(topic, handler);
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
    this.locks.leave(member);
    const had = this.counts.get(member);
    this.counts.delete(member);
    if (had !== undefined) this.tellAll([...had.keys()], null);
  }

  ask(asker: Member, { id, whom, topic, question }: Of<'ask'>): void {
    const toAll = whom === 'all';
    this.begin(asker, this.askedOf(asker, whom, topic), toAll, { topic, question }, (answers, refusal) => {
      if (toAll || answers.size > 0) asker.send({ type: 'answers', id, answers: [...answers.values()] });
      else asker.send({ type: 'refused', id, message: refusal ?? '', gone: refusal === null });
    });
  }

  /** Asks all workers, but one. Resolves with what they say; who says nothing, or not in time, is left out. */
  askOthers<Q, A>(but: Member | null, topic: Topic<Q, A>, question: Q): Promise<ReadonlyMap<Member, A>> {
    return this.askThese(
      [...this.members].filter((member) => member !== but),
      topic,
      question,
    );
  }

  /** Resolves with what they say; who says nothing, or not in time, is left out. */
  askThese<M extends Member, Q, A>(members: readonly M[], { name }: Topic<Q, A>, question: Q): Promise<ReadonlyMap<M, A>> {
    return new Promise((resolve) => {
      this.begin(this.own, members, true, { topic: name, question }, (answers) => resolve(answers as ReadonlyMap<M, A>));
    });
  }

  answered(member: Member, { id, answer }: Of<'answer'>): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    round.answers.set(member, answer);
    this.missed(id, round, member);
  }

  silent(member: Member, { id, message }: Of<'silence'>): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    round.refusal = message;
    this.missed(id, round, member);
  }

  lock(member: Member, { id, name }: Of<'lock'>): void {
    this.locks.ask(member, id, name);
  }

  unlock(member: Member, name: string): void {
    this.locks.release(member, name);
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
    const others = [...this.members].filter((member) => member !== asker);
    if (whom === 'keeper') return others.filter(({ place }) => place === KEEPER_PLACE);
    return this.answers.has(topic) ? [...others, this.own] : others;
  }

  /** @param toAll it ends in time, and without those that are silent: one that does work for others may take its time */
  private begin(
    asker: Member,
    asked: readonly Member[],
    toAll: boolean,
    { topic, question }: { topic: string; question: unknown },
    end: Round['end'],
  ): void {
    const missing = new Set(toAll ? asked.filter(({ silent }) => !silent) : asked);
    const id = ++this.lastRound;
    const timer = toAll && missing.size > 0 ? setTimeout(() => this.end(id), this.patienceMs) : null;
    this.rounds.set(id, { asker, missing, answers: new Map(), refusal: null, end, timer });
    for (const member of asked) member.send({ type: 'question', id, topic, question });
    if (missing.size === 0) this.end(id);
  }

  private async replyItself({ id, topic, question }: Extract<ToWorker, { type: 'question' }>): Promise<void> {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    const reply = await this.answers.reply(id, topic, question, round.asker);
    if (reply.type === 'answer') this.answered(this.own, reply);
    else this.silent(this.own, reply);
  }

  private missed(id: number, round: Round, member: Member): void {
    round.missing.delete(member);
    if (round.missing.size === 0) this.end(id);
  }

  private end(id: number): void {
    const round = this.rounds.get(id);
    if (round === undefined) return;
    this.forget(id, round);
    round.end(round.answers, round.refusal);
  }

  private forget(id: number, { timer }: Round): void {
    this.rounds.delete(id);
    if (timer !== null) clearTimeout(timer);
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
