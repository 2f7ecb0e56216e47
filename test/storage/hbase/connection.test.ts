import { Connection, type ConnectionEnd, type ConnectionOptions } from '../../../src/storage/hbase/connection';
import { SILENT_LOG } from '../../../src/util/log';
import { CallTimedOutError, ConnectionLostError, RemoteException } from '../../../src/storage/hbase/errors';
import { exception, FakeServer, type FakeCall, response } from './fake-server';
import { turns, until } from '../../support/until';

const OPTIONS: ConnectionOptions = {
  log: SILENT_LOG,
  user: 'somebody',
  service: 'ClientService',
  connectTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  idleTimeoutMs: 0,
  noDelay: true,
  keepAlive: true,
};
const EMPTY = Buffer.alloc(0);

describe('a connection to a region server', () => {
  let server: FakeServer;
  let connection: Connection;
  let ends: ConnectionEnd[];

  async function connect(onCall: (call: FakeCall) => void, options: Partial<ConnectionOptions> = {}): Promise<void> {
    server = await FakeServer.start(onCall);
    ends = [];
    connection = new Connection('127.0.0.1', server.port, { ...OPTIONS, ...options }, (_, end) => ends.push(end));
  }
  const call = (method: string, timeoutMs = 60_000) => connection.call({ method, param: Buffer.from(method), timeoutMs });
  afterEach(async () => {
    connection.close();
    await server.stop();
  });

  it('announces user, service and the cell block codec', async () => {
    await connect((c) => c.reply(EMPTY));
    await call('Get');
    const greeting = server.greetings[0].toString('latin1');
    for (const part of ['somebody', 'ClientService', 'org.apache.hadoop.hbase.codec.KeyValueCodec']) expect(greeting).toContain(part);
  });

  it('gives answers in any order to those who asked, byte by byte too', async () => {
    const held: FakeCall[] = [];
    await connect((c) => {
      held.push(c);
      if (held.length < 3) return;
      for (const each of held.reverse()) each.reply(each.param, { cells: Buffer.from(`cells of ${each.method}`), chunk: 1 });
    });
    const answers = await Promise.all(['A', 'BB', 'CCC'].map((method) => call(method)));
    expect(answers.map(({ param, cells }) => `${String(param)}/${String(cells)}`)).toEqual([
      'A/cells of A',
      'BB/cells of BB',
      'CCC/cells of CCC',
    ]);
  });

  it('shows its calls, and tells late answers from wrong ones', async () => {
    const held: FakeCall[] = [];
    await connect((c) => (c.method === 'Slow' ? held.push(c) : c.reply(EMPTY)));
    const slow = call('Slow', 30);
    expect(connection.state()).toMatchObject({ sent: 1, calls: [{ id: 1, method: 'Slow' }] });
    await call('Get');
    expect(connection.state()).toMatchObject({ endpoint: `127.0.0.1:${server.port}`, established: true, sent: 2, answersUnknown: 0 });
    await expect(slow).rejects.toThrow(CallTimedOutError);
    expect(connection.state()).toMatchObject({ timedOut: 1, answeredLate: 0, calls: [] });
    held[0].reply(EMPTY);
    held[0].reply(EMPTY);
    await call('Get');
    expect(connection.state()).toMatchObject({ sent: 3, blocked: 0, timedOut: 1, answeredLate: 1, answersUnknown: 1 });
  });

  it('tells the server how long the call may wait', async () => {
    await connect((c) => c.reply(EMPTY));
    await call('Get', 1234);
    expect(server.calls[0].timeoutMs).toBe(1234);
  });

  it('hands out the exception with its policy', async () => {
    await connect((c) =>
      c.fail('org.apache.hadoop.hbase.RegionTooBusyException', 'org.apache.hadoop.hbase.RegionTooBusyException: too busy\n\tat x'),
    );
    const error = await call('Multi').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RemoteException);
    expect(error).toMatchObject({ policy: 'busy', overloaded: true, message: 'RegionTooBusyException: too busy' });
    expect(connection.closed).toBe(false);
  });

  it('fails every pending call at once when the connection is cut within a frame', async () => {
    await connect((c) => {
      if (c.method !== 'last') return;
      c.raw(response(1, Buffer.alloc(100)).subarray(0, 50));
      void turns(10).then(() => c.hangUp());
    });
    const calls = await Promise.allSettled([call('first'), call('second'), call('last')]);
    for (const result of calls) expect(result).toMatchObject({ status: 'rejected', reason: { name: 'ConnectionLostError', sent: true } });
    expect(ends).toEqual(['broken']);
    await expect(call('late')).rejects.toMatchObject({ sent: false });
  });

  it('ends a call at its time and ignores the answer that comes later', async () => {
    let slow: FakeCall | null = null;
    await connect((c) => (c.method === 'slow' ? (slow = c) : c.reply(c.param)));
    await expect(call('slow', 50)).rejects.toBeInstanceOf(CallTimedOutError);
    await until(() => slow !== null);
    slow!.reply(EMPTY);
    expect(String((await call('next')).param)).toBe('next');
    expect(connection.inFlight).toBe(0);
  });

  it('takes a server that owes answers and says nothing for dead', async () => {
    await connect(() => undefined, { readTimeoutMs: 300 });
    const error = await call('Get').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect((error as Error).message).toMatch(/has been silent for \d+ ms/);
    expect(ends).toEqual(['silent']);
  });

  it('does not take a server for dead that owes nothing, or that is answering somebody', async () => {
    await connect((c) => void (c.method === 'slow' ? setTimeout(() => c.reply(c.param), 700) : c.reply(c.param)), { readTimeoutMs: 300 });
    await call('quick');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const slow = call('slow');
    const chatter = setInterval(() => void call('quick').catch(() => undefined), 50);
    expect(String((await slow).param)).toBe('slow');
    clearInterval(chatter);
    expect(connection.closed).toBe(false);
  });

  it('does not take a server for dead because it stood still itself', async () => {
    await connect((c) => c.reply(c.param), { readTimeoutMs: 200 });
    await call('Get');
    const answer = call('Get');
    for (const until = performance.now() + 500; performance.now() < until;);
    expect(String((await answer).param)).toBe('Get');
    expect(connection.closed).toBe(false);
  });

  it('closes when it has been idle', async () => {
    await connect((c) => c.reply(EMPTY), { idleTimeoutMs: 100, readTimeoutMs: 2000 });
    await call('Get');
    await until(() => ends.length > 0);
    expect(ends).toEqual(['idle']);
  });

  it('says why it was refused', async () => {
    await connect((c) => c.raw(exception(-1 >>> 0, 'org.apache.hadoop.hbase.ipc.FatalConnectionException', 'no such user')));
    await expect(call('Get')).rejects.toThrow(/was refused: FatalConnectionException: no such user/);
  });

  it('ends on what is no answer', async () => {
    await connect((c) => c.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')));
    await expect(call('Get')).rejects.toThrow(/sent what is no answer/);
  });

  it('says that nobody listens, and that the call was not sent', async () => {
    await connect((c) => c.reply(EMPTY));
    const { port } = server;
    const seen: ConnectionEnd[] = [];
    await server.stop();
    const lost = new Connection('127.0.0.1', port, OPTIONS, (_, end) => seen.push(end));
    await expect(lost.call({ method: 'Get', param: EMPTY, timeoutMs: 60_000 })).rejects.toMatchObject({
      name: 'ConnectionLostError',
      sent: false,
    });
    expect(seen).toEqual(['unreachable']);
    server = await FakeServer.start(() => undefined);
  });
});
