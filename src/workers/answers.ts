import { messageOf } from '../util/message-of';
import type { ToPrimary } from './messages';
import type { Topic } from './topic';

/** What a question is answered with. */
export type Reply = Extract<ToPrimary, { type: 'answer' | 'silence' }>;

/** What one process answers when others ask. @typeParam By who has asked, as far as that is known */
export class Answers<By> {
  private readonly handlers = new Map<string, (question: never, by: By) => unknown>();

  add<Q, A>({ name }: Topic<Q, A>, handler: (question: Q, by: By) => A | Promise<A>): void {
    this.handlers.set(name, handler);
  }

  has(topic: string): boolean {
    return this.handlers.has(topic);
  }

  /** What is to be said to a question. @param id of the question */
  async reply(id: number, topic: string, question: unknown, by: By): Promise<Reply> {
    const handler = this.handlers.get(topic);
    if (handler === undefined) return { type: 'silence', id, message: null };
    try {
      return { type: 'answer', id, answer: await handler(question as never, by) };
    } catch (error) {
      return { type: 'silence', id, message: messageOf(error) };
    }
  }
}
