import { Ingest, IngestCounters, IngestRequest } from '../../src/ingest';
import { RetryableError, type Storage } from '../../src/storage';
import { openTempStore, type TempStore } from '../support/temp-store';
import { turns, until } from '../support/until';
import { TelnetTsd } from '../server/telnet/support/telnet-tsd';
import { cellsOf, silent, writingOn, type Writing } from './support/data-table';
import { Door } from './support/unruly-storage';

const T0 = 1699999200;
const HOSTS = Array.from({ length: 300 }, (_, i) => `h${i}`);

/** A store that has names of an earlier process; its reads of the UID table are counted, and wait at a door. */
let store: TempStore;
let storage: Storage;
let reads: number;
let before: () => Promise<void>;
let writing: Writing;

const line = (host: string, value = 1, time = T0): string => `put m ${time} ${value} host=${host}`;

beforeEach(async () => {
  store = await openTempStore();
  const earlier = writingOn(store.storage);
  await earlier.uids.getOrCreateId('metrics', 'm');
  await earlier.uids.getOrCreateId('tagk', 'host');
  for (const host of HOSTS) await earlier.uids.getOrCreateId('tagv', host);
  await earlier.writer.close();
  reads = 0;
  before = () => Promise.resolve();
  const { storage: real } = store;
  const counted = {
    get: async (...args: Parameters<Storage['get']>) => (reads++, await before(), real.get(...args)),
    multiGet: async (...args: Parameters<Storage['multiGet']>) => (reads++, await before(), real.multiGet(...args)),
  };
  storage = new Proxy(real, {
    get(target, property: keyof Storage) {
      if (property === 'get' || property === 'multiGet') return counted[property];
      const value = target[property];
      return typeof value === 'function' ? (value as (...args: never[]) => unknown).bind(target) : value;
    },
  });
});
afterEach(() => store.close());

const add = (text: string): boolean => {
  const bytes = Buffer.from(text.replace(/^put /, ''));
  return writing.writer.addLine(bytes, 0, bytes.length, 'telnet', null);
};

/** Notes what the lines have and asks. */
function ask(...texts: string[]): Promise<void> | null {
  const { unknownNames } = writing.writer;
  for (const text of texts) {
    const bytes = Buffer.from(text.replace(/^put /, ''));
    unknownNames.noteLine(bytes, 0, bytes.length);
  }
  return unknownNames.ask();
}

describe('names that have UIDs and were not seen since the start', () => {
  beforeEach(() => {
    writing = writingOn(storage);
  });
  afterEach(async () => {
    jest.useRealTimers();
    await writing.writer.close();
  });

  it('are asked for together, once, and then known', async () => {
    expect(add(line('h1'))).toBe(false);
    await Promise.all([ask(...HOSTS.slice(0, 200).map((host) => line(host))), ask(line('h7'), line('h250'))]);
    expect(reads).toBe(3); // a kind each
    expect([add(line('h1')), add(line('h199')), add(line('h250')), add(line('h251'))]).toEqual([true, true, true, false]);
    expect(ask(line('h1'), line('h199'))).toBeNull();
    expect(writing.uids.cachedId('tagv', 'h250')).toBeDefined();
  });

  it('are learnt from the UID cache without a look at storage', async () => {
    await Promise.all([
      writing.uids.getId('metrics', 'm'),
      writing.uids.getId('tagk', 'host'),
      ...HOSTS.map((host) => writing.uids.getId('tagv', host)),
    ]);
    reads = 0;
    await ask(line('h1'));
    expect([add(line('h1')), reads]).toEqual([true, 0]);
  });

  it('are left to the slow path when a character is not allowed, there is no UID, or it has another width', async () => {
    const wrong = writingOn(store.storage, { 'tsd.core.tag.allow_specialchars': '%' });
    await wrong.uids.assign('tagv', 'a%');
    await wrong.writer.close();
    expect(ask('put m% 1 1 host%=a%')).toBeNull();
    await ask(line('a%'), line('new'));
    expect([add(line('h1')), add(line('a%')), add(line('new'))]).toEqual([false, false, false]);
    await ask(line('h1'));
    expect([add(line('h1')), add(line('a%')), add(line('new'))]).toEqual([true, false, false]);
  });

  it('are forgotten when a mapping ends while they are asked for', async () => {
    const door = new Door();
    door.shut();
    before = door.pass;
    const asked = ask(line('h1'));
    await turns(5);
    writing.uids.dropCaches();
    door.release();
    await asked;
    expect(add(line('h1'))).toBe(false);
  });

  it('keep nobody waiting when storage does not answer, nor for a while after it has failed', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const door = new Door();
    door.shut();
    before = async () => {
      await door.pass();
      throw new RetryableError('region is moving');
    };
    const { unknownNames } = writing.writer;
    const used = (): boolean => unknownNames.asks;
    let answered = false;
    void ask(line('h1'))?.then(() => (answered = true));
    await turns(5);
    expect([answered, used()]).toEqual([false, true]);
    await jest.advanceTimersByTimeAsync(3000);
    expect([answered, used()]).toEqual([true, false]);
    door.release();
    await turns(5);
    expect(used()).toBe(false);
    await jest.advanceTimersByTimeAsync(5000);
    before = () => Promise.resolve();
    expect(used()).toBe(true);
    await ask(line('h1'));
    expect(add(line('h1'))).toBe(true);
  });
});

it('lets no point overtake an earlier one of its series that waits for UIDs', async () => {
  writing = writingOn(storage);
  await ask(line('h1'));
  // Its second tag has a new value, which is being assigned; the order of tags makes no difference.
  const door = new Door();
  door.shut();
  before = door.pass;
  const tags = new Map([
    ['host', 'h1'],
    ['dc', 'new'],
  ]);
  const first = writing.writer.submitPoint({ metric: 'm', timestamp: T0, value: '1', tags }, 'telnet', null);
  expect(first).toBeDefined();
  const other = writingOn(store.storage);
  await other.uids.getOrCreateId('tagk', 'dc');
  await other.uids.getOrCreateId('tagv', 'new');
  await other.writer.close();
  // Somebody else's points teach the fast path all of the names.
  before = () => Promise.resolve();
  await ask(`put m 1 1 dc=new`);
  expect([add(`put m ${T0} 2 dc=new`), add(`put m ${T0} 2 host=h1`)]).toEqual([true, true]);
  expect([add(`put m ${T0} 2 host=h1 dc=new`), add(`put m ${T0} 2 dc=new host=h1`)]).toEqual([false, false]);
  door.release();
  await first;
  expect(add(`put m ${T0} 2 dc=new host=h1`)).toBe(true);
  await writing.writer.close();
});

describe('a connection whose names were not seen since the start', () => {
  let tsd: TelnetTsd;
  beforeEach(async () => {
    tsd = await new TelnetTsd(storage, { 'tsd.core.auto_create_metrics': 'false' }).listen();
    writing = tsd.writing;
  });
  afterEach(() => tsd.close());

  it('has them looked up together, and its lines and answers stay in order', async () => {
    const lines = [...HOSTS.map((host) => line(host)), 'put none 1 1 host=h1', 'put m x 1 host=h1', ...HOSTS.map((host) => line(host, 2))];
    const answer = await tsd.talk(`${lines.join('\r\n')}\nversion\n`);
    expect(answer).toMatch(
      /^put: unknown metric: No such name for 'metrics': 'none'\nput: invalid value: Invalid character 'x' in x\nnet.opentsdb/,
    );
    await writing.writer.flush();
    // Three for the lines, and one for the metric that does not exist.
    expect(reads).toBe(4);
    const cells = await cellsOf(store.storage);
    expect([cells.length, cells.every((cell) => cell.endsWith('=02'))]).toEqual([HOSTS.length, true]);
    expect(tsd.counters.rpc.telnetReceived).toBe(lines.length + 1);
  });

  it('is not read on while storage is asked, and takes what comes meanwhile behind it', async () => {
    const door = new Door();
    door.shut();
    before = door.pass;
    const socket = tsd.open();
    socket.write(`${line('h1', 1)}\n${line('h1', 2)}\n`);
    await until(() => reads > 0);
    socket.write(`${line('h1', 3)}\n${line('h2', 3)}\nexit\n`);
    await turns(20);
    expect(writing.writer.isWriting(Buffer.from(`000001${T0.toString(16)}000001000002`, 'hex'))).toBe(false);
    door.release();
    await new Promise((closed) => socket.resume().once('end', closed));
    await writing.writer.flush();
    const cells = (await cellsOf(store.storage)).map((cell) => cell.slice(-7));
    expect(cells).toEqual(['0000=03', '0000=03']);
  });
});

it('asks storage once for the names of a request over HTTP, and stores and refuses what it always did', async () => {
  writing = writingOn(storage, { 'tsd.core.auto_create_metrics': 'false' });
  const ingest = new Ingest({ writer: writing.writer, rollups: null, histograms: null, dataTable: 'tsdb' }, new IngestCounters(), silent);
  const point = (host: string, over: object = {}): object => ({ metric: 'm', timestamp: T0, value: 1, tags: { host }, ...over });
  const points = [...HOSTS.map((host) => point(host)), point('h1', { metric: 'none' }), point('h1', { value: 'x' })];
  const body = Buffer.from(JSON.stringify([...points, point('h1', { value: 2 })]));
  const batch = await ingest.put.readBody(body, 10_000);
  const result = await new IngestRequest(ingest, batch, { sync: true, details: true, timeoutMs: 0 }).run();
  expect(result).toMatchObject({ success: HOSTS.length + 1, invalid: 2, failed: 0 });
  expect(result.errors).toEqual([
    { index: HOSTS.length, error: 'Unknown metric' },
    { index: HOSTS.length + 1, error: 'Unable to parse value to a number' },
  ]);
  expect(reads).toBe(4);
  const cells = await cellsOf(store.storage);
  expect([cells.length, cells.filter((cell) => cell.endsWith('=02')).length]).toEqual([HOSTS.length, 1]);
  await writing.writer.close();
});
