import { Exchange, type Member } from '../../src/workers/exchange';
import type { ToWorker } from '../../src/workers/messages';
import { topic } from '../../src/workers';

/** A worker that keeps what it is told. */
class Told implements Member {
  readonly messages: ToWorker[] = [];
  silent = false;
  constructor(readonly place: number) {}
  send(message: ToWorker): void {
    this.messages.push(message);
  }
  take<T extends ToWorker['type']>(type: T): Extract<ToWorker, { type: T }>[] {
    const found = this.messages.filter((message) => message.type === type) as Extract<ToWorker, { type: T }>[];
    this.messages.length = 0;
    return found;
  }
}

let exchange: Exchange;
let workers: Told[];
beforeEach(() => {
  exchange = new Exchange(60_000);
  workers = [1, 2, 3].map((place) => new Told(place));
  for (const worker of workers) exchange.join(worker);
});

it('asks all others, and answers with what they say', () => {
  const [one, two, three] = workers;
  exchange.ask(one, { type: 'ask', id: 7, whom: 'all', topic: 't', question: 'q' });
  expect(one.messages).toEqual([]);
  const [asked] = two.take('question');
  expect(asked).toMatchObject({ topic: 't', question: 'q' });
  exchange.answered(two, { type: 'answer', id: asked.id, answer: 'from two' });
  expect(one.messages).toEqual([]);
  exchange.silent(three, { type: 'silence', id: asked.id, message: null });
  expect(one.take('answers')).toEqual([{ type: 'answers', id: 7, answers: ['from two'] }]);
});

it('does not wait for one that ends', () => {
  const [one, two, three] = workers;
  exchange.ask(one, { type: 'ask', id: 1, whom: 'all', topic: 't', question: null });
  const [{ id }] = two.take('question');
  exchange.answered(two, { type: 'answer', id, answer: 2 });
  exchange.leave(three);
  expect(one.take('answers')).toEqual([{ type: 'answers', id: 1, answers: [2] }]);
  exchange.ask(two, { type: 'ask', id: 2, whom: 'keeper', topic: 't', question: null });
  exchange.leave(one);
  expect(two.take('refused')).toEqual([{ type: 'refused', id: 2, message: '', gone: true }]);
});

it('asks the keeper, and says whether it refused or is not there', () => {
  const [one, two] = workers;
  const ask = (id: number): number => {
    exchange.ask(two, { type: 'ask', id, whom: 'keeper', topic: 't', question: null });
    return one.take('question')[0].id;
  };
  exchange.silent(one, { type: 'silence', id: ask(1), message: 'full' });
  exchange.silent(one, { type: 'silence', id: ask(2), message: null });
  exchange.answered(one, { type: 'answer', id: ask(3), answer: undefined });
  expect(two.messages).toEqual([
    { type: 'refused', id: 1, message: 'full', gone: false },
    { type: 'refused', id: 2, message: '', gone: true },
    { type: 'answers', id: 3, answers: [undefined] },
  ]);
});

it('answers itself, alone or with the others', async () => {
  const [one, two, three] = workers;
  exchange.answer(topic<number, number>('double'), (n) => 2 * n);
  exchange.ask(one, { type: 'ask', id: 1, whom: 'primary', topic: 'double', question: 4 });
  exchange.ask(one, { type: 'ask', id: 2, whom: 'primary', topic: 'other', question: 4 });
  exchange.ask(one, { type: 'ask', id: 3, whom: 'all', topic: 'double', question: 1 });
  const [{ id }] = two.take('question');
  exchange.answered(two, { type: 'answer', id, answer: 'two' });
  exchange.answered(three, { type: 'answer', id, answer: 'three' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(one.messages.sort((a, b) => ('id' in a && 'id' in b ? a.id - b.id : 0))).toEqual([
    { type: 'answers', id: 1, answers: [8] },
    { type: 'refused', id: 2, message: '', gone: true },
    { type: 'answers', id: 3, answers: ['two', 'three', 2] },
  ]);
});

it('gives a lock to one after the other, and says who had to wait; one that ends lets go of it', () => {
  const [one, two, three] = workers;
  for (const [id, worker] of workers.entries()) exchange.lock(worker, { type: 'lock', id, name: 'n' });
  expect(one.take('granted')).toEqual([{ type: 'granted', id: 0, waited: false }]);
  expect(two.messages).toEqual([]);
  exchange.unlock(two, 'n'); // not its own
  expect(two.messages).toEqual([]);
  exchange.leave(one);
  expect(two.take('granted')).toEqual([{ type: 'granted', id: 1, waited: true }]);
  exchange.lock(two, { type: 'lock', id: 9, name: 'n' });
  exchange.unlock(two, 'n');
  expect(three.take('granted')).toEqual([{ type: 'granted', id: 2, waited: true }]);
  exchange.unlock(three, 'n');
  expect(two.take('granted')).toEqual([{ type: 'granted', id: 9, waited: true }]);
  exchange.unlock(two, 'n');
  exchange.lock(three, { type: 'lock', id: 10, name: 'n' });
  expect(three.take('granted')).toEqual([{ type: 'granted', id: 10, waited: false }]);
});

it('tells each worker what the others have', () => {
  const [one, two, three] = workers;
  exchange.count(one, { type: 'counts', counts: [['bytes', 10]] });
  exchange.count(two, { type: 'counts', counts: [['bytes', 5]] });
  expect(three.take('elsewhere').at(-1)).toEqual({ type: 'elsewhere', counts: [['bytes', 15]] });
  expect(one.take('elsewhere').at(-1)).toEqual({ type: 'elsewhere', counts: [['bytes', 5]] });
  const late = new Told(2);
  exchange.join(late);
  expect(late.take('elsewhere')).toEqual([{ type: 'elsewhere', counts: [['bytes', 15]] }]);
  exchange.leave(one);
  expect(three.take('elsewhere').at(-1)).toEqual({ type: 'elsewhere', counts: [['bytes', 5]] });
});

it('says to all that there is a keeper', () => {
  exchange.ready(workers[1]);
  expect(workers.flatMap((worker) => worker.take('keeper'))).toEqual([]);
  exchange.ready(workers[0]);
  expect(workers.map((worker) => worker.take('keeper').length)).toEqual([1, 1, 1]);
});

it('asks one that is silent, and does not wait for it', () => {
  const [one, two, three] = workers;
  three.silent = true;
  exchange.ask(one, { type: 'ask', id: 1, whom: 'all', topic: 't', question: 'q' });
  exchange.answered(two, { type: 'answer', id: two.take('question')[0].id, answer: 2 });
  expect(one.take('answers')).toEqual([{ type: 'answers', id: 1, answers: [2] }]);
  const [{ id, question }] = three.take('question');
  expect(question).toBe('q');
  // Its answer comes too late, when it comes.
  exchange.answered(three, { type: 'answer', id, answer: 3 });
  expect(one.messages).toEqual([]);
  two.silent = true;
  exchange.ask(one, { type: 'ask', id: 2, whom: 'all', topic: 't', question: 'q' });
  expect(one.take('answers')).toEqual([{ type: 'answers', id: 2, answers: [] }]);
});

it('asks for the primary all workers but the one that wanted to know', async () => {
  const [one, two, three] = workers;
  const asked = exchange.askOthers(one, topic<string, string>('t'), 'q');
  exchange.answered(two, { type: 'answer', id: two.take('question')[0].id, answer: 'two' });
  exchange.leave(three);
  expect([...(await asked)]).toEqual([[two, 'two']]);
  expect(one.messages).toEqual([]);
});

it('says to the primary who asks it', async () => {
  const [one, two] = workers;
  exchange.answer(topic<null, number>('who'), (_question, by) => by.place);
  exchange.ask(two, { type: 'ask', id: 1, whom: 'primary', topic: 'who', question: null });
  await new Promise((resolve) => setImmediate(resolve));
  expect(two.take('answers')).toEqual([{ type: 'answers', id: 1, answers: [2] }]);
  expect(one.messages).toEqual([]);
});
