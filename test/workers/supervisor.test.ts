import type { AddressInfo } from 'node:net';
import type { ToPrimary, ToWorker } from '../../src/workers/messages';
import { Supervisor, type SupervisorParts } from '../../src/workers/supervisor';
import type { WorkerProcess } from '../../src/workers/worker';

const ADDRESS: AddressInfo = { address: '127.0.0.1', family: 'IPv4', port: 4242 };

/** A process that does what it is told to by the test. */
class Puppet implements WorkerProcess {
  readonly told: ToWorker[] = [];
  killed: string | null = null;
  private say: (message: ToPrimary, socket: unknown) => void = () => {};
  private exited: (code: number | null, signal: string | null) => void = () => {};

  constructor(
    readonly place: number,
    readonly pid: number,
  ) {}

  send(message: ToWorker): void {
    this.told.push(message);
  }

  onMessage(listener: (message: ToPrimary, socket: unknown) => void): void {
    this.say = listener;
  }

  onExit(listener: (code: number | null, signal: string | null) => void): void {
    this.exited = listener;
  }

  kill(signal: NodeJS.Signals): void {
    this.killed = signal;
    this.exit(null, signal);
  }

  says(message: ToPrimary): void {
    this.say(message, undefined);
  }

  exit(code: number | null, signal: string | null = null): void {
    this.exited(code, signal);
  }

  get orders(): string[] {
    return this.told.map(({ type }) => type);
  }
}

class Stage {
  readonly launched: Puppet[] = [];
  readonly log: string[] = [];
  readonly door: string[] = [];
  readonly balanced: number[][] = [];
  readonly timers: { at: number; work: () => void }[] = [];
  now = 0;
  readonly supervisor: Supervisor;

  constructor(count: number, more: Partial<SupervisorParts> = {}) {
    const say = (message: string): void => void this.log.push(message);
    const nothing = (): void => {};
    this.supervisor = new Supervisor({
      count,
      launch: (place) => {
        const puppet = new Puppet(place, 100 + this.launched.length);
        this.launched.push(puppet);
        return puppet;
      },
      door: {
        listen: () => Promise.resolve(ADDRESS),
        close: () => Promise.resolve(void this.door.push('close')),
        add: () => void this.door.push('add'),
        remove: () => void this.door.push('remove'),
        ended: () => void this.door.push('ended'),
        taken: nothing,
        closed: nothing,
        moved: nothing,
      },
      exchange: {
        join: nothing,
        ready: nothing,
        leave: nothing,
        ask: nothing,
        answered: nothing,
        silent: nothing,
        lock: nothing,
        unlock: nothing,
        count: nothing,
      },
      logger: { debug: say, info: say, warn: say, error: say },
      log: nothing,
      onEnd: nothing,
      balance: (workers) => Promise.resolve(void this.balanced.push(workers.map(({ place }) => place))),
      patienceMs: 1000,
      onStop: nothing,
      now: () => this.now,
      after: (ms, work) => {
        const timer = { at: this.now + ms, work };
        this.timers.push(timer);
        return () => void (this.timers.includes(timer) && this.timers.splice(this.timers.indexOf(timer), 1));
      },
      ...more,
    });
  }

  /** Starts all of them. */
  async started(): Promise<void> {
    const address = this.supervisor.start();
    for (const puppet of this.launched) puppet.says({ type: 'ready' });
    expect(await address).toBe(ADDRESS);
  }

  pass(ms: number): void {
    this.now += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.now) continue;
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.work();
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('opens the port when all can serve', async () => {
  const stage = new Stage(2);
  const address = stage.supervisor.start();
  expect(stage.launched.map(({ place }) => place)).toEqual([1, 2]);
  stage.launched[1].says({ type: 'ready' });
  await turn();
  expect(stage.door).toEqual([]);
  stage.launched[0].says({ type: 'ready' });
  expect(await address).toBe(ADDRESS);
  expect(stage.door).toEqual(['add', 'add']);
  for (const { told } of stage.launched) expect(told).toEqual([{ type: 'serve', address: ADDRESS }]);
});

it('says why the first one could not start, and leaves no other', async () => {
  const stage = new Stage(3);
  const refused = expect(stage.supervisor.start()).rejects.toMatchObject({ text: 'no table\n', code: 1 });
  stage.launched[2].says({ type: 'failed', text: 'no table\n', code: 1 });
  stage.launched[2].exit(1);
  stage.launched[0].exit(1);
  await refused;
  expect(stage.launched[1].killed).toBe('SIGKILL');
  expect(stage.launched).toHaveLength(3);
});

it('says of one that ends without a word how it ended', async () => {
  const stage = new Stage(1);
  const start = stage.supervisor.start();
  stage.launched[0].exit(null, 'SIGSEGV');
  await expect(start).rejects.toMatchObject({ text: 'Worker 1 ended with SIGSEGV before it could serve\n', code: 1 });
});

it('ends all when the port cannot be opened', async () => {
  const stage = new Stage(2, {
    door: { ...new Stage(0).supervisor['parts'].door, listen: () => Promise.reject(new Error('in use')) },
  });
  const start = stage.supervisor.start();
  for (const puppet of stage.launched) puppet.says({ type: 'ready' });
  await turn();
  for (const puppet of stage.launched) expect(puppet.orders[0]).toBe('stop');
  for (const puppet of stage.launched) puppet.exit(0);
  await expect(start).rejects.toThrow('in use');
});

it('starts one that ends again: at once, then after pauses that grow while it does not last', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.now = 5_000;
  stage.launched[1].exit(null, 'SIGKILL');
  expect(stage.launched).toHaveLength(3);
  expect(stage.launched[2].place).toBe(2);
  expect(stage.log.at(-1)).toBe('Worker 2 (process 101) ended with SIGKILL, another one is started in its place');
  stage.launched[2].says({ type: 'failed', text: 'no storage\n', code: 1 });
  stage.launched[2].exit(1);
  expect(stage.log.at(-1)).toBe('Worker 2 (process 102) ended with code 1, another one is started in its place in 500 ms: no storage');
  stage.pass(499);
  expect(stage.launched).toHaveLength(3);
  stage.pass(1);
  expect(stage.launched).toHaveLength(4);
  stage.launched[3].exit(1);
  stage.pass(999);
  expect(stage.launched).toHaveLength(4);
  stage.pass(1);
  stage.launched[4].says({ type: 'ready' });
  expect(stage.launched[4].told).toEqual([{ type: 'serve', address: ADDRESS }]);
  stage.pass(60_000);
  stage.launched[4].exit(7);
  expect(stage.launched).toHaveLength(6);
  expect(stage.supervisor.restarts).toBe(4);
});

it('replaces one after the other, each when the one before it serves', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.supervisor.replaceAll();
  stage.supervisor.replaceAll(); // it is being done
  expect(stage.launched[0].orders).toEqual(['serve', 'retire']);
  expect(stage.door.at(-1)).toBe('remove');
  expect(stage.launched[1].orders).toEqual(['serve']);
  stage.launched[0].exit(0);
  await turn();
  expect(stage.launched[2].place).toBe(1);
  expect(stage.launched[1].orders).toEqual(['serve']);
  stage.launched[2].says({ type: 'ready' });
  await turn();
  expect(stage.launched[1].orders).toEqual(['serve', 'retire']);
  stage.launched[1].exit(0);
  await turn();
  stage.launched[3].says({ type: 'ready' });
  await turn();
  expect(stage.log.at(-1)).toBe('All workers are replaced');
  expect(stage.launched).toHaveLength(4);
  expect(stage.supervisor.restarts).toBe(0);
});

it('kills one that does not end in time', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.supervisor.replaceAll();
  stage.pass(1000);
  expect(stage.launched[0].killed).toBe('SIGKILL');
  expect(stage.log.join('\n')).toContain('Worker 1 (process 100) did not end in 1000 ms: it is killed');
  expect(stage.launched[2].place).toBe(1);
});

it('ends all in order, and tells the one that is left that it is', async () => {
  const stage = new Stage(3);
  await stage.started();
  const stopped = stage.supervisor.stop('SIGTERM');
  await turn();
  expect(stage.door.at(-1)).toBe('close');
  for (const puppet of stage.launched) expect(puppet.orders).toEqual(['serve', 'stop']);
  stage.launched[2].exit(0);
  expect(stage.launched[0].orders).toEqual(['serve', 'stop']);
  stage.launched[1].exit(0);
  expect(stage.launched[0].orders).toEqual(['serve', 'stop', 'last']);
  stage.launched[0].exit(0);
  await stopped;
  expect(stage.launched).toHaveLength(3);
  expect(stage.timers).toEqual([]);
});

it('starts none any more once it ends', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.launched[1].exit(1);
  stage.launched[2].exit(1);
  const stopped = stage.supervisor.stop('SIGTERM');
  stage.pass(60_000);
  await turn();
  stage.launched[0].exit(0);
  await stopped;
  expect(stage.launched).toHaveLength(3);
});

it('gives one that is silent no connections, and kills it when it stays so', async () => {
  const stage = new Stage(2);
  await stage.started();
  const beats = (count: number): void => {
    for (let i = 0; i < count; i++) {
      stage.pass(1000);
      stage.launched[0].says({ type: 'alive' });
    }
  };
  beats(4);
  expect(stage.door).toEqual(['add', 'add']);
  beats(1);
  expect(stage.door).toEqual(['add', 'add', 'remove']);
  expect(stage.log.at(-1)).toBe('Worker 2 (process 101) has not answered for 5 s: others get new connections');
  stage.launched[1].says({ type: 'alive' });
  expect(stage.door).toEqual(['add', 'add', 'remove', 'add']);
  expect(stage.log.at(-1)).toBe('Worker 2 (process 101) answers again');
  beats(59);
  expect(stage.launched[1].killed).toBe(null);
  beats(1);
  expect(stage.launched[1].killed).toBe('SIGKILL');
  expect(stage.log).toContain('Worker 2 (process 101) has not answered for 60 s: it is killed');
  expect(stage.launched[2].place).toBe(2);
  expect(stage.launched[0].killed).toBe(null);
});

it('waits for one that starts as long as it takes', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.launched[1].exit(null, 'SIGKILL');
  for (let i = 0; i < 100; i++) {
    stage.pass(1000);
    stage.launched[0].says({ type: 'alive' });
  }
  expect(stage.launched[2].killed).toBe(null);
  expect(stage.log.at(-1)).toMatch(/is started in its place$/);
});

it('does not bring one back that is about to end', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.supervisor.replaceAll();
  for (let i = 0; i < 5; i++) stage.pass(100 * 60);
  const before = stage.door.length;
  stage.launched[0].says({ type: 'alive' });
  expect(stage.door).toHaveLength(before);
});

it('does not replace one again that has come while the others were replaced', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.supervisor.replaceAll();
  stage.launched[1].exit(null, 'SIGKILL');
  expect(stage.launched[2].place).toBe(2);
  stage.launched[0].exit(0);
  await turn();
  stage.launched[3].says({ type: 'ready' });
  await turn();
  expect(stage.launched[2].orders).toEqual([]);
  expect(stage.log.at(-1)).not.toBe('All workers are replaced');
  stage.launched[2].says({ type: 'ready' });
  await turn();
  expect(stage.log.at(-1)).toBe('All workers are replaced');
  expect(stage.launched).toHaveLength(4);
});

it('replaces one that starts when it can serve', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.launched[0].exit(null, 'SIGKILL');
  stage.supervisor.replaceAll();
  await turn();
  expect(stage.launched[2].orders).toEqual([]);
  stage.launched[2].says({ type: 'ready' });
  await turn();
  expect(stage.launched[2].orders).toEqual(['serve', 'retire']);
  stage.launched[2].exit(0);
  await turn();
  expect(stage.launched[3].place).toBe(1);
  expect(stage.supervisor.restarts).toBe(1);
});

it('ends those that take connections when the one has given them that is being replaced', async () => {
  const stage = new Stage(3);
  await stage.started();
  stage.supervisor.replaceAll();
  const stopped = stage.supervisor.stop('SIGTERM');
  await turn();
  expect(stage.launched[1].orders).toEqual(['serve']);
  stage.launched[0].says({ type: 'left' });
  await turn();
  for (const puppet of stage.launched) expect(puppet.orders.at(-1)).toBe('stop');
  for (const puppet of stage.launched) puppet.exit(0);
  await stopped;
  expect(stage.launched).toHaveLength(3);
});

it('does not wait for connections of one that ends without giving them', async () => {
  const stage = new Stage(2);
  await stage.started();
  stage.supervisor.replaceAll();
  const stopped = stage.supervisor.stop('SIGTERM');
  await turn();
  stage.launched[0].exit(null, 'SIGKILL');
  await turn();
  expect(stage.launched[1].orders).toEqual(['serve', 'stop', 'last']);
  stage.launched[1].exit(0);
  await stopped;
});

it('spreads connections when a worker has come in the place of another, and when all are replaced, not in between', async () => {
  const stage = new Stage(3);
  await stage.started();
  expect(stage.balanced).toEqual([]);
  stage.launched[1].exit(null, 'SIGKILL');
  stage.launched[3].says({ type: 'ready' });
  await turn();
  expect(stage.balanced).toEqual([[1, 3, 2]]);
  stage.supervisor.replaceAll();
  for (const [retired, launched] of [
    [0, 4],
    [3, 5],
    [2, 6],
  ]) {
    // prettier-ignore
    stage.launched[retired].exit(0);
    await turn();
    expect(stage.balanced).toHaveLength(1);
    stage.launched[launched].says({ type: 'ready' });
    await turn();
  }
  expect(stage.log.at(-1)).toBe('All workers are replaced');
  expect(stage.balanced).toEqual([
    [1, 3, 2],
    [1, 2, 3],
  ]);
});
