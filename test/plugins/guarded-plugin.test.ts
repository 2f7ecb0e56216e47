import { GuardedPlugin, type Plugin } from '../../src/plugins';
import { SILENT_LOG } from '../../src/util/log';

const KIND = { role: 'echo', statsName: 'echoes' };
const LIMITS = { answerMs: 1000, calls: 2 };

let errors: string[];
const logger = { ...SILENT_LOG, error: (message: string) => void errors.push(message) };
const guard = (plugin: Plugin = {}): GuardedPlugin<Plugin> => new GuardedPlugin(plugin, KIND, logger, LIMITS);

/** A promise to be settled by hand. */
class Pending {
  resolve: (value: string) => void = () => {};
  reject: (error: Error) => void = () => {};
  readonly promise = new Promise<string>((resolve, reject) => Object.assign(this, { resolve, reject }));
}

function figures(guarded: GuardedPlugin<Plugin>): Record<string, number | string> {
  const all: Record<string, number | string> = {};
  void guarded.collectStats({
    record: (name, value, tags = {}) => (all[name === 'plugin.calls' ? tags.type : `${name} ${tags.plugin}`] = Number(value)),
  });
  return all;
}

beforeEach(() => {
  errors = [];
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());
const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

test('what is thrown to nobody is counted, and logged once in a while', async () => {
  const guarded = guard();
  guarded.tell(() => {
    throw new Error('at once');
  });
  guarded.tell(() => Promise.reject(new Error('later')));
  guarded.tell(() => 'fine');
  await settle();
  expect(figures(guarded)).toEqual({ made: 3, failed: 2, skipped: 0, under_way: 0 });
  expect(errors).toEqual(['The echo plugin failed (1 times so far): at once']);
});

test('beyond the bound the plugin is not told, and is again when calls have ended', async () => {
  const guarded = guard();
  const calls = [new Pending(), new Pending(), new Pending()];
  for (const { promise } of calls) guarded.tell(() => promise);
  expect(figures(guarded)).toEqual({ made: 2, failed: 0, skipped: 1, under_way: 2 });
  calls[0].resolve('');
  calls[1].reject(new Error('no'));
  await settle();
  guarded.tell(() => calls[2].promise);
  expect(figures(guarded)).toEqual({ made: 3, failed: 1, skipped: 1, under_way: 1 });
});

test('an answer comes at once when the plugin has it at once; what it throws is told to the caller too', async () => {
  const guarded = guard();
  expect(guarded.ask(() => 7)).toBe(7);
  expect(() =>
    guarded.ask(() => {
      throw new Error('at once');
    }),
  ).toThrow('at once');
  await expect(guarded.ask(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
  expect(await guarded.ask(() => Promise.resolve('yes'))).toBe('yes');
  expect(figures(guarded)).toEqual({ made: 4, failed: 2, skipped: 0, under_way: 0 });
});

test('nobody waits beyond the limit, but the call counts as under way until it ends', async () => {
  const guarded = guard();
  const call = new Pending();
  const answer = expect(guarded.ask(() => call.promise)).rejects.toThrow('no answer within 1000 ms');
  await jest.advanceTimersByTimeAsync(1000);
  await answer;
  expect(figures(guarded)).toEqual({ made: 1, failed: 1, skipped: 0, under_way: 1 });
  call.reject(new Error('much later'));
  await settle();
  expect(figures(guarded)).toEqual({ made: 1, failed: 1, skipped: 0, under_way: 0 });
});

test('questions beyond the bound wait for calls to end, in their order', async () => {
  const guarded = guard();
  const calls = Array.from({ length: 4 }, () => new Pending());
  const asked: number[] = [];
  const answers = calls.map(async ({ promise }, i) =>
    guarded.ask(() => {
      asked.push(i);
      return promise;
    }),
  );
  expect(asked).toEqual([0, 1]);
  calls[1].resolve('b');
  await settle();
  expect(asked).toEqual([0, 1, 2]);
  calls[0].resolve('a');
  calls[2].resolve('c');
  calls[3].resolve('d');
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  expect(asked).toEqual([0, 1, 2, 3]);
  expect(figures(guarded)).toEqual({ made: 4, failed: 0, skipped: 0, under_way: 0 });
});

test('questions that wait in vain fail, take nobody’s place, and are not asked later', async () => {
  const guarded = guard();
  const hung = [new Pending(), new Pending()];
  for (const { promise } of hung) guarded.tell(() => promise);
  let asked = 0;
  const question = (): number => ++asked;
  const inVain = expect(guarded.ask(question)).rejects.toThrow('2 calls are under way, and none has ended within 1000 ms');
  await jest.advanceTimersByTimeAsync(1000);
  await inVain;
  const next = guarded.ask(question);
  hung[0].resolve('');
  expect(await next).toBe(1);
  hung[1].resolve('');
  await settle();
  expect(asked).toBe(1);
  expect(figures(guarded)).toMatchObject({ failed: 1, under_way: 0 });
});

test('its own figures carry the original’s name; a plugin that has none to give costs nothing', async () => {
  expect(figures(guard({ collectStats: (sink) => sink.record('own', 5) }))).toMatchObject({ 'own echoes': 5, made: 0 });
  const silent = guard({ collectStats: () => new Promise(() => {}) });
  const collected = silent.collectStats({ record: () => {} });
  await jest.advanceTimersByTimeAsync(1000);
  await collected;
  expect(figures(silent)).toMatchObject({ failed: 1 });
});

test('it is ended once, and nothing that it does then stops the others', async () => {
  let ends = 0;
  const failing = guard({
    shutdown: () => {
      ends++;
      return Promise.reject(new Error('still busy'));
    },
  });
  await Promise.all([failing.shutdown(), failing.shutdown()]);
  expect(ends).toBe(1);
  const hanging = guard({ shutdown: () => new Promise(() => {}) }).shutdown();
  await jest.advanceTimersByTimeAsync(1000);
  await hanging;
  expect(errors).toEqual([
    'The echo plugin failed (1 times so far): still busy',
    'The echo plugin failed (1 times so far): no answer within 1000 ms',
  ]);
});
