import type { ToWorker } from './messages';

/** Who may hold a lock. */
interface Holder {
  send(message: ToWorker): void;
}

interface Lock<M> {
  holder: M;
  readonly queue: { readonly member: M; readonly id: number }[];
}

/** What is done by one worker at a time, by name: who asks for it has it after those who have asked before. */
export class Locks<M extends Holder> {
  private readonly locks = new Map<string, Lock<M>>();

  /** @param id what the member calls its question */
  ask(member: M, id: number, name: string): void {
    const lock = this.locks.get(name);
    if (lock !== undefined) return void lock.queue.push({ member, id });
    this.locks.set(name, { holder: member, queue: [] });
    member.send({ type: 'granted', id, waited: false });
  }

  /** Means nothing for a lock that the member does not hold. */
  release(member: M, name: string): void {
    const lock = this.locks.get(name);
    if (lock?.holder === member) this.pass(name, lock);
  }

  /** The member has ended: it holds nothing any more, and waits for nothing. */
  leave(member: M): void {
    for (const [name, lock] of this.locks) {
      const kept = lock.queue.filter((each) => each.member !== member);
      lock.queue.splice(0, lock.queue.length, ...kept);
      if (lock.holder === member) this.pass(name, lock);
    }
  }

  private pass(name: string, lock: Lock<M>): void {
    const next = lock.queue.shift();
    if (next === undefined) {
      this.locks.delete(name);
      return;
    }
    lock.holder = next.member;
    next.member.send({ type: 'granted', id: next.id, waited: true });
  }
}
