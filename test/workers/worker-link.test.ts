import { topic, WorkerGoneError } from '../../src/workers';
import type { ToPrimary } from '../../src/workers/messages';
import { WorkerLink } from '../../src/workers/worker-link';

const START = {
  type: 'start',
  config: { values: [], directory: null },
  place: 2,
  count: 3,
  startedAt: 0,
  levels: { level: 'INFO', levels: [] },
} as const;

function linkOf(): { link: WorkerLink; told: ToPrimary[] } {
  const told: ToPrimary[] = [];
  const channel = {
    send: (message: ToPrimary, _socket?: unknown, sent?: () => void) => {
      structuredClone(message);
      told.push(message);
      sent?.();
    },
  };
  return { link: new WorkerLink(channel, START, { stop: () => {}, retire: () => {} }), told };
}

it('does what it waits to do alone when the primary dies, and asks nobody any more', async () => {
  const { link, told } = linkOf();
  const waiting = link.alone('name', (waited) => Promise.resolve(`done, ${waited}`));
  const asked = link.askPrimary(topic<null, null>('t'), null);
  expect(told.map(({ type }) => type)).toEqual(['lock', 'ask']);
  link.primaryEnded();
  expect(await waiting).toBe('done, false');
  await expect(asked).rejects.toThrow(WorkerGoneError);
  expect(await link.alone('name', (waited) => Promise.resolve(waited))).toBe(false);
  expect(await link.ask(topic<null, null>('t'), null)).toEqual([]);
});

it('says that it has nothing to say to a question that nobody answers, whose answer fails, or can not be copied', async () => {
  const { link, told } = linkOf();
  link.answer(topic<null, null>('fails'), () => Promise.reject(new Error('no storage')));
  link.answer(topic<null, () => void>('function'), () => () => {});
  for (const [id, name] of ['unknown', 'fails', 'function'].entries()) link.receive({ type: 'question', id, topic: name, question: null });
  await new Promise((resolve) => setImmediate(resolve));
  expect(told.sort((a, b) => ('id' in a && 'id' in b ? a.id - b.id : 0))).toEqual([
    { type: 'silence', id: 0, message: null },
    { type: 'silence', id: 1, message: 'no storage' },
    { type: 'silence', id: 2, message: expect.stringContaining('could not be cloned') },
  ]);
});

it('says that its connections are with others when each of them has arrived', async () => {
  const { link, told } = linkOf();
  let gone = false;
  const socket = { setTimeout: () => {}, destroy: () => {} } as never;
  link.move(socket, { kind: 'telnet', unhandled: Buffer.alloc(0) });
  const moved = link.moved().then(() => (gone = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([gone, told.map(({ type }) => type)]).toEqual([false, ['move']]);
  link.receive({ type: 'arrived', id: 0 });
  await moved;
  expect(told.map(({ type }) => type)).toEqual(['move', 'left']);
});
