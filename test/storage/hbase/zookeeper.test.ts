import { ZooKeeperLocator } from '../../../src/storage/hbase/meta-locator';
import { NoNodeError, parseQuorum, readNode, ZooKeeperError } from '../../../src/storage/hbase/zookeeper';
import { until } from '../../support/until';
import { answer, FakeZooKeeper, framed, GREETING, type Handler } from './fake-zookeeper';

const NEVER = new AbortController().signal;

/** A session as it should be, in chunks of so many bytes. */
function speaking(reply: Buffer, chunk = 1 << 20): Handler {
  return (_frame, socket, frames) => {
    const bytes = frames === 1 ? GREETING : frames === 2 ? reply : null;
    if (bytes === null) return socket.end();
    for (let at = 0; at < bytes.length; at += chunk) socket.write(bytes.subarray(at, at + chunk));
  };
}

describe('reading a node of ZooKeeper', () => {
  let running: FakeZooKeeper[];
  const start = async (handler: Handler): Promise<FakeZooKeeper> => {
    const fake = await FakeZooKeeper.start(handler);
    running.push(fake);
    return fake;
  };
  beforeEach(() => (running = []));
  afterEach(async () => void (await Promise.all(running.map((fake) => fake.stop()))));

  it.each([1, 7, 1 << 20])('takes the answer in pieces of %i bytes, and ends its session', async (chunk) => {
    const zk = await start(speaking(answer(0, Buffer.from('the bytes')), chunk));
    expect((await readNode(`${zk.address}/chroot`, '/hbase/master', 60_000, NEVER)).toString()).toBe('the bytes');
    await until(() => zk.requests.length === 3);
    const [connect, read, close] = zk.requests;
    expect(connect.length).toBe(44);
    expect(connect.readInt32BE(12)).toBe(60_000);
    expect(read.toString('latin1', 12, read.length - 1)).toBe('/chroot/hbase/master');
    expect([read.readInt32BE(4), close.readInt32BE(4)]).toEqual([4, -11]);
  });

  it('goes on to another server, and back, while one refuses, is not ready or breaks off', async () => {
    const gone = await FakeZooKeeper.start(() => undefined);
    const nobody = gone.address;
    await gone.stop();
    let tries = 0;
    const shaky = await start((frame, socket, frames) => {
      if (frames === 1 && ++tries === 1) socket.end();
      else if (frames === 1 && tries === 2) socket.end(GREETING.subarray(0, 11));
      else if (frames === 2 && tries === 3) socket.end(answer(0, Buffer.alloc(100)).subarray(0, 60));
      else speaking(answer(0, Buffer.of(5)))(frame, socket, frames);
    });
    expect(await readNode(`${nobody},${shaky.address}`, '/n', 60_000, NEVER)).toEqual(Buffer.of(5));
    expect(tries).toBe(4);
  });

  it('asks the next when a server is silent', async () => {
    const silent = await start(() => undefined);
    const good = await start(speaking(answer(0, Buffer.of(1))));
    const random = jest.spyOn(Math, 'random');
    try {
      // Each of them is the first that is asked.
      for (const fixed of [0, 0.99]) {
        random.mockReturnValue(fixed);
        expect(await readNode(`${silent.address},${good.address}`, '/n', 5000, NEVER)).toEqual(Buffer.of(1));
      }
    } finally {
      random.mockRestore();
    }
    expect([silent.connections, good.connections]).toEqual([1, 2]);
  });

  it('ends in time, or when it is told to', async () => {
    const silent = await start(() => undefined);
    await expect(readNode(silent.address, '/n', 500, NEVER)).rejects.toThrow(
      /^no answer within 500 ms \(127\.0\.0\.1:\d+ has not answered/,
    );
    const controller = new AbortController();
    const asked = silent.requests.length;
    const reading = expect(readNode(silent.address, '/n', 60_000, controller.signal)).rejects.toThrow('aborted');
    await until(() => silent.requests.length > asked);
    controller.abort();
    await reading;
    await expect(readNode('', '/n', 300, NEVER)).rejects.toThrow('it names no server');
  });

  it.each([
    ['an endless frame', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'is no ZooKeeper'],
    ['a frame without what belongs into it', framed(1), 'sent what is no answer'],
    ['no session', framed(0, 0, 0, 0, 16, Buffer.alloc(16)), 'has no session for us'],
  ])('throws nothing at anybody else when it gets %s', async (_what, bytes, reason) => {
    const now = performance.now.bind(performance);
    let ahead = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    try {
      const zk = await start((_frame, socket) => {
        // The time is over when it was tried again.
        if (zk.connections > 1) ahead = 60_000;
        socket.write(bytes);
      });
      await expect(readNode(zk.address, '/n', 60_000, NEVER)).rejects.toThrow(reason);
      expect(zk.connections).toBe(2);
    } finally {
      clock.mockRestore();
    }
  });

  it('says what ZooKeeper says, at once', async () => {
    const [absent, refused] = [await start(speaking(answer(-101))), await start(speaking(answer(-102)))];
    await expect(readNode(absent.address, '/n', 60_000, NEVER)).rejects.toBeInstanceOf(NoNodeError);
    await expect(readNode(refused.address, '/n', 60_000, NEVER)).rejects.toBeInstanceOf(ZooKeeperError);
    expect([absent.connections, refused.connections]).toEqual([1, 1]);
  });

  it('says in the words of the storage what is wrong', async () => {
    const options = { baseDir: '/hbase', sessionTimeoutMs: 60_000 };
    const absent = await start(speaking(answer(-101)));
    const silent = await start(() => undefined);
    await expect(new ZooKeeperLocator({ quorum: absent.address, ...options }).activeMaster()).rejects.toThrow(
      `ZooKeeper ${absent.address}/hbase: there is no active HBase master (no node /hbase/master; is /hbase HBase's znode parent, and HBase up?)`,
    );
    await expect(new ZooKeeperLocator({ quorum: silent.address, ...options, sessionTimeoutMs: 400 }).metaServer()).rejects.toThrow(
      `Can't reach ZooKeeper at ${silent.address}: no answer within 400 ms`,
    );
    const closed = new ZooKeeperLocator({ quorum: silent.address, ...options });
    const asked = silent.requests.length;
    const asking = expect(closed.metaServer()).rejects.toThrow(`Can't reach ZooKeeper at ${silent.address}`);
    await until(() => silent.requests.length > asked);
    closed.close();
    await asking;
  });
});

it('knows the forms of a quorum', () => {
  const quorum = parseQuorum(' a:2182, b ,[::1]:2183/the/chroot/');
  expect(quorum).toEqual({
    servers: [
      { host: 'a', port: 2182 },
      { host: 'b', port: 2181 },
      { host: '::1', port: 2183 },
    ],
    root: '/the/chroot',
  });
});
