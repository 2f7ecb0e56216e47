/** What a telnet connection is made of, each alone. */
import { IngestCounters, ReplyOrder, type IngestCommand } from '../../../src/ingest';
import { CommandSink, PointReplies } from '../../../src/server/telnet/point-replies';
import { ReceivedBytes, TooLongFrameError } from '../../../src/server/telnet/received-bytes';
import { RetryableError } from '../../../src/storage';
import { IllegalArgumentError } from '../../../src/util/errors';
import { until } from '../../support/until';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('ReceivedBytes', () => {
  it('puts chunks together while it holds, and a line whose end has not come', () => {
    const received = new ReceivedBytes();
    expect(received.keepIfHeld(bytes('x'))).toBe(false);
    expect(received.takeHeld()).toBeNull();
    received.hold(bytes('ab'));
    expect([received.isHeld, received.keepIfHeld(bytes('cd'))]).toEqual([true, true]);
    expect(received.takeHeld()?.toString()).toBe('abcd');
    expect(received.isHeld).toBe(false);
    received.keepUnended(bytes('pu'));
    received.keepUnended(bytes('t '));
    expect(received.unended?.toString()).toBe('put ');
  });

  it('takes everything in its order, once', () => {
    const received = new ReceivedBytes();
    received.keepUnended(bytes('1'));
    received.hold(bytes('2'));
    received.keepIfHeld(bytes('3'));
    expect(received.takeAll().toString()).toBe('123');
    expect(received.takeAll().length).toBe(0);
  });

  it('holds what an empty rest stands for, too: the connection is held though nothing is left', () => {
    const received = new ReceivedBytes();
    received.hold(bytes(''));
    expect(received.isHeld).toBe(true);
    expect(received.takeHeld()?.length).toBe(0);
  });

  it('keeps 1024 bytes without a line end and no more', () => {
    const received = new ReceivedBytes();
    received.keepUnended(Buffer.alloc(1024));
    expect(() => received.keepUnended(bytes('x'))).toThrow(new TooLongFrameError(1025));
    expect(received.unended).toBeNull();
  });

  it('is not changed by what becomes of the chunk', () => {
    const received = new ReceivedBytes();
    const chunk = bytes('put');
    received.keepUnended(chunk);
    chunk.fill(0);
    expect(received.unended?.toString()).toBe('put');
  });
});

describe('PointReplies', () => {
  function parts(tellFailures = true) {
    const said: string[] = [];
    const unexpected: unknown[] = [];
    const client = {
      finished: false,
      reply: (text: string) => void said.push(text),
      failedUnexpectedly: (error: unknown) => void unexpected.push(error),
    };
    const order = new ReplyOrder({ hold: () => undefined, release: () => undefined, answered: () => undefined });
    const output = { behind: false };
    const counters = new IngestCounters();
    const replies = new PointReplies(client, order, output, counters, tellFailures);
    const outcomes: (() => Promise<void> | undefined)[] = [];
    const command = { name: 'put', addWords: () => outcomes.shift()?.() } as Partial<IngestCommand> as IngestCommand;
    const submit = (outcome: () => Promise<void> | undefined): void => {
      outcomes.push(outcome);
      replies.submit(new CommandSink(command, replies), ['put']);
    };
    return { said, unexpected, client, order, output, counters, replies, submit, sink: new CommandSink(command, replies) };
  }

  const refused = (message: string) => (): never => {
    throw new IllegalArgumentError(message);
  };

  it('refuses at once what nothing waits in front of, and else in the order of the points', async () => {
    const { said, order, submit } = parts();
    submit(refused('first'));
    expect(said).toEqual(['put: illegal argument: first\n']);
    let stored = (): void => undefined;
    submit(() => new Promise<void>((resolve) => (stored = resolve)));
    submit(refused('second'));
    submit(() => Promise.reject(new IllegalArgumentError('third')));
    expect(said.length).toBe(1);
    stored();
    await until(() => order.waiting === 0);
    expect(said.slice(1)).toEqual(['put: illegal argument: second\n', 'put: illegal argument: third\n']);
  });

  it('says nothing of a fault of its own', () => {
    const { said, unexpected, submit } = parts();
    const fault = new TypeError('x is undefined');
    submit(() => {
      throw fault;
    });
    expect([said, unexpected]).toEqual([[], [fault]]);
  });

  it('drops what a client does not read, and counts it', () => {
    const { said, output, counters, submit } = parts();
    output.behind = true;
    submit(refused('nobody reads this'));
    expect(said).toEqual([]);
    expect([counters.socketWritesBlocked, counters.illegalArguments]).toEqual([1, 1]);
  });

  it('tells of each point that storage refused later, if the client is to hear of it and is there', () => {
    const line = 'put: HBase error: gone\n';
    const told = parts();
    told.sink.failed(new RetryableError('gone'), 2);
    expect(told.said).toEqual([line, line]);
    told.client.finished = true;
    told.sink.failed(new RetryableError('gone'), 1);
    expect(told.said.length).toBe(2);
    expect(told.counters.hbaseErrors).toBe(3);
    const silent = parts(false);
    silent.sink.failed(new RetryableError('gone'), 1);
    expect([silent.said, silent.counters.hbaseErrors]).toEqual([[], 1]);
  });
});
