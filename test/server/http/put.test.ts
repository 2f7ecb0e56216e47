import { gzipSync } from 'node:zlib';
import { DoNotRetryError } from '../../../src/storage';
import { cellsOf } from '../../write/support/data-table';
import { ask, type Answer } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({ 'tsd.http.show_stack_trace': 'false' });
});
afterAll(() => tsd.stop());
afterEach(() => jest.restoreAllMocks());

const post = (query: string, body: unknown): Promise<Answer> =>
  ask(tsd.port, `/api/put${query}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

const T = 1699999210;
const point = (over: object = {}): object => ({ metric: 'put.http', timestamp: T, value: 1, tags: { host: 'a' }, ...over });
const tooMany = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`t${i}`, i]));

/** Points that the original refuses one by one, with what it says. */
const REFUSED: readonly (readonly [name: string, point: object | null, datapoint: string, error: string])[] = [
  ['null', null, 'null', 'Unexpected null datapoint encountered in set.'],
  ['no metric', point({ metric: '' }), '{"metric":"","timestamp":1699999210,"value":"1","tags":{"host":"a"}}', 'Metric name was empty'],
  ['null metric', point({ metric: null }), '{"timestamp":1699999210,"value":"1","tags":{"host":"a"}}', 'Metric name was empty'],
  ['time 0', point({ timestamp: 0 }), '{"metric":"put.http","timestamp":0,"value":"1","tags":{"host":"a"}}', 'Invalid timestamp'],
  ['no value', point({ value: '' }), '{"metric":"put.http","timestamp":1699999210,"value":"","tags":{"host":"a"}}', 'Empty value'],
  ['null value', point({ value: null }), '{"metric":"put.http","timestamp":1699999210,"tags":{"host":"a"}}', 'Empty value'],
  ['no tags', point({ tags: {} }), '{"metric":"put.http","timestamp":1699999210,"value":"1","tags":{}}', 'Missing tags'],
  ['null tags', point({ tags: null }), '{"metric":"put.http","timestamp":1699999210,"value":"1"}', 'Missing tags'],
  [
    'a value that is no number',
    point({ value: 'abc', tsuid: 'X' }),
    '{"metric":"put.http","timestamp":1699999210,"value":"abc","tags":{"host":"a"},"tsuid":"X"}',
    'Unable to parse value to a number',
  ],
  [
    'an integer too large',
    point({ value: '9223372036854775808' }),
    '{"metric":"put.http","timestamp":1699999210,"value":"9223372036854775808","tags":{"host":"a"}}',
    'Unable to parse value to a number',
  ],
  [
    'an infinite value',
    point({ value: '1e400' }),
    '{"metric":"put.http","timestamp":1699999210,"value":"1e400","tags":{"host":"a"}}',
    'value is NaN or Infinite: Infinity for metric=put.http timestamp=1699999210',
  ],
  [
    'a timestamp too large',
    { metric: 'm', timestamp: 99999999999999, value: 1.5, tags: { a: 'b', c: 'd' } },
    '{"metric":"m","timestamp":99999999999999,"value":"1.5","tags":{"a":"b","c":"d"}}',
    'bad timestamp=99999999999999 when trying to add value=[63, -8, 0, 0, 0, 0, 0, 0]/15 to metric=m, tags={a=b, c=d}',
  ],
  [
    'a bad name',
    point({ metric: 'bad name' }),
    '{"metric":"bad name","timestamp":1699999210,"value":"1","tags":{"host":"a"}}',
    'Invalid metric name ("bad name"): illegal character:  ',
  ],
  [
    'an empty tag name',
    point({ tags: { '': 'x' } }),
    '{"metric":"put.http","timestamp":1699999210,"value":"1","tags":{"":"x"}}',
    'Invalid tag name with value [x]: empty string',
  ],
  [
    'a null tag value',
    point({ tags: { host: null } }),
    '{"metric":"put.http","timestamp":1699999210,"value":"1","tags":{"host":null}}',
    'Invalid tag value with key [host]: null',
  ],
  [
    'too many tags',
    point({ tags: tooMany }),
    '{"metric":"put.http","timestamp":1699999210,"value":"1","tags":{"t4":"4","t5":"5","t6":"6","t7":"7","t8":"8","t0":"0","t1":"1","t2":"2","t3":"3"}}',
    'Too many tags: 9 maximum allowed: 8, tags: {t4=4, t5=5, t6=6, t7=7, t8=8, t0=0, t1=1, t2=2, t3=3}',
  ],
];

describe('points that are refused', () => {
  it.each(REFUSED)('%s', async (_name, refused, datapoint, error) => {
    const answer = await post('?details', [refused]);
    expect([answer.status, answer.text]).toEqual([
      400,
      `{"success":0,"failed":1,"errors":[{"datapoint":${datapoint},"error":${JSON.stringify(error)}}]}`,
    ]);
  });

  it('do not stop the others, and are listed in the order sent', async () => {
    const answer = await post('?details&summary', [point(), ...REFUSED.map(([, refused]) => refused), point({ timestamp: T + 1 })]);
    const { success, failed, errors } = JSON.parse(answer.text) as { success: number; failed: number; errors: { error: string }[] };
    expect([answer.status, success, failed]).toEqual([400, 2, REFUSED.length]);
    expect(errors.map(({ error }) => error)).toEqual(REFUSED.map(([, , , error]) => error));
    expect((await post('', [point(), null])).text).toBe(
      '{"error":{"code":400,"message":"One or more data points had errors","details":"Please see the TSD logs or append \\"details\\" to the put request"}}',
    );
    expect((await post('?summary', [point(), null])).text).toBe('{"success":1,"failed":1}');
  });

  it('are refused for unknown names where none may be created', async () => {
    const strict = await startDaemon({ 'tsd.core.auto_create_metrics': 'false' });
    const answer = await ask(strict.port, '/api/put?details', { method: 'POST', body: JSON.stringify(point()) });
    expect(JSON.parse(answer.text).errors[0].error).toBe('Unknown metric');
    expect(strict.daemon.counters.ingest.unknownMetrics).toBe(1);
    await strict.stop();
  });
});

describe('bodies that are refused as a whole', () => {
  it.each([
    ['', 'Missing request content'],
    ['   ', 'String index out of range: 0', 500],
    ['notanobject', 'The JSON must start as an object or an array'],
    ['"text"', 'The JSON must start as an object or an array'],
    ['[]', 'No datapoints found in content'],
    ['[', 'Unable to parse the given JSON'],
    [`[${JSON.stringify(point({ metric: 'whole' }))},{"timestamp":"abc"}]`, 'Unable to parse the given JSON'],
    [`[${JSON.stringify(point({ metric: 'whole' }))},{"tags":["a"]}]`, 'Unable to parse the given JSON'],
    [`[${JSON.stringify(point({ metric: 'whole' }))}`, 'Unable to parse the given JSON'],
    [`[${JSON.stringify(point({ metric: 'whole' }))},]`, 'Unable to parse the given JSON'],
  ])('%j', async (body: string, message: string, status = 400) => {
    const answer = await post('?details', body);
    expect([answer.status, JSON.parse(answer.text).error.message]).toEqual([status, message]);
    await expect(tsd.daemon.uids.getId('metrics', 'whole')).rejects.toThrow('No such name');
  });

  it('other verbs', async () => {
    const answer = await ask(tsd.port, '/api/put', { method: 'GET' });
    expect([answer.status, JSON.parse(answer.text).error.details]).toEqual([
      405,
      'The HTTP method [GET] is not permitted for this endpoint',
    ]);
  });
});

describe('points that are taken', () => {
  it.each([
    ['', 204, ''],
    ['?sync', 204, ''],
    ['?summary', 200, '{"success":2,"failed":0}'],
    ['?details', 200, '{"success":2,"failed":0,"errors":[]}'],
    ['?details&summary&sync', 200, '{"success":2,"failed":0,"errors":[]}'],
    ['?summary&sync&sync_timeout=10000', 200, '{"success":2,"timeouts":0,"failed":0}'],
  ])('put%s', async (query, status, text) => {
    const answer = await post(query, [point(), point({ timestamp: T + 1 })]);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8');
  });

  it('singly, compressed, in another charset, with fields nobody knows', async () => {
    expect((await post('', point())).status).toBe(204);
    const body = gzipSync(JSON.stringify([point()]));
    expect((await ask(tsd.port, '/api/put', { method: 'POST', body, headers: { 'Content-Encoding': 'gzip' } })).status).toBe(204);
    const latin1 = Buffer.from(JSON.stringify(point({ metric: 'caf\u00e9' })), 'latin1');
    const headers = { 'Content-Type': 'application/json; charset=ISO-8859-1' };
    expect((await ask(tsd.port, '/api/put', { method: 'POST', body: latin1, headers })).status).toBe(204);
    expect((await tsd.daemon.uids.getId('metrics', 'caf\u00e9')).length).toBe(3);
    expect((await post('?summary', { ...point(), bogus: { deep: [1, { a: null }] }, __proto__: { metric: 'x' } })).text).toBe(
      '{"success":1,"failed":0}',
    );
  });

  it('are stored with their numbers exact, every fraction in 8 bytes', async () => {
    const values = ['1', '9007199254740993', '-9223372036854775808', '42.5', '0.1', '"7"', '"1e3"', '1.50', '"1.5f"'];
    const body = values.map((value, i) => `{"metric":"exact","timestamp":${T + i},"value":${value},"tags":{"host":"a"}}`);
    expect((await post('?sync', `[${body.join(',')}]`)).status).toBe(204);
    const metric = (await tsd.daemon.uids.getId('metrics', 'exact')).toString('hex');
    const cells = (await cellsOf(tsd.daemon.storage)).filter((cell) => cell.startsWith(metric)).map((cell) => cell.split('=')[1]);
    expect(cells).toEqual([
      '01',
      '0020000000000001',
      '8000000000000000',
      '4045400000000000',
      '3fb999999999999a',
      '07',
      '408f400000000000',
      '3ff8000000000000',
      '3ff8000000000000',
    ]);
  });

  it('count in the statistics', async () => {
    const { ingest } = tsd.daemon.counters;
    const before = ingest.requests;
    await post('', point());
    expect(ingest.requests).toBe(before + 1);
  });
});

describe('storage that refuses', () => {
  // Every write is one of objects here.
  beforeAll(() => Object.assign(tsd.daemon.storage, { putRows: undefined }));
  const refuse = (): void => {
    jest
      .spyOn(tsd.daemon.storage, 'put')
      .mockImplementation((_table, _family, rows) =>
        Promise.resolve(rows.map((_, index) => ({ index, error: new DoNotRetryError('Region is gone') }))),
      );
  };

  it('is unknown to a client that does not wait, and counted', async () => {
    await post('?sync', point());
    refuse();
    const before = tsd.daemon.counters.ingest.hbaseErrors;
    expect((await post('?summary', point())).text).toBe('{"success":1,"failed":0}');
    await tsd.daemon.writer.flush();
    expect(tsd.daemon.counters.ingest.hbaseErrors).toBe(before + 1);
  });

  it('is told to one that waits: status 200 with a summary, 400 without', async () => {
    await post('?sync', point());
    refuse();
    const summary = await post('?sync&details', [point(), point({ value: 'x' }), point({ timestamp: T + 5 })]);
    expect(summary.status).toBe(400);
    expect(JSON.parse(summary.text)).toMatchObject({
      success: 0,
      failed: 3,
      errors: [
        { error: 'Storage exception: Region is gone' },
        { error: 'Unable to parse value to a number' },
        { error: 'Storage exception: Region is gone' },
      ],
    });
    const onlyStorage = await post('?sync&summary', [point()]);
    expect([onlyStorage.status, onlyStorage.text]).toEqual([200, '{"success":0,"failed":1}']);
    expect((await post('?sync', [point()])).status).toBe(400);
  });

  it('is not waited for longer than sync_timeout', async () => {
    await post('?sync', point());
    const real = tsd.daemon.storage.put.bind(tsd.daemon.storage);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    jest.spyOn(tsd.daemon.storage, 'put').mockImplementation(async (...args) => {
      await gate;
      return real(...args);
    });
    const late = await post('?sync&sync_timeout=50&details', [point(), point({ timestamp: T + 1 })]);
    expect([late.status, JSON.parse(late.text)]).toMatchObject([
      400,
      { success: 0, timeouts: 2, failed: 0, errors: [{ error: 'Write timedout' }, { error: 'Write timedout' }] },
    ]);
    const plain = await post('?sync&sync_timeout=50', [point()]);
    expect(JSON.parse(plain.text).error.message).toBe(
      'The put call has timedout with 0 successful writes, 0 failed writes and 1 timed out writes.',
    );
    release();
    await tsd.daemon.writer.flush();
  });

  it('sync_timeout has to be a number', async () => {
    const answer = await post('?sync&sync_timeout=x', point());
    expect([answer.status, JSON.parse(answer.text).error.message]).toEqual([400, 'For input string: "x"']);
  });
});
